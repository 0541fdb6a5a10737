/** The sandbox's sockets: one loopback port with the HTTP API and the WebSocket, wired to the pieces beside it. */
import { randomInt } from 'node:crypto';
import http from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { AppError } from '#shared/lib/app-error.ts';
import { dialectFacts } from '#shared/protocol/dialects.ts';
import { type AppOptions, AppStore, SandboxApp } from './app-store.ts';
import { Connection, type ConnectionLimits } from './connection.ts';
import { errorFrame, frameLimitBytes } from './frames.ts';
import { readHandshake } from './handshake.ts';
import { type ApiAnswer, answerApiRequest } from './http-api.ts';

/** Ten events of 10 KB, if JSON escapes every character of them. */
const bodyLimitBytes = 1_048_576;
/** A client that does not read is cut off here. */
const unsentLimitBytes = 8_388_608;
const requestTimeoutMs = 10_000;
/** The reason of a close frame has room for 123 bytes. */
const closeReasonLimit = 120;

export interface SandboxServerOptions extends Partial<ConnectionLimits> {
  /** 0: any that is free. */
  readonly port?: number;
  /** Milliseconds since 1970. Timestamps, timeouts, rates and the cache all go by it. */
  readonly now?: () => number;
  /** For each app. */
  readonly connectionLimit?: number;
  readonly sweepIntervalMs?: number;
}

export interface SandboxServer {
  readonly port: number;
  /** With a first key pair, all of it random. */
  createApp(options?: AppOptions): SandboxApp;
  /** Looks at the clock now, as it does once a second by itself. */
  sweep(): void;
  /** Ends every connection, and the server. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 only. @throws AppError `sandbox_failed` when it can't. */
export async function createSandboxServer(options: SandboxServerOptions = {}): Promise<SandboxServer> {
  const now = options.now ?? Date.now;
  const limits: ConnectionLimits = {
    activityTimeoutSeconds: options.activityTimeoutSeconds ?? 120,
    pongTimeoutSeconds: options.pongTimeoutSeconds ?? 30,
    inactivityLimitSeconds: options.inactivityLimitSeconds ?? 86_400,
    eventDataLimitBytes: options.eventDataLimitBytes ?? dialectFacts.sandbox.eventDataLimitBytes,
  };
  const apps = new AppStore();
  const server = http.createServer({ requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: frameLimitBytes,
    perMessageDeflate: false,
  });

  server.on('request', (request, response) => {
    readBody(request, (body) => {
      if (!body) {
        writeAnswer(response, { status: 413, body: `A request can have ${bodyLimitBytes} bytes at most.` });
        return;
      }
      const { method = 'GET', url = '/' } = request;
      const surroundings = {
        apps,
        nowSeconds: Math.floor(now() / 1000),
        eventDataLimitBytes: limits.eventDataLimitBytes,
      };
      writeAnswer(response, answerApiRequest({ method, url, body }, surroundings));
    });
  });
  server.on('upgrade', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      accept(webSocket, request.url ?? '/', {
        apps,
        now,
        limits,
        connectionLimit: options.connectionLimit ?? 1000,
      });
    });
  });

  const port = await listen(server, options.port ?? 0);
  const sweep = () => {
    for (const app of apps.all) app.sweep();
  };
  const sweeping = setInterval(sweep, options.sweepIntervalMs ?? 1000);
  return {
    port,
    createApp(appOptions) {
      const app = new SandboxApp(now, appOptions);
      apps.add(app);
      return app;
    },
    sweep,
    async close() {
      clearInterval(sweeping);
      for (const webSocket of sockets.clients) webSocket.terminate();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

interface Acceptance {
  readonly apps: AppStore;
  readonly now: () => number;
  readonly limits: ConnectionLimits;
  readonly connectionLimit: number;
}

/** Refusals come after the upgrade: only then can a client read their code. */
function accept(webSocket: WebSocket, url: string, { apps, now, limits, connectionLimit }: Acceptance): void {
  // A broken or oversized frame: ws closes the socket by itself, with the right code.
  webSocket.on('error', () => {});
  const close = (code: number, reason: string) => webSocket.close(code, reason.slice(0, closeReasonLimit));
  const handshake = readHandshake(url, apps, connectionLimit);
  if (!handshake.ok) {
    webSocket.send(errorFrame(handshake.code, handshake.message));
    close(handshake.code, handshake.message);
    return;
  }
  const { app, key } = handshake;
  const transport = {
    close,
    send(frame: string) {
      if (webSocket.bufferedAmount > unsentLimitBytes) webSocket.terminate();
      else webSocket.send(frame);
    },
  };
  const connection = new Connection({ app, key, socketId: newSocketId(), transport, now, limits });
  webSocket.on('message', (data, isBinary) => {
    if (isBinary) connection.receiveBinary();
    else connection.receive(toText(data));
  });
  webSocket.on('close', () => connection.closed());
  connection.open();
}

function newSocketId(): string {
  return `${randomInt(1, 1_000_000)}.${randomInt(1, 2 ** 31)}`;
}

function toText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

/** Calls back once: with the body, or with undefined if it is too large. What comes after that is thrown away. */
function readBody(request: http.IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  request.on('error', () => {});
  request.on('data', (chunk: Buffer) => {
    const wasWithinLimit = sizeBytes <= bodyLimitBytes;
    sizeBytes += chunk.length;
    if (sizeBytes <= bodyLimitBytes) {
      chunks.push(chunk);
    } else if (wasWithinLimit) {
      chunks.length = 0;
      done(undefined);
    }
  });
  request.on('end', () => {
    if (sizeBytes <= bodyLimitBytes) done(Buffer.concat(chunks));
  });
}

function writeAnswer(response: http.ServerResponse, { status, body }: ApiAnswer): void {
  const type = status === 200 ? 'application/json' : 'text/plain; charset=utf-8';
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(body);
}

function listen(server: http.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new AppError('sandbox_failed', 'The sandbox could not open its port on 127.0.0.1.', { cause }));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
      else reject(new AppError('sandbox_failed', 'The sandbox has no port.'));
    });
  });
}
