/** `app://latchkey/`: the page's own scheme. Not `file:`, which could read other files. */
import { join } from 'node:path';
import { protocol } from 'electron';
import { contentSecurityPolicy, pageHeaders } from '../content-policy.ts';
import { loadPageFiles } from '../page-files.ts';

export const pageOrigin = 'app://latchkey';
export const pageUrl = `${pageOrigin}/`;

/** Has to run before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function servePage(outFolder: string): void {
  const files = loadPageFiles(join(outFolder, 'renderer'));
  protocol.handle('app', async (request) => {
    const url = new URL(request.url);
    const isOurs = url.origin === pageOrigin || `${url.protocol}//${url.host}` === pageOrigin;
    const file = isOurs && request.method === 'GET' ? (await files).get(url.pathname) : undefined;
    if (!file) return new Response('Nothing is here.', { status: 404, headers: { ...pageHeaders } });
    return new Response(new Uint8Array(file.body), {
      headers: {
        ...pageHeaders,
        'Content-Security-Policy': contentSecurityPolicy("'none'"),
        'Content-Type': file.contentType,
      },
    });
  });
}
