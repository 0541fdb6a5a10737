/** The web host: the page's files over HTTP, and the contract over one WebSocket, on 127.0.0.1. */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { hello, refusalCodes, type ServerMessage } from '#shared/contract/wire.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import type { Session } from '../../ipc/index.ts';
import { contentSecurityPolicy, pageHeaders } from '../content-policy.ts';
import { loadPageFiles, type PageFiles } from '../page-files.ts';
import { Admissions, type TicketOptions } from './admissions.ts';
import { readMessage } from './messages.ts';
import { drop, Strangers } from './strangers.ts';
import { refusal } from './trust.ts';

/** The page's one socket is here. */
const socketPath = '/socket';
/** The largest message from the page: an event of the greatest size that can be published, and room. */
const messageLimitBytes = 8 * 1024 * 1024;
/** What a socket may send before it is admitted: a hello, and room for its framing. */
const helloLimitBytes = 1024;
/**
 * Cookies ignore ports: what other apps of this machine have set is sent here as well, up to 180 cookies of 4 KiB. It is
 * not read, and must not keep the page out.
 */
const headerLimitBytes = 1024 * 1024;
/** A socket that has not said its hello by then is closed. */
const helloTimeoutMs = 5_000;
/** Not one of the refusals: a page that was asleep comes back by itself. */
const helloTimeoutCode = 4408;
/** Connections that have not been admitted: fewer than the files that a process may have open where that is little. */
const strangerLimit = 512;
/**
 * Connections that the kernel keeps until they are taken. It refuses what is more, and a browser tries again after
 * seconds: so as many as Linux allows.
 */
const waitingLimit = 4096;
/** How long a refusal may take to be sent, and a close to be answered, by a peer that does neither. */
const refusalTimeoutMs = 1_000;
/** A connection over which nothing goes for this long, such as to a peer that does not read, is dropped. */
const silenceTimeoutMs = 10_000;
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
  const server = createServer({
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    // Node looks for requests that take too long this often: every 30 s unless it is told.
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: headerLimitBytes,
    // Answered by `refusal`, with the headers that every answer has.
    requireHostHeader: false,
  });
  // Vite may take longer over a file when it is asked for it first.
  server.timeout = options.developmentFiles ? 0 : silenceTimeoutMs;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageLimitBytes,
    perMessageDeflate: false,
    // The first offered would be repeated in the answer, whatever it is.
    handleProtocols: () => false,
  });
  const strangers = new Strangers(strangerLimit);
  const admissions = new Admissions();

  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;

  server.on('connection', (socket) => strangers.add(socket));
  server.on('timeout', drop);
  server.on('clientError', (error, socket) => refuseBroken(socket as Socket, error));
  server.on('checkExpectation', (_request, response) => answer(response, 417, 'Nothing is expected here.'));

  server.on('request', (request, response) => {
    strangers.heard(request.socket);
    const why = refusal(request, port, false);
    if (why) answer(response, 403, why);
    else if (options.developmentFiles) options.developmentFiles(request, response);
    else serveFile(files, request, response);
  });

  server.on('upgrade', (request, socket, head) => {
    strangers.heard(request.socket);
    socket.on('error', () => socket.destroy());
    const why = refusal(request, port, true);
    if (why) return refuse(socket, 403, why);
    if (request.url !== socketPath) {
      if (options.developmentUpgrade) return options.developmentUpgrade(request, socket, head);
      return refuse(socket, 404, 'Nothing is here.');
    }
    sockets.handleUpgrade(request, socket, head, (client) => greet(client, request.socket));
  });
  sockets.on('wsClientError', (_error, socket) =>
    refuse(socket, 400, 'This is not how a WebSocket is asked for.'),
  );

  /** Waits for the hello in the first message; then the socket is a session. */
  function greet(client: WebSocket, socket: Socket): void {
    const timer = setTimeout(() => turnAway(client, helloTimeoutCode, 'No hello came'), helloTimeoutMs);
    let heardBytes = 0;
    const count = (chunk: Buffer) => {
      heardBytes += chunk.length;
      if (heardBytes > helloLimitBytes) drop(socket);
    };
    socket.on('data', count);
    // A broken socket says so in its close as well, which is where the session ends.
    client.on('error', () => client.terminate());
    client.once('close', () => clearTimeout(timer));
    client.once('message', (data, isBinary) => {
      clearTimeout(timer);
      const said = parseUnknown(hello, isBinary ? undefined : readMessage(data));
      const admission = said.success ? admissions.admit(said.data) : 'unknown';
      if (admission !== 'admitted') {
        turnAway(client, refusalCodes[admission], `Not admitted: ${admission}`);
        return;
      }
      socket.off('data', count);
      strangers.admit(socket);
      openSession(client);
    });
  }

  function openSession(client: WebSocket): void {
    const session = options.openSession((message) => {
      if (client.bufferedAmount > unreadLimitBytes) client.terminate();
      else client.send(JSON.stringify(message));
    });
    client.on('message', (data) => void session.receive(readMessage(data)));
    client.once('close', () => session.close());
    client.send(JSON.stringify({ type: 'welcome' }));
  }

  return {
    port,
    createUrl: (ticket) => `http://127.0.0.1:${port}/#ticket=${admissions.issueTicket(ticket)}`,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      strangers.dropAll();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', waitingLimit, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function serveFile(files: PageFiles, request: IncomingMessage, response: ServerResponse): void {
  const { method, url = '/' } = request;
  const file = files.get(url.split('?')[0] ?? '/');
  if (method !== 'GET' && method !== 'HEAD')
    answer(response, 405, 'Only GET is served.', { Allow: 'GET, HEAD' });
  else if (hasBody(request)) answer(response, 400, 'A request for a file has no body.');
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

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Connections whose last answer has been given. */
const ended = new WeakSet<Duplex>();

/** An answer that is not a file. It ends the connection: what may still come of a request that is refused is not read. */
function answer(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  const body = `${text}\n`;
  ended.add(response.req.socket);
  response.writeHead(status, { ...refusalHeaders(body), ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** The same on a connection that is not, or not any more, HTTP's. */
function refuse(socket: Duplex, status: number, text: string): void {
  const body = `${text}\n`;
  const headers = Object.entries(refusalHeaders(body)).map(([name, value]) => `${name}: ${value}\r\n`);
  // Does not wait for the other side to close: one that never does would keep its place among the connections.
  const timer = setTimeout(() => socket.destroy(), refusalTimeoutMs);
  socket.once('close', () => clearTimeout(timer));
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('')}\r\n${body}`, () =>
    socket.destroy(),
  );
}

function refusalHeaders(body: string): Record<string, string | number> {
  return {
    ...pageHeaders,
    'Content-Security-Policy': contentSecurityPolicy("'none'"),
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
}

/** What Node could not read as HTTP, or not in time. */
function refuseBroken(socket: Socket, error: NodeJS.ErrnoException): void {
  if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
  else if (ended.has(socket)) socket.destroySoon();
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') refuse(socket, 408, 'The request took too long.');
  else if (error.code === 'HPE_HEADER_OVERFLOW') refuse(socket, 431, 'The request’s headers are too large.');
  else refuse(socket, 400, 'This is not HTTP as it is spoken here.');
}

/** Closes a socket that was not admitted, whether or not it answers. */
function turnAway(client: WebSocket, code: number, why: string): void {
  client.close(code, why);
  const timer = setTimeout(() => client.terminate(), refusalTimeoutMs);
  client.once('close', () => clearTimeout(timer));
}
