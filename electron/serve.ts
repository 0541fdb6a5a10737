/** The web host's entry: wiring only. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AppError } from '#shared/lib/app-error.ts';
import { redactError } from '#shared/lib/redact.ts';
import { compose } from './compose.ts';
import { defaultDataFolder } from './hosts/data-folder.ts';
import { developmentFiles } from './hosts/web/development.ts';
import { browserCommand, openBrowser, type Redirect, writeRedirect } from './hosts/web/open-browser.ts';
import { startWebHost } from './hosts/web/server.ts';
import { createToken } from './hosts/web/trust.ts';
import { spawnNodeChild } from './processes/node-child.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string' },
    'no-open': { type: 'boolean', default: false },
  },
});

const isFromSources = import.meta.url.endsWith('.ts');
const root = new URL(isFromSources ? '../' : '../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };

function report(where: string, error: unknown): void {
  process.stderr.write(`${where}: ${redactError(error)}\n`);
}

const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write(`--port wants a number from 0 to 65535, not “${values.port}”.\n`);
  process.exit(2);
}

const dataFolder = values.data ?? defaultDataFolder();
const app = await compose({
  dataFolder,
  code: new URL('.', import.meta.url),
  spawn: spawnNodeChild,
  host: 'web',
  secretWay: { by: 'call' },
  version,
  reportBug: report,
}).catch((error: unknown) => {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`${[error.message, error.hint].filter(Boolean).join(' ')}\n`);
  process.exit(1);
});
const token = createToken();
/** It has served its purpose once a page has said the token. */
let redirect: Redirect | undefined;
const isDevelopment = isFromSources && process.env.LATCHKEY_DEVELOPMENT === '1';
const development = isDevelopment ? await developmentFiles(root) : undefined;
const host = await startWebHost({
  port,
  token,
  pageFolder: fileURLToPath(new URL('out/renderer', root)),
  openSession: (send) => {
    redirect?.remove();
    return app.openSession(send);
  },
  ...(development ?? {}),
}).catch(async (error: NodeJS.ErrnoException) => {
  await app.close();
  if (error.code !== 'EADDRINUSE') throw error;
  process.stderr.write(`Port ${port} is in use. Choose another with --port, or leave it out.\n`);
  process.exit(1);
});

/** What does not end by then, such as a disk that hangs, is left behind: whoever pressed Ctrl-C wants the prompt back. */
const closeLimitMs = 5000;
let isClosing = false;
async function close(): Promise<void> {
  if (isClosing) return;
  isClosing = true;
  setTimeout(() => process.exit(1), closeLimitMs).unref();
  redirect?.remove();
  await Promise.all([host.close(), development?.close()]);
  await app.close();
  process.exit(0);
}
process.on('SIGINT', () => void close());
process.on('SIGTERM', () => void close());
process.on('SIGHUP', () => void close());

const url = `http://127.0.0.1:${host.port}/#token=${token}`;
if (!values['no-open'] && browserCommand()) redirect = writeRedirect(dataFolder, url);
const isOpened = redirect !== undefined && (await openBrowser(redirect.url));
if (!isOpened) redirect?.remove();
process.stdout.write(isOpened ? `Latchkey is open in your browser, at ${url}\n` : `Latchkey is at ${url}\n`);
