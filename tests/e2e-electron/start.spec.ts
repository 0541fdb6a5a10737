/** What only Electron itself can show of its host. Skipped where it can't run, with the reason. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { electronPath } from '../../scripts/lib/electron.mjs';
import { startOnElectron } from '../e2e/support/hosts.ts';
import { expect, test } from '../e2e/support/latchkey.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('opens a sandboxed window that has nothing of Node’s', async ({ start }) => {
  const { page } = await start();
  await expect(page).toHaveTitle(/Latchkey/);
  expect(page.url()).toBe('app://latchkey/');
  const globals = ['process', 'require', 'module', 'Buffer', 'electron'];
  expect(await page.evaluate((names) => names.filter((name) => name in globalThis), globals)).toEqual([]);
});

test('lets the page open no window, go nowhere and be granted nothing', async ({ start }) => {
  const { page } = await start();
  expect(await page.evaluate(() => window.open('https://example.com/') === null)).toBe(true);
  await page.evaluate(() => {
    location.href = 'https://example.com/';
  });
  expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied');
  const reading = page.evaluate(() => navigator.clipboard.readText());
  await expect(reading).rejects.toThrow(/NotAllowedError|denied/);
  await expect(page.getByRole('button', { name: 'Try it with the built-in sandbox' })).toBeVisible();
  expect(page.url()).toBe('app://latchkey/');
});

test('brings a page back whose process has ended', async ({ dataFolder }) => {
  const latchkey = await startOnElectron({ dataFolder });
  const loadedAgain = latchkey.app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<string>((resolve) => {
        const [window] = BrowserWindow.getAllWindows();
        window?.webContents.once('did-finish-load', () => resolve(window.webContents.getURL()));
        window?.webContents.forcefullyCrashRenderer();
      }),
  );
  expect(await loadedAgain).toBe('app://latchkey/');
  await latchkey.stop();
});

test('a second start leads to the window of the first, and the profile is in the data folder', async ({
  dataFolder,
}) => {
  const latchkey = await startOnElectron({ dataFolder });
  const { stdout } = await promisify(execFile)(String(electronPath()), [root, '--data', dataFolder]);
  expect(stdout).toMatch(/Latchkey is already open in its window \(process \d+\)\./);
  expect(latchkey.app.windows()).toHaveLength(1);
  expect(readdirSync(join(dataFolder, 'chromium'))).not.toEqual([]);
  await latchkey.stop();
});
