/** The other end of the socket: asks the owner of a data folder, for a bounded time. */
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { readNote } from './owner-note.ts';
import {
  type AnswerOf,
  lineLimitBytes,
  protocol,
  protocolVersion,
  type RequestOf,
  type RequestType,
  refusal,
} from './protocol.ts';
import { isOursAlone } from './socket-place.ts';

export type Outcome<T extends RequestType> =
  | { readonly kind: 'answered'; readonly answer: AnswerOf<T> }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  /** Nobody listens: the owner has no socket yet, or no more, or could not make one. */
  | { readonly kind: 'absent' }
  /** The connection was closed without an answer. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'unreadable' };

export async function askOwner<T extends RequestType>(
  folder: string,
  request: RequestOf<T> & { readonly type: T },
  timeoutMs: number,
): Promise<Outcome<T>> {
  const address = readNote(folder)?.address;
  if (address === undefined) return { kind: 'absent' };
  // Where others could have put a socket of theirs, it may be theirs.
  if (process.platform !== 'win32' && !isOursAlone(dirname(address))) return { kind: 'absent' };
  const line = await exchange(address, JSON.stringify({ protocol: protocolVersion, ...request }), timeoutMs);
  return typeof line === 'string' ? read(request.type, line) : line;
}

type Failure = Extract<Outcome<RequestType>, { kind: 'absent' | 'dropped' | 'silent' | 'unreadable' }>;

function exchange(address: string, request: string, timeoutMs: number): Promise<string | Failure> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const finish = (result: string | Failure) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => finish({ kind: 'silent' }), timeoutMs);
    let received = '';
    socket.setEncoding('utf8');
    socket.once('connect', () => socket.write(`${request}\n`));
    socket.on('data', (text: string) => {
      received += text;
      const end = received.indexOf('\n');
      if (end !== -1) finish(received.slice(0, end));
      else if (received.length > lineLimitBytes) finish({ kind: 'unreadable' });
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      finish({ kind: code === 'ENOENT' || code === 'ECONNREFUSED' ? 'absent' : 'dropped' }),
    );
    socket.once('close', () => finish({ kind: 'dropped' }));
  });
}

function read<T extends RequestType>(type: T, line: string): Outcome<T> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: 'unreadable' };
  }
  const refused = parseUnknown(refusal, value);
  if (refused.success) {
    const { reason, message } = refused.data;
    return { kind: 'refused', reason, message };
  }
  const answer = parseUnknown(protocol[type].answer, value);
  return answer.success ? { kind: 'answered', answer: answer.data as AnswerOf<T> } : { kind: 'unreadable' };
}
