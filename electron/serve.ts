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
import { browserCommand, openBrowser, removeRedirects, writeRedirect } from './hosts/web/open-browser.ts';
import { startWebHost } from './hosts/web/server.ts';
import { type AnswerOf, takeFolder } from './ownership/index.ts';
import { keepMemoryOutOfDumps } from './processes/core-dumps.ts';
import { spawnNodeChild } from './processes/node-child.ts';

// Secrets that are entered pass through this process, and the sandbox inherits it.
keepMemoryOutOfDumps();

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
const development = isDevelopment ? await developmentFiles(root) : undefined;
const host = await startWebHost({
  port,
  pageFolder: fileURLToPath(new URL('out/renderer', root)),
  openSession: app.openSession,
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
  removeRedirects(dataFolder);
  await Promise.all([host.close(), development?.close()]);
  await app.close();
  await ownership.release();
  process.exit(0);
}
process.on('SIGINT', () => void close());
process.on('SIGTERM', () => void close());
process.on('SIGHUP', () => void close());

/** A new link, and for a browser that is to open it the file that leads there, until the link is used. */
function createLink(isForBrowser: boolean, lastsUntilUsed = false): { url: string; redirect?: string } {
  let remove = () => {};
  const url = host.createUrl({ lastsUntilUsed, onUsed: () => remove() });
  if (!isForBrowser) return { url };
  const redirect = writeRedirect(dataFolder, url);
  remove = redirect.remove;
  return { url, redirect: redirect.url };
}

// What a run that was killed left.
removeRedirects(dataFolder);
// The link on the terminal is good until it is used: whoever comes back to it later should not find a dead one.
const { url, redirect } = createLink(opensBrowser, true);
ownership.answerCommands(app.commands);
ownership.answerShow((request) => createLink(request.opensBrowser));
const isOpened = redirect !== undefined && (await openBrowser(redirect));
process.stdout.write(`${whereItIs(url, isOpened)}\n`);

/** The browser's link is said as well, in case that it shows nothing: once it has used it, what is said opens nothing. */
function whereItIs(url: string, isOpened: boolean): string {
  return isOpened
    ? `Latchkey is opening in your browser. If it does not, this link works once: ${url}`
    : `Latchkey is at ${url}`;
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
