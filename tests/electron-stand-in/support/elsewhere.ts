/** A server of this machine that no page of ours may reach, and what came to it all the same. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Elsewhere {
  readonly url: string;
  readonly arrived: readonly string[];
  close(): Promise<void>;
}

export async function startElsewhere(): Promise<Elsewhere> {
  const arrived: string[] = [];
  const server = createServer((request, response) => {
    arrived.push(request.url ?? '');
    if (request.url === '/redirects') response.writeHead(302, { location: '/redirected' });
    else response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<title>Elsewhere</title>');
  });
  server.on('upgrade', (request, socket) => {
    arrived.push(request.url ?? '');
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
