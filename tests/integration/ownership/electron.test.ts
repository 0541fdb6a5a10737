/**
 * Starts where one of the two is the Electron entry: the real entry in a process of its own, on a recording stand-in for
 * Electron. What Electron itself makes of the calls is for tests/e2e-electron.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { recordingBrowser } from '../../support/browser.ts';
import { type ElectronProgram, startElectron } from '../../support/electron-program.ts';
import { startServe, urlOf } from '../../support/programs.ts';
import { roundsInTurn } from '../../support/soak.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const forward = ['window.show', 'window.moveTop', 'window.focus'];
const shown = ({ pid }: ElectronProgram) => `Latchkey is already open in its window (process ${pid}).\n`;

async function startOwner(folder: string, env: NodeJS.ProcessEnv = {}): Promise<ElectronProgram> {
  const owner = startElectron(folder, env);
  await owner.called('window.open');
  return owner;
}

async function end(owner: ElectronProgram, folder: string): Promise<void> {
  await owner.user('quits');
  expect(await owner.ended).toBe(0);
  expect(owner.complaints()).toBe('');
  expect(readdirSync(folder).sort()).toEqual(['chromium', 'latchkey.db', 'latchkey.lock']);
}

describe('a start where Electron has the folder', () => {
  it('of Electron restores and focuses the window, and ends before it is ready', async () => {
    const folder = temporaryFolder();
    const owner = await startOwner(folder);
    await owner.user('minimizes');
    const second = startElectron(folder);
    expect(await second.ended).toBe(0);
    expect(second.output()).toBe(shown(owner));
    expect(second.complaints()).toBe('');
    expect(second.calls()).toEqual([]);
    await owner.called('window.focus');
    expect(owner.calls().slice(-4)).toEqual(['window.restore', ...forward]);
    await end(owner, folder);
  });

  it('of the web host shows the window, and says so', async () => {
    const folder = temporaryFolder();
    const owner = await startOwner(folder);
    const second = startServe(folder);
    expect(await second.ended).toBe(0);
    expect(second.output()).toBe(shown(owner));
    expect(second.complaints()).toBe('');
    await owner.called('window.focus');
    expect(owner.calls().slice(-3)).toEqual(forward);
    await end(owner, folder);
  });

  it('opens a window where the last was closed and the app lives on', async () => {
    const folder = temporaryFolder();
    const env = { LATCHKEY_TEST_PLATFORM: 'darwin' };
    const owner = await startOwner(folder, env);
    await owner.user('closes');
    const second = startElectron(folder, env);
    expect(await second.ended).toBe(0);
    await owner.called('window.open', 2);
    const third = startElectron(folder, env);
    expect(await third.ended).toBe(0);
    await owner.called('app.focus');
    expect(owner.calls().filter((call) => call === 'window.open')).toHaveLength(2);
    await end(owner, folder);
  });

  it('takes it when that Electron was killed', async () => {
    const folder = temporaryFolder();
    const owner = await startOwner(folder);
    owner.signal('SIGKILL');
    await owner.ended;
    const next = await startOwner(folder);
    expect(next.complaints()).toBe('');
    await end(next, folder);
  });

  it('makes one owner of two at once', { timeout: 60 * 60_000 }, async () => {
    const folder = temporaryFolder();
    await roundsInTurn({ inTest: 2, inSoak: 40 }, async () => {
      const both = [startElectron(folder), startElectron(folder)] as const;
      const second = await Promise.race(both.map((program) => program.ended.then(() => program)));
      const owner = second === both[0] ? both[1] : both[0];
      expect(await second.ended, second.complaints()).toBe(0);
      expect(second.output()).toBe(shown(owner));
      await owner.called('window.open');
      owner.signal('SIGKILL');
      await owner.ended;
    });
  });
});

describe('a start of Electron where the web host has the folder', () => {
  it('opens the page in the browser, without its link in sight', async () => {
    const folder = temporaryFolder();
    const owner = startServe(folder);
    await urlOf(owner);
    const browser = recordingBrowser();
    const second = startElectron(folder, browser.env);
    expect(await second.ended).toBe(0);
    const opened = fileURLToPath(await browser.opened());
    expect(opened.startsWith(folder)).toBe(true);
    expect(second.output()).toBe(
      `Latchkey runs in the web host already (process ${owner.pid}). It is open in your browser now.\n`,
    );
    expect(second.output() + second.complaints()).not.toContain('ticket=');
    expect(second.calls()).toEqual([]);
  });

  it('says so where no browser can be opened', async () => {
    const folder = temporaryFolder();
    const owner = startServe(folder);
    await urlOf(owner);
    const second = startElectron(folder);
    expect(await second.ended).toBe(1);
    const { input } = await second.called('errorBox');
    expect(input).toContain(`process ${owner.pid}`);
    expect(input).toContain('No browser could be opened.');
    expect(String(input) + second.output() + second.complaints()).not.toContain('ticket=');
    expect(second.calls()).toEqual(['ready', 'errorBox']);
  });

  it('says who has it when that one hangs', { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    const owner = startServe(folder);
    await urlOf(owner);
    owner.signal('SIGSTOP');
    const second = startElectron(folder);
    expect(await second.ended).toBe(1);
    const { input } = await second.called('errorBox');
    expect(input).toContain(`It is process ${owner.pid}, the web host`);
    expect(second.complaints()).toContain(`kill ${owner.pid}`);
    expect(second.calls()).not.toContain('setPath');
  });
});

describe('Chromium’s own files', () => {
  it('are in the data folder, so that two folders run beside each other', async () => {
    const folders = [temporaryFolder(), temporaryFolder()] as const;
    const apps = await Promise.all(folders.map((folder) => startOwner(folder)));
    for (const [index, folder] of folders.entries()) {
      const chromium = join(folder, 'chromium');
      expect(apps[index]?.records.slice(0, 3)).toEqual([
        { call: 'setPath', input: ['userData', chromium] },
        { call: 'setPath', input: ['sessionData', chromium] },
        { call: 'ready' },
      ]);
      expect(statSync(chromium).mode & 0o777).toBe(0o700);
    }
    await Promise.all(apps.map((app, index) => end(app, String(folders[index]))));
  });

  it('are not where the folder can’t be had', async () => {
    const folder = join(temporaryFolder(), 'a'.repeat(300));
    const app = startElectron(folder);
    expect(await app.ended).toBe(1);
    const { input } = await app.called('errorBox');
    expect(input).toMatch(/^The data folder \S+ can’t be made or written to \(ENAMETOOLONG\)\. /);
    expect(app.calls()).toEqual(['ready', 'errorBox']);
  });
});
