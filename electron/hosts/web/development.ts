/** Hot reload: Vite answers for the page's files, in front of the same socket. Never part of a packaged app's path. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface Development {
  developmentFiles(request: IncomingMessage, response: ServerResponse): void;
  developmentUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** @param root the project's folder. */
export async function developmentFiles(root: URL): Promise<Development> {
  const { createServer } = await import('vite');
  const { default: react } = await import('@vitejs/plugin-react');
  // Vite listens for upgrades on this server object; the web host forwards them after its own checks.
  const upgrades = new Server();
  const vite = await createServer({
    root: fileURLToPath(new URL('renderer/', root)),
    configFile: false,
    plugins: [react()],
    server: { middlewareMode: true, hmr: { server: upgrades } },
  });
  return {
    developmentFiles: (request, response) => {
      vite.middlewares(request, response, () => {
        response.writeHead(404);
        response.end();
      });
    },
    developmentUpgrade: (request, socket, head) => {
      upgrades.emit('upgrade', request, socket, head);
    },
    close: () => vite.close(),
  };
}
