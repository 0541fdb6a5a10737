/** The web host: the page's files over HTTP, and the contract over one WebSocket, on 127.0.0.1. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { hello, refusalCodes, type ServerMessage } from '#shared/contract/wire.ts';
import type { Session } from '../../ipc/index.ts';
import { contentSecurityPolicy, pageHeaders } from '../content-policy.ts';
import { loadPageFiles, type PageFiles } from '../page-files.ts';
import { Admissions, type TicketOptions } from './admissions.ts';
import { refusal } from './trust.ts';

/** The page's one socket is here. */
const socketPath = '/socket';
/** The largest message from the page: an event of the greatest size that can be published, and room. */
const messageLimitBytes = 8 * 1024 * 1024;
/** A socket that has not said its hello by then is closed. */
const helloTimeoutMs = 5_000;
/** Not one of the refusals: a page that was asleep comes back by itself. */
const helloTimeoutCode = 4408;
/** Sockets that may be waiting to say their hello. */
const strangerLimit = 64;
/** How long a refusal may take to be sent, to a peer that does not read. */
const refusalTimeoutMs = 1_000;
/** A page that does not read is closed rather than buffered for without end. */
const unreadLimitBytes = 64 * 1024 * 1024;

export interface WebHostOptions {
  /** 0 picks a free one. */
  readonly port: number;
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
  /** A URL that opens Latchkey in one tab, once. Each call makes a new one; it is as secret as what it opens. */
  createUrl(options?: TicketOptions): string;
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
  const admissions = new Admissions();
  let strangers = 0;

  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;

  server.on('request', (request, response) => {
    const why = refusal(request, port, false);
    if (why) answer(response, 403, why);
    else if (options.developmentFiles) options.developmentFiles(request, response);
    else serveFile(files, request, response);
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
    sockets.handleUpgrade(request, socket, head, (client) => greet(client, options, admissions, known));
  });

  return {
    port,
    createUrl: (ticket) => `http://127.0.0.1:${port}/#ticket=${admissions.issueTicket(ticket)}`,
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

function serveFile(files: PageFiles, request: IncomingMessage, response: ServerResponse): void {
  const { method, url = '/' } = request;
  const file = files.get(url.split('?')[0] ?? '/');
  if (method !== 'GET' && method !== 'HEAD') answer(response, 405, 'Only GET is served.');
  else if (!file) answer(response, 404, 'Nothing is here.');
  else {
    response.writeHead(200, {
      ...pageHeaders,
      'Content-Security-Policy': contentSecurityPolicy("'self'"),
      'Content-Type': file.contentType,
      'Content-Length': file.body.length,
    });
    response.end(method === 'HEAD' ? undefined : file.body);
  }
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

/** Waits for the hello in the first message; then the socket is a session. */
function greet(client: WebSocket, options: WebHostOptions, admissions: Admissions, known: () => void): void {
  const timer = setTimeout(() => client.close(helloTimeoutCode, 'No hello came'), helloTimeoutMs);
  // A broken socket says so in its close as well, which is where the session ends.
  client.on('error', () => client.terminate());
  client.once('close', () => clearTimeout(timer));
  client.once('message', (data, isBinary) => {
    clearTimeout(timer);
    const said = hello.safeParse(isBinary ? undefined : parse(data.toString()));
    const admission = said.success ? admissions.admit(said.data) : 'unknown';
    if (admission !== 'admitted') {
      client.close(refusalCodes[admission], `Not admitted: ${admission}`);
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
