/** How it ends: in order, with everything it started, and with the log on disk. And what it does when a part ends by itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { openSandbox, rowsWith } from '../e2e/support/latchkey.ts';
import type { StandIn } from './support/stand-in.ts';
import { expect, test } from './support/test.ts';

/** A running sandbox, a live connection, and an open vault. */
async function openEverything(app: StandIn): Promise<void> {
  await openSandbox(app.page);
  await app.page.getByRole('button', { name: 'Start demo traffic' }).click();
  await expect(rowsWith(app.page, 'private-encrypted-orders').first()).toBeVisible();
}

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

function loggedLines(dataFolder: string): string[] {
  const folder = join(dataFolder, 'history');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ndjson'))
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').trimEnd().split('\n'));
}

test('quits with everything open: nothing is left behind, and the log is whole', async ({
  start,
  dataFolder,
}) => {
  const app = await start();
  await openEverything(app);
  const children = await app.control('children');
  expect(children.map(({ name }) => name).sort()).toEqual(['Latchkey sandbox', 'Latchkey vault']);
  const price = rowsWith(app.page, 'demo-prices').filter({ hasText: '"price"' }).last();
  // As far as it is in sight.
  const [shown = 'nothing'] = /\{"[^…]*/.exec((await price.textContent()) ?? '') ?? [];

  expect(await app.stop()).toEqual({ code: 0, signal: null, childrenLeft: [] });
  for (const { pid } of children) await expect.poll(() => isRunning(pid ?? 0)).toBe(false);
  expect(app.output()).toBe('');
  const lines = loggedLines(dataFolder);
  for (const line of lines) JSON.parse(line);
  // The frame is text in the line, and the event’s data is text in the frame.
  expect(lines.map((line) => line.replaceAll('\\', '')).filter((line) => line.includes(shown))).not.toEqual(
    [],
  );
});

test('quits once, however often it is asked', async ({ start }) => {
  const app = await start();
  await openEverything(app);
  await app.disconnect();
  const asked = await Promise.allSettled([app.control('quit'), app.control('quit'), app.control('quit')]);
  expect(asked[0]?.status).toBe('fulfilled');
  expect(await app.ended).toEqual({ code: 0, signal: null, childrenLeft: [] });
  expect(app.output()).toBe('');
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`quits in order on ${signal}`, async ({ start, dataFolder }) => {
    const app = await start();
    await openEverything(app);
    process.kill(app.pid, signal);
    expect(await app.ended).toEqual({ code: 0, signal: null, childrenLeft: [] });
    expect(app.output()).toBe('');
    for (const line of loggedLines(dataFolder)) JSON.parse(line);
  });
}

/** The page ends, and is back when the app has loaded it again. @returns the new one */
async function crashPage(app: StandIn, loadCount: number): Promise<Page> {
  await app.control('crashPage');
  await expect.poll(async () => (await app.control('windows'))[0]?.loadCount).toBe(loadCount);
  return app.connectAgain();
}

test('a page whose process ends comes back, and nothing else has ended', async ({ start }) => {
  const app = await start();
  await openEverything(app);
  const children = await app.control('children');
  const page = await crashPage(app, 2);
  await expect(page.getByText('Vault unlocked')).toBeVisible();
  await expect(page.getByRole('main').getByText('Connected', { exact: true }).first()).toBeVisible();
  const newest = rowsWith(page, 'demo-prices').last();
  const before = await newest.textContent();
  await expect.poll(() => newest.textContent()).not.toBe(before);
  expect(await app.control('children')).toEqual(children);
  const said = app
    .output()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('    at '));
  expect(said).toEqual(['window: Error: The page’s process ended: crashed.']);
});

test('a page that keeps ending is left alone, and the user is told', async ({ start }) => {
  const app = await start();
  for (const loadCount of [2, 3, 4]) await crashPage(app, loadCount);
  expect(app.errorBoxes).toEqual([]);
  await app.control('crashPage');
  await expect.poll(() => app.errorBoxes).toHaveLength(1);
  expect(app.errorBoxes[0]?.title).toBe('Latchkey’s window keeps failing.');
  expect((await app.control('windows'))[0]?.loadCount).toBe(4);
});

test('a vault process that ends is told of, and says nothing of what it had', async ({ start }) => {
  const app = await start();
  const { page } = app;
  await openEverything(app);
  const said = 'a report with the whole environment in it';
  await app.control('failChild', { name: 'Latchkey vault', report: said });
  await expect(page.getByText(/vault locked/i).first()).toBeVisible();
  expect(app.output()).toContain('vault: Error: The vault process ended');
  expect(app.output()).not.toContain(said);
});

test('its processes are told nothing that is meant for Node', async ({ start }) => {
  const app = await start({ environment: { NODE_OPTIONS: '--max-old-space-size=4000', NODE_EXTRA: 'x' } });
  await openEverything(app);
  const children = await app.control('children');
  expect(children).toHaveLength(2);
  for (const { name, environment, execArgv } of children) {
    const names = Object.keys(environment ?? {});
    expect
      .soft(
        names.filter((each) => /^NODE_/i.test(each)),
        name,
      )
      .toEqual([]);
    expect.soft(names, name).toContain('PATH');
    expect.soft(execArgv, name).toEqual([]);
  }
});
