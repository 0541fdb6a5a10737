/** A server of the test's own in the place of another. It ends with the test, and remembers what it was asked. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface StandIn {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, or with TLS. */
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** How many connections were made, asked on or not. */
  readonly connectionCount: number;
  /** Once the next request has come in whole. */
  nextRequest(): Promise<SeenRequest>;
}

/** @param answer may leave the response open: then the request hangs */
export async function startStandIn(
  answer: (request: SeenRequest, response: ServerResponse) => void,
  certificate?: Certificate,
): Promise<StandIn> {
  const seen: SeenRequest[] = [];
  const waiting = new Set<(request: SeenRequest) => void>();
  let connectionCount = 0;
  const server = certificate ? createTlsServer(certificate) : createServer();
  server.on('connection', () => connectionCount++);
  server.on('request', async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body,
    };
    seen.push(request);
    for (const tell of waiting) tell(request);
    waiting.clear();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    seen,
    get connectionCount() {
      return connectionCount;
    },
    nextRequest: () => new Promise((resolve) => waiting.add(resolve)),
  };
}

/** A port of this machine where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
