/** A Latchkey of the test's own: its own data folder, the built app on the project's host, and a page that may log no error. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, test as base, type ConsoleMessage, expect, type Page } from '@playwright/test';
import {
  type HostKind,
  type Latchkey,
  startOnElectron,
  startOnStandIn,
  startOnWeb,
  whyNoElectron,
} from './hosts.ts';

export interface HostChoice {
  /** Chosen by the project: the errands are the same. */
  readonly hostKind: HostKind;
}

interface StartOptions {
  readonly environment?: NodeJS.ProcessEnv;
}

interface Fixtures {
  readonly hostIsHere: undefined;
  readonly dataFolder: string;
  /** Starts Latchkey on the test's data folder. Once stopped, it can be started again. */
  readonly start: (options?: StartOptions) => Promise<Latchkey>;
  /** The page of a Latchkey that was started. */
  readonly latchkey: Page;
}

interface WorkerFixtures {
  /** The web host's browser, launched when it is asked for. */
  readonly webBrowser: () => Promise<Browser>;
}

export const test = base.extend<HostChoice & Fixtures, WorkerFixtures>({
  hostKind: ['web', { option: true }],
  webBrowser: [
    async ({ playwright }, use) => {
      let launched: Promise<Browser> | undefined;
      await use(() => {
        launched ??= playwright.chromium.launch();
        return launched;
      });
      await (await launched)?.close();
    },
    { scope: 'worker' },
  ],
  hostIsHere: [
    async ({ hostKind }, use, testInfo) => {
      const why = hostKind === 'electron' ? whyNoElectron() : undefined;
      // Where Electron is meant to be, what should have run with it has failed without.
      if (why !== undefined && process.env.LATCHKEY_ELECTRON === 'required') throw new Error(why);
      testInfo.skip(why !== undefined, why);
      await use(undefined);
    },
    { auto: true },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern.
  dataFolder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-e2e-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },
  start: async ({ hostKind, dataFolder, webBrowser }, use) => {
    const started: Latchkey[] = [];
    const consoleErrors: string[] = [];
    await use(async (options = {}) => {
      const latchkey = stoppedOnce(await startOn(hostKind, { dataFolder, ...options }, webBrowser));
      started.push(latchkey);
      await watchConsole(latchkey.page, consoleErrors);
      return latchkey;
    });
    for (const latchkey of started) await latchkey.stop();
    expect(consoleErrors, 'the page’s console').toEqual([]);
    for (const latchkey of started) expect(latchkey.complaints(), 'what the host wrote').toBe('');
  },
  latchkey: async ({ start }, use) => {
    const { page } = await start();
    await use(page);
  },
});

function stoppedOnce(latchkey: Latchkey): Latchkey {
  let stopped: Promise<void> | undefined;
  return {
    ...latchkey,
    stop: () => {
      stopped ??= latchkey.stop();
      return stopped;
    },
  };
}

/** What it wrote before it could be watched counts too: some hosts open the page by themselves. */
async function watchConsole(page: Page, errors: string[]): Promise<void> {
  const note = (message: ConsoleMessage) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  };
  page.on('console', note);
  page.on('pageerror', (error) => errors.push(String(error)));
  (await page.consoleMessages()).forEach(note);
  errors.push(...(await page.pageErrors()).map(String));
}

function startOn(
  kind: HostKind,
  options: Parameters<typeof startOnElectron>[0],
  webBrowser: () => Promise<Browser>,
): Promise<Latchkey> {
  if (kind === 'electron') return startOnElectron(options);
  if (kind === 'stand-in') return startOnStandIn(options);
  return startOnWeb(options, async () => (await webBrowser()).newContext());
}

export { expect };

/** From the first screen to the sandbox's inspector. Secrets are kept for this session, unless the system has a keychain. */
export async function openSandbox(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try it with the built-in sandbox' }).click();
  const forSession = page.getByRole('button', { name: 'Keep secrets for this session only' });
  const isOpen = page.getByRole('button', { name: 'Start demo traffic' });
  await expect(forSession.or(isOpen)).toBeVisible();
  if (await forSession.isVisible()) await forSession.click();
  await expect(isOpen).toBeVisible();
}

/** The rows of the log that are on screen and contain `text`. */
export function rowsWith(page: Page, text: string) {
  return page.getByRole('grid', { name: 'Events' }).getByRole('row').filter({ hasText: text });
}
