/** The web host's entry: wiring only. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AppError } from '#shared/lib/app-error.ts';
import { redactError } from '#shared/lib/redact.ts';
import { compose } from './compose.ts';
import { defaultDataFolder } from './hosts/data-folder.ts';
import { goToOwner, openInWindow } from './hosts/hand-over.ts';
import { developmentFiles } from './hosts/web/development.ts';
import { browserCommand, openBrowser, type Redirect, writeRedirect } from './hosts/web/open-browser.ts';
import { startWebHost } from './hosts/web/server.ts';
import { createToken } from './hosts/web/trust.ts';
import { type AnswerOf, takeFolder } from './ownership/index.ts';
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

/** What the disk or another Latchkey is in the way of is said, in a line; anything else is a bug. */
function fail(error: unknown): never {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`${[error.message, error.hint].filter(Boolean).join(' ')}\n`);
  process.exit(1);
}

const dataFolder = resolve(values.data ?? defaultDataFolder());
const isDevelopment = isFromSources && process.env.LATCHKEY_DEVELOPMENT === '1';
const opensBrowser = !values['no-open'] && browserCommand() !== undefined;
const taken = await takeFolder({
  folder: dataFolder,
  host: 'web',
  version,
  opensBrowser,
  onProblem: (problem) => process.stderr.write(`${problem}\n`),
  onBug: (error) => report('ownership', error),
}).catch(fail);
const ownership = taken.kind === 'owner' ? taken.ownership : await handOver(taken.to);

const app = await compose({
  dataFolder,
  lock: ownership.lock,
  code: new URL('.', import.meta.url),
  spawn: spawnNodeChild,
  host: 'web',
  secretWay: { by: 'call' },
  version,
  reportBug: report,
}).catch(async (error: unknown) => {
  await ownership.release();
  return fail(error);
});
const token = createToken();
/** It has served its purpose once a page has said the token. */
let redirect: Redirect | undefined;
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
  await ownership.release();
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
  await ownership.stopAnswering();
  redirect?.remove();
  await Promise.all([host.close(), development?.close()]);
  await app.close();
  await ownership.release();
  process.exit(0);
}
process.on('SIGINT', () => void close());
process.on('SIGTERM', () => void close());
process.on('SIGHUP', () => void close());

const url = `http://127.0.0.1:${host.port}/#token=${token}`;
ownership.answerShow((request) => {
  if (!request.opensBrowser) return { url };
  redirect = writeRedirect(dataFolder, url);
  return { url, redirect: redirect.url };
});
if (opensBrowser) redirect = writeRedirect(dataFolder, url);
const isOpened = redirect !== undefined && (await openBrowser(redirect.url));
if (!isOpened) redirect?.remove();
process.stdout.write(`${whereItIs(url, isOpened)}\n`);

function whereItIs(url: string, isOpened: boolean): string {
  return isOpened ? `Latchkey is open in your browser, at ${url}` : `Latchkey is at ${url}`;
}

/** Latchkey runs already. */
async function handOver(to: AnswerOf<'show'>): Promise<never> {
  const isShown = await goToOwner(to);
  process.stdout.write(`${to.url === undefined ? openInWindow(to) : whereItIs(to.url, isShown)}\n`);
  const isItsPort = port === 0 || (to.url !== undefined && new URL(to.url).port === String(port));
  const unused = [isItsPort ? '' : `--port ${port}`, isDevelopment ? 'hot reload' : ''].filter(Boolean);
  if (unused.length > 0) {
    process.stderr.write(
      `It was running already, so ${unused.join(' and ')} had no effect. End process ${to.pid} first to start it anew.\n`,
    );
  }
  process.exit(0);
}
