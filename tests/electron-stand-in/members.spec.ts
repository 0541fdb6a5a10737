/** The stand-in has what the built bundles take of Electron: nothing is missing, and nothing is there that they do not use. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSandbox } from '../e2e/support/latchkey.ts';
import type { LastWords } from './main/control.ts';
import { callMain } from './support/call-main.ts';
import { copySecret } from './support/copy-secret.ts';
import { declaredByStandIn, type Taken, takenOfElectron } from './support/members.ts';
import { launchStandIn } from './support/stand-in.ts';
import { expect, test } from './support/test.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

function taken(pattern: string): Taken[] {
  const files = globSync(pattern, { cwd: root });
  if (files.length === 0) throw new Error(`There is no ${pattern}: build first.`);
  return files.map((file) => takenOfElectron(file, readFileSync(`${root}${file}`, 'utf8')));
}

function declared(folder: string): string[] {
  return globSync(`tests/electron-stand-in/${folder}/*.ts`, { cwd: root }).flatMap((file) =>
    declaredByStandIn(file, readFileSync(`${root}${file}`, 'utf8')),
  );
}

const together = (sets: readonly ReadonlySet<string>[]) =>
  [...new Set(sets.flatMap((set) => [...set]))].sort();
const ownerOf = (member: string) => member.slice(0, member.lastIndexOf('.'));
const nameOf = (member: string) => member.slice(member.lastIndexOf('.') + 1);

const main = taken('out/main/**/*.js');
const preload = taken('out/preload/*.cjs');

test('reads of a bundle what it takes, whatever its own names hide', () => {
  const source = `
    import { app as electronApp, session } from 'electron';
    electronApp.dock.hide();
    function harden(session) { session.setProxy(); const electronApp = {}; electronApp.inner(); }
    ({ session: other }) => other.x;
    session.defaultSession.flush();`;
  const found = takenOfElectron('bundle.js', source);
  expect([...found.exports]).toEqual(['app', 'session']);
  expect([...found.members]).toEqual(['app.dock', 'session.defaultSession']);
  expect([...found.propertyNames]).toEqual(expect.arrayContaining(['hide', 'setProxy', 'flush', 'inner']));
  const required = takenOfElectron(
    'preload.cjs',
    'let electron = require("electron"); electron.ipcRenderer.sendSync(1);',
  );
  expect([...required.members]).toEqual(['ipcRenderer.sendSync']);
  expect(() => takenOfElectron('bundle.js', "import { app } from 'electron'; app[name]();")).toThrow(
    'computes',
  );
});

test('the main bundle’s imports and their members are what the stand-in has', () => {
  const exported = together(main.map(({ exports }) => exports));
  const standIn = readFileSync(`${root}tests/electron-stand-in/main/electron.ts`, 'utf8');
  const [, list = ''] = /^export \{([^}]*)\};$/m.exec(standIn) ?? [];
  expect(
    list
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
      .sort(),
  ).toEqual(exported);
  const members = declared('main').filter((member) => exported.includes(ownerOf(member)));
  // What a window has is looked at below: it is made, and not imported.
  expect(members.filter((member) => ownerOf(member) !== 'BrowserWindow').sort()).toEqual(
    together(main.map(({ members: found }) => found)),
  );
});

test('so are the preload bundle’s', () => {
  const members = declared('page').filter((member) => !member.startsWith('electron.'));
  expect(members.sort()).toEqual(together(preload.map(({ members: found }) => found)));
});

test('what utility processes have of Electron is read somewhere in the bundles', () => {
  const names = new Set(together(main.map(({ propertyNames }) => propertyNames)));
  expect(declared('utility').filter((member) => !names.has(nameOf(member)))).toEqual([]);
});

test('every member and every event is used in the lives of the app', async ({
  start,
  dataFolder,
  elsewhere,
}) => {
  const lives: (LastWords | undefined)[] = [];
  const macOS = { settings: { platform: 'darwin' } } as const;

  const first = await start(macOS);
  await first.control('maximizeWindow');
  await first.stop();
  lives.push(first.lastWords());

  const second = await start(macOS);
  const { page, control } = second;
  await openSandbox(page);
  await control('askPermission', { permission: 'media', url: 'app://latchkey/', isMainFrame: true });
  await control('askDevice');
  await control('attachWebview');
  await control('navigate', elsewhere.url);
  await control('speak', {
    frameUrl: 'app://latchkey/',
    isMainFrame: true,
    channel: 'latchkey:port',
    args: [null],
    portCount: 2,
  });
  await copySecret(page);
  for (const purpose of ['import', 'export'] as const) {
    const chosen = callMain(page, 'files.choose', { purpose });
    await expect.poll(() => control('fileDialogs')).toHaveLength(1);
    await control('answerFileDialog', null);
    await chosen;
  }
  await control('failChild', { name: 'Latchkey sandbox', report: '' });
  await page.evaluate(() => void window.open('about:blank'));
  await control('minimizeWindow');
  await launchStandIn({ dataFolder }).ended;
  await control('crashPage');
  await expect.poll(async () => (await control('windows'))[0]?.loadCount).toBe(2);
  await control('closeWindow');
  await control('activate');
  await second.stop();
  lives.push(second.lastWords());

  const file = join(dataFolder, 'a-file');
  writeFileSync(file, '');
  const failing = launchStandIn({ dataFolder: file });
  expect(await failing.ended).toEqual({ code: 1, signal: null, childrenLeft: [] });
  expect(failing.errorBoxes).toHaveLength(1);
  lives.push(failing.lastWords());

  const used = lives.flatMap((life) => life?.usedMembers ?? []);
  expect(declared('main').filter((member) => !used.includes(member))).toEqual([]);
  const heard = lives.flatMap((life) => life?.heardEvents ?? []);
  expect(lives[1]?.knownEvents.filter((event) => !heard.includes(event))).toEqual([]);
});
