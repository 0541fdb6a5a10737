/** The window and the menu: where it comes back, what brings it forward, and what its items do. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { openSandbox } from '../e2e/support/latchkey.ts';
import { launchStandIn, type StandIn } from './support/stand-in.ts';
import { expect, test } from './support/test.ts';

const display = { x: 0, y: 0, width: 1920, height: 1080 };
const place = { x: 100, y: 50, width: 1000, height: 700 };

test('comes back where it was', async ({ start }) => {
  const first = await start();
  expect((await first.control('windows'))[0]).toMatchObject({
    bounds: { width: 1440, height: 900 },
    isMaximized: false,
  });
  await first.control('moveWindow', place);
  await first.stop();
  const second = await start();
  expect((await second.control('windows'))[0]).toMatchObject({ bounds: place, isMaximized: false });
});

test('comes back maximized, with the place that it has otherwise', async ({ start }) => {
  const first = await start();
  await first.control('moveWindow', place);
  await first.control('maximizeWindow');
  await first.stop();
  const second = await start();
  expect((await second.control('windows'))[0]).toMatchObject({ bounds: place, isMaximized: true });
});

test('keeps its place when the user closes it, too', async ({ start }) => {
  const first = await start();
  await first.control('moveWindow', place);
  await first.control('closeWindow');
  await first.ended;
  const second = await start();
  expect((await second.control('windows'))[0]).toMatchObject({ bounds: place });
});

test('does not come back where no display is', async ({ start }) => {
  const first = await start({ settings: { displays: [display, { ...display, x: 1920 }] } });
  await first.control('moveWindow', { ...place, x: 2000 });
  await first.stop();
  const second = await start({ settings: { displays: [display] } });
  const [window] = await second.control('windows');
  expect(window?.options).not.toHaveProperty('x');
  expect(window?.bounds).toMatchObject({ width: 1440, height: 900 });
});

test('is shown when there is something to see, in the system’s colours', async ({ start }) => {
  const app = await start({ settings: { isDark: true } });
  await expect
    .poll(async () => (await app.control('windows'))[0])
    .toMatchObject({
      options: { show: false, backgroundColor: '#16181d' },
      isVisible: true,
    });
});

/** What each item of the menu that is Latchkey's own leads to in the page. */
const commands: readonly (readonly [path: readonly string[], shows: (page: Page) => Locator])[] = [
  [['File', 'Add app…'], (page) => page.getByRole('heading', { name: 'Add an app' })],
  [['File', 'Settings'], (page) => page.getByRole('heading', { name: 'Settings' })],
  [['View', 'Go to…'], (page) => page.getByRole('dialog')],
  [['help', 'Keyboard shortcuts'], (page) => page.getByRole('dialog')],
];

test('the menu’s items run the page’s commands', async ({ app }) => {
  const { page } = app;
  await openSandbox(page);
  for (const [path, shows] of commands) {
    await expect(shows(page), path.join(' › ')).toHaveCount(0);
    await app.control('chooseMenuItem', path);
    await expect(shows(page), path.join(' › ')).toBeVisible();
    await page.keyboard.press('Escape');
  }
  await app.control('chooseMenuItem', ['View', 'Toggle sidebar']);
  await expect(page.getByRole('separator', { name: 'Width of the sidebar' })).toBeHidden();
  await app.control('chooseMenuItem', ['View', 'Toggle sidebar']);

  await app.control('chooseMenuItem', ['File', 'Lock vault']);
  // What is kept for this session only is forgotten by locking, so it asks.
  await expect(page.getByRole('alertdialog')).toContainText('forget');

  const own = (await app.control('menu')).filter(({ isChosenByApp }) => isChosenByApp);
  expect(own.map(({ path }) => path)).toEqual([
    ['File', 'Add app…'],
    ['File', 'Lock vault'],
    ['File', 'Settings'],
    ['View', 'Go to…'],
    ['View', 'Toggle sidebar'],
    ['help', 'Keyboard shortcuts'],
  ]);
  // The page has the keys: the menu that took them as well would run a command twice.
  expect(own.filter(({ registersAccelerator }) => registersAccelerator)).toEqual([]);
});

const rolesOf = async (app: StandIn) =>
  (await app.control('menu')).flatMap(({ role }) => (role ? [role] : []));

test('the menu is the system’s own: the app’s on macOS, and the tools of development when it is one', async ({
  start,
}) => {
  const development = await start({ settings: { platform: 'linux' } });
  expect(await rolesOf(development)).toEqual(expect.arrayContaining(['quit', 'editMenu', 'toggleDevTools']));
  expect(await rolesOf(development)).not.toContain('appMenu');
  await development.stop();
  const packaged = await start({ settings: { platform: 'darwin', isPackaged: true } });
  expect(await rolesOf(packaged)).toEqual(expect.arrayContaining(['appMenu', 'close', 'editMenu']));
  expect(await rolesOf(packaged)).not.toContain('toggleDevTools');
  expect(await rolesOf(packaged)).not.toContain('quit');
});

test('on macOS the app outlives its window, and opens it again', async ({ start }) => {
  const app = await start({ settings: { platform: 'darwin' } });
  await app.control('moveWindow', place);
  await app.control('closeWindow');
  expect(await app.control('windows')).toEqual([]);
  await app.control('activate');
  await expect.poll(() => app.control('windows')).toEqual([expect.objectContaining({ bounds: place })]);
  await app.control('activate');
  expect(await app.control('windows')).toHaveLength(1);
  const page = await app.connectAgain();
  await openSandbox(page);
});

test('on macOS no window is opened by an app that quits', async ({ start }) => {
  const app = await start({ settings: { platform: 'darwin' } });
  await openSandbox(app.page);
  await app.disconnect();
  // In one breath: quitting closes connections and processes, which takes a while.
  await Promise.allSettled([app.control('quit'), app.control('activate'), app.control('activate')]);
  expect(await app.ended).toEqual({ code: 0, signal: null, childrenLeft: [] });
  expect(app.output()).toBe('');
});

test('a second start brings the window of the first forward, and is done', async ({ start, dataFolder }) => {
  const app = await start();
  await app.control('minimizeWindow');
  const second = launchStandIn({ dataFolder });
  expect(await second.ended).toEqual({ code: 0, signal: null, childrenLeft: [] });
  expect(second.output()).toBe(`Latchkey is already open in its window (process ${app.pid}).\n`);
  expect(await app.control('windows')).toEqual([
    expect.objectContaining({ isMinimized: false, isVisible: true, isOnTop: true, isFocused: true }),
  ]);
});

test('what keeps it from starting is said to the user', async ({ dataFolder }) => {
  const file = join(dataFolder, 'a-file');
  writeFileSync(file, '');
  const failing = launchStandIn({ dataFolder: file });
  expect(await failing.ended).toEqual({ code: 1, signal: null, childrenLeft: [] });
  expect(failing.errorBoxes).toEqual([{ title: expect.stringContaining(file), content: expect.any(String) }]);
});

test('elsewhere the app ends with its window', async ({ start }) => {
  const app = await start({ settings: { platform: 'linux' } });
  await app.control('closeWindow');
  expect(await app.ended).toEqual({ code: 0, signal: null, childrenLeft: [] });
});
