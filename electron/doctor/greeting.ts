/** Connects with a key alone, waits for the server's first words, and goes. The key is public; nothing is signed. */
import type { Endpoint } from '#shared/protocol/dialects.ts';

export type Greeting =
  /** The app is here. */
  | { readonly kind: 'welcomed' }
  /** The server refused, with a code of the protocol. */
  | { readonly kind: 'refused'; readonly code: number }
  /** The connection did not open, or something else came. */
  | { readonly kind: 'nothing' };

const timeoutMs = 8000;

export function greet(endpoint: Endpoint, key: string, signal: AbortSignal): Promise<Greeting> {
  const scheme = endpoint.tls ? 'wss' : 'ws';
  const path = `${endpoint.path}/app/${encodeURIComponent(key)}?protocol=7&client=latchkey&version=1`;
  return new Promise((resolve) => {
    const socket = new WebSocket(`${scheme}://${endpoint.host}:${endpoint.port}${path}`);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const end = (greeting: Greeting) => {
      deadline.removeEventListener('abort', giveUp);
      socket.close();
      resolve(greeting);
    };
    const giveUp = () => end({ kind: 'nothing' });
    deadline.addEventListener('abort', giveUp);
    socket.addEventListener('message', ({ data }) => end(fromMessage(data)));
    socket.addEventListener('close', ({ code }) => end(fromCode(code)));
    // What went wrong is in the close that follows, or in what the HTTP API says of the same place.
    socket.addEventListener('error', giveUp);
    if (deadline.aborted) giveUp();
  });
}

/** Source: the Channels protocol, “connection events”. `data` of an error is an object, or JSON text of one. */
function fromMessage(text: unknown): Greeting {
  const message = parse(text);
  if (message?.event === 'pusher:connection_established') return { kind: 'welcomed' };
  if (message?.event !== 'pusher:error') return { kind: 'nothing' };
  const data = typeof message.data === 'string' ? parse(message.data) : message.data;
  const code = typeof data === 'object' && data !== null && 'code' in data ? data.code : undefined;
  return typeof code === 'number' ? fromCode(code) : { kind: 'nothing' };
}

function fromCode(code: number): Greeting {
  return code >= 4000 && code < 4400 ? { kind: 'refused', code } : { kind: 'nothing' };
}

function parse(text: unknown): { readonly event?: unknown; readonly data?: unknown } | undefined {
  if (typeof text !== 'string' || text.length > 10_000) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
