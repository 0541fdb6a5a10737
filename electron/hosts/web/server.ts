/** The web host: the page's files over HTTP, and the contract over one WebSocket, on 127.0.0.1. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ServerMessage } from '#shared/contract/wire.ts';
import type { Session } from '../../ipc/index.ts';
import { contentSecurityPolicy, pageHeaders } from '../content-policy.ts';
import { loadPageFiles, type PageFiles } from '../page-files.ts';
import { isToken, refusal } from './trust.ts';

/** The page's one socket is here. */
const socketPath = '/socket';
/** The largest message from the page: an event of the greatest size that can be published, and room. */
const messageLimitBytes = 8 * 1024 * 1024;
/** A socket that has not said its token by then is closed. */
const helloTimeoutMs = 5_000;
/** Sockets that may be waiting to say their token. */
const strangerLimit = 64;
/** How long a refusal may take to be sent, to a peer that does not read. */
const refusalTimeoutMs = 1_000;
/** A page that does not read is closed rather than buffered for without end. */
const unreadLimitBytes = 64 * 1024 * 1024;

export interface WebHostOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly token: string;
  /** The folder of the built page. */
  readonly pageFolder: string;
  readonly openSession: (send: (message: ServerMessage) => void) => Session;
  /** Development only: answers requests for the page's files in place of the built ones. */
  readonly developmentFiles?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Development only: upgrades of other paths, for hot reload. */
  readonly developmentUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface WebHost {
  readonly port: number;
  close(): Promise<void>;
}

export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const files = await loadPageFiles(options.pageFolder);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 16_384 });
  server.maxConnections = 512;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageLimitBytes,
    perMessageDeflate: false,
  });
  let strangers = 0;

  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;

  server.on('request', (request, response) => {
    serveFile(options, files, port, request, response);
  });

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const why = refusal(request, port, true);
    if (why) return refuseUpgrade(socket, 403, why);
    if (request.url !== socketPath) {
      if (options.developmentUpgrade) return options.developmentUpgrade(request, socket, head);
      return refuseUpgrade(socket, 404, 'Nothing is here.');
    }
    if (strangers >= strangerLimit) return refuseUpgrade(socket, 503, 'Too many connections are waiting.');
    strangers++;
    const known = once(() => strangers--);
    socket.once('close', known);
    sockets.handleUpgrade(request, socket, head, (client) => greet(client, options, known));
  });

  return {
    port,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function serveFile(
  options: WebHostOptions,
  files: PageFiles,
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const why = refusal(request, port, false);
  if (why) return answer(response, 403, why);
  if (options.developmentFiles) return options.developmentFiles(request, response);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answer(response, 405, 'Only GET is served.');
  const file = files.get((request.url ?? '/').split('?')[0] ?? '/');
  if (!file) return answer(response, 404, 'Nothing is here.');
  response.writeHead(200, {
    ...pageHeaders,
    'Content-Security-Policy': contentSecurityPolicy("'self'"),
    'Content-Type': file.contentType,
    'Content-Length': file.body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...pageHeaders, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

/** Does not wait for the other side to close: one that never does would keep its place among the connections. */
function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  const timer = setTimeout(() => socket.destroy(), refusalTimeoutMs);
  socket.once('close', () => clearTimeout(timer));
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    () => socket.destroy(),
  );
}

/** Waits for the token in the first message; then the socket is a session. */
function greet(client: WebSocket, options: WebHostOptions, known: () => void): void {
  const timer = setTimeout(() => client.close(4401, 'No token came'), helloTimeoutMs);
  // A broken socket says so in its close as well, which is where the session ends.
  client.on('error', () => client.terminate());
  client.once('close', () => clearTimeout(timer));
  client.once('message', (data, isBinary) => {
    clearTimeout(timer);
    if (isBinary || !isHello(parse(data.toString()), options.token)) {
      client.close(4401, 'The token is wrong');
      return;
    }
    known();
    const session = options.openSession((message) => {
      if (client.bufferedAmount > unreadLimitBytes) client.terminate();
      else client.send(JSON.stringify(message));
    });
    client.on('message', (next) => void session.receive(parse(next.toString())));
    client.once('close', () => session.close());
    client.send(JSON.stringify({ type: 'welcome' }));
  });
}

function isHello(message: unknown, token: string): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { type, token: given } = message as { type?: unknown; token?: unknown };
  return type === 'hello' && isToken(token, given);
}

/** Text that is not JSON becomes undefined, which no schema accepts. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
