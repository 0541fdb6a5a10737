/** A browser with a profile on disk, as people have, whose processes may be looked into. */

import { join } from 'node:path';
import { type BrowserContext, type CDPSession, chromium, type Page } from '@playwright/test';
import { findChromium } from '../../../scripts/lib/chromium.mjs';
import { type ProcessEntry, processesNaming, processTree } from '../../support/process-memory.ts';

export interface RecordedSocket {
  /** Messages of the page to the main side, and back, as text. */
  readonly sent: string[];
  readonly received: string[];
}

export interface Browser {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly sockets: RecordedSocket;
  /** What it wrote to its terminal, and what pages wrote to their consoles. */
  readonly log: string[];
  processes(): readonly ProcessEntry[];
  /** Ends all of its processes at once, as a crash does. */
  kill(): Promise<void>;
}

export interface BrowserFolders {
  readonly profile: string;
  /** In place of the user's own, where it keeps the reports of crashes. */
  readonly home: string;
  /** In place of `/tmp`. */
  readonly temporary: string;
}

export async function openBrowser({ profile, home, temporary }: BrowserFolders): Promise<Browser> {
  const before = new Set(browserRoots());
  const executablePath = findChromium();
  const log: string[] = [];
  const context = await chromium.launchPersistentContext(profile, {
    headless: true,
    viewport: { width: 1440, height: 900 },
    // Its sandbox keeps processes from being looked into.
    chromiumSandbox: false,
    env: {
      ...(process.env as Record<string, string>),
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      TMPDIR: temporary,
    },
    logger: { isEnabled: (name) => name === 'browser', log: (_, __, message) => log.push(String(message)) },
    ...(executablePath ? { executablePath } : {}),
  });
  const [root] = browserRoots().filter((pid) => !before.has(pid));
  if (root === undefined) throw new Error('No browser process was found');
  const closed = new Promise<void>((resolve) => context.once('close', () => resolve()));
  const sockets: RecordedSocket = { sent: [], received: [] };
  const record = (page: Page) => {
    page.on('console', (message) => log.push(message.text()));
    page.on('pageerror', (error) => log.push(String(error)));
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => sockets.sent.push(String(payload)));
      socket.on('framereceived', ({ payload }) => sockets.received.push(String(payload)));
    });
  };
  context.on('page', record);
  for (const page of context.pages()) record(page);
  return {
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    sockets,
    log,
    // What waits for crashes has no parent.
    processes: () => [...processTree(root), ...processesNaming(home)],
    async kill() {
      for (const { pid } of processTree(root)) process.kill(pid, 'SIGKILL');
      await closed;
    },
  };
}

function browserRoots(): number[] {
  const isBrowser = ({ commandLine }: ProcessEntry) =>
    /--remote-debugging-/.test(commandLine) && !/--type=/.test(commandLine);
  return processTree(process.pid)
    .filter(isBrowser)
    .map(({ pid }) => pid);
}

/** After a garbage collection: the page's JavaScript heap, in DevTools' format. */
export async function heapSnapshot(context: BrowserContext, page: Page): Promise<string> {
  const session: CDPSession = await context.newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return chunks.join('');
}
