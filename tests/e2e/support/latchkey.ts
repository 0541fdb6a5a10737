/** A Latchkey of the test's own: its own data folder and port, the built app, and a page that may log no error. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Page } from '@playwright/test';

const serveEntry = fileURLToPath(new URL('../../../out/main/serve.js', import.meta.url));

export interface Host {
  readonly url: string;
  /** Everything that it wrote to its terminal. */
  output(): string;
  stop(): Promise<void>;
}

export interface HostOptions {
  readonly dataFolder: string;
  /** Left out: a free one. */
  readonly port?: number;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Starts the built web host and waits for the URL that it prints. */
export async function startHost({ dataFolder, port = 0, environment }: HostOptions): Promise<Host> {
  const child = spawn(
    process.execPath,
    [serveEntry, '--no-open', '--port', String(port), '--data', dataFolder],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        // No keychain unless a test brings its own.
        DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/latchkey',
        ...environment,
      },
    },
  );
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The web host ended with ${code}: ${output}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`;
      const found = /^Latchkey is at (http:\S+)$/.exec(line);
      if (found?.[1]) resolve(found[1]);
    });
  });
  return { url, output: () => output, stop: () => stop(child) };
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

interface Fixtures {
  readonly dataFolder: string;
  readonly host: Host;
  /** What the page wrote to its console as an error, and what it threw. */
  readonly consoleErrors: string[];
  /** The page, opened at the host. */
  readonly latchkey: Page;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern.
  dataFolder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-e2e-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  host: async ({ dataFolder }, use) => {
    const host = await startHost({ dataFolder });
    await use(host);
    await host.stop();
    expect(host.output().replace(/^Latchkey is at .*\n/m, ''), 'what the host wrote').toBe('');
  },
  consoleErrors: async ({ page }, use) => {
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    await use(errors);
  },
  latchkey: async ({ page, host, consoleErrors }, use) => {
    await page.goto(host.url);
    await use(page);
    expect(consoleErrors, 'the page’s console').toEqual([]);
  },
});

export { expect };

/** From the first screen to the sandbox's inspector, secrets kept for this session. */
export async function openSandbox(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try it with the built-in sandbox' }).click();
  await page.getByRole('button', { name: 'Keep secrets for this session only' }).click();
  await expect(page.getByRole('button', { name: 'Start demo traffic' })).toBeVisible();
}

/** The rows of the log that are on screen and contain `text`. */
export function rowsWith(page: Page, text: string) {
  return page.getByRole('grid', { name: 'Events' }).getByRole('row').filter({ hasText: text });
}
