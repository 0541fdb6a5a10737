/** A site on another port of this machine, as any app under test is one: it serves what a test gives it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HostileSite {
  readonly port: number;
  /** What it was asked, by anyone: method, path and headers. */
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** Every path is an empty page, but for the ones given here. It allows whatever a browser lets it allow. */
export async function startHostileSite(
  pages: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {},
): Promise<HostileSite> {
  const requests: IncomingMessage[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    requests.push(request);
    const { type = 'text/html', body = '<!doctype html><title>Hostile</title>' } =
      pages[request.url ?? ''] ?? {};
    response.writeHead(200, {
      'Content-Type': type,
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Private-Network': 'true',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Service-Worker-Allowed': '/',
    });
    response.end(body);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
