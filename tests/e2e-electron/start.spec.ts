/** The Electron host: the window opens, sandboxed, on the page. Skipped where Electron can't run, with the reason. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, expect, test } from '@playwright/test';

const root = fileURLToPath(new URL('../../', import.meta.url));

function electronBinary(): string | undefined {
  const folder = join(root, 'node_modules/electron');
  if (!existsSync(join(folder, 'path.txt'))) return undefined;
  const name = readFileSync(join(folder, 'path.txt'), 'utf8').trim();
  const path = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), name);
  return existsSync(path) ? path : undefined;
}

const executablePath = electronBinary();

function whySkipped(): string | undefined {
  if (!executablePath) return 'Electron’s binary is not here; `npm start` gets it where the network allows.';
  if (process.platform !== 'linux') return undefined;
  if (process.getuid?.() === 0) return 'Electron’s sandbox does not work for root.';
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? undefined : 'There is no display.';
}

const why = whySkipped();
test.skip(why !== undefined, why);

test('opens a sandboxed window that has nothing of Node’s', async () => {
  const data = await mkdtemp(join(tmpdir(), 'latchkey-electron-'));
  const app = await _electron.launch({
    args: [root, '--data', data],
    ...(executablePath ? { executablePath } : {}),
  });
  try {
    const window = await app.firstWindow();
    await expect(window).toHaveTitle(/Latchkey/);
    expect(new URL(window.url()).protocol).toBe('app:');
    expect(
      await window.evaluate(() => [
        typeof Reflect.get(globalThis, 'process'),
        typeof Reflect.get(globalThis, 'require'),
      ]),
    ).toEqual(['undefined', 'undefined']);
  } finally {
    await app.close();
    await rm(data, { recursive: true, force: true });
  }
});

test('a second start leads to the window of the first, and the profile is in the data folder', async () => {
  const data = await mkdtemp(join(tmpdir(), 'latchkey-electron-'));
  const app = await _electron.launch({
    args: [root, '--data', data],
    ...(executablePath ? { executablePath } : {}),
  });
  try {
    await app.firstWindow();
    const output = await new Promise<string>((resolve, reject) => {
      execFile(String(executablePath), [root, '--data', data], (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
    });
    expect(output).toContain(`Latchkey is already open in its window (process ${app.process().pid}).`);
    expect(app.windows()).toHaveLength(1);
    expect(readdirSync(join(data, 'chromium'))).not.toEqual([]);
  } finally {
    await app.close();
    await rm(data, { recursive: true, force: true });
  }
});
