/** The web host is started where it runs already, and where its owner ends, hangs or was killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Database, Preferences } from '../../../electron/storage/index.ts';
import { recordingBrowser } from '../../support/browser.ts';
import { type Program, startServe, urlOf } from '../../support/programs.ts';
import { Starter } from '../../support/starter.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { openPage, settled, Tab } from '../../support/web-page.ts';

async function end(owner: Program): Promise<void> {
  owner.signal('SIGTERM');
  expect(await owner.ended).toBe(0);
}

describe('a second start of the web host', () => {
  it('prints a new link to the first, and is done', async () => {
    const folder = temporaryFolder();
    const owner = startServe(folder);
    const url = await urlOf(owner);
    const second = startServe(folder);
    expect(await second.ended).toBe(0);
    const secondUrl = await urlOf(second);
    expect(secondUrl).not.toBe(url);
    expect(second.output()).toBe(`Latchkey is at ${secondUrl}\n`);
    expect(second.complaints()).toBe('');
    // Each opens a page of the host that lives on, and once.
    const pages = [await openPage(secondUrl), await openPage(url)];
    const late = new Tab();
    expect(await settled(late.open(secondUrl))).toMatchObject({ state: 'refused', reason: 'used' });
    for (const { client } of pages)
      expect(await client.call('profiles.list', {})).toEqual({ profiles: [], services: [] });
    for (const tab of [late, ...pages.map((page) => page.tab)]) tab.close();
    await end(owner);
    expect(owner.output()).toBe(`Latchkey is at ${url}\n`);
    expect(owner.complaints()).toBe('');
    expect(readdirSync(folder)).not.toContain('latchkey.sock');
    expect(readdirSync(folder)).not.toContain('owner.json');
  });

  it('says that its port is not used, unless it is the one in use', async () => {
    const folder = temporaryFolder();
    const owner = startServe(folder);
    const { port } = new URL(await urlOf(owner));
    const other = startServe(folder, ['--no-open', '--port', '1']);
    expect(await other.ended).toBe(0);
    expect(other.complaints()).toMatch(/^It was running already, so --port 1 had no effect\. .*\n$/);
    expect(other.complaints()).toContain(String(owner.pid));
    const same = startServe(folder, ['--no-open', '--port', port]);
    expect(await same.ended).toBe(0);
    expect(same.complaints()).toBe('');
    await end(owner);
  });

  it('opens the browser at the first by a file of the owner’s own, and not with --no-open', async () => {
    const folder = temporaryFolder();
    const owner = startServe(folder);
    const url = await urlOf(owner);
    const browser = recordingBrowser();
    const quiet = startServe(folder, ['--no-open'], { env: browser.env });
    expect(await quiet.ended).toBe(0);
    const second = startServe(folder, [], { env: browser.env });
    expect(await second.ended).toBe(0);
    expect(quiet.output()).toBe(`Latchkey is at ${await urlOf(quiet)}\n`);
    const shown = await urlOf(second);
    expect(second.output()).toBe(
      `Latchkey is opening in your browser. If it does not, this link works once: ${shown}\n`,
    );
    expect(new Set([url, await urlOf(quiet), shown]).size).toBe(3);
    const given = await browser.opened();
    const file = fileURLToPath(given);
    expect(browser.times()).toBe(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain(`content="0;url=${shown}"`);
    // No page ever came for it.
    await end(owner);
    expect(existsSync(file)).toBe(false);
  });

  it('finds the owner through a link to the folder', async () => {
    const folder = temporaryFolder();
    const link = join(temporaryFolder(), 'link');
    symlinkSync(folder, link);
    const owner = startServe(folder);
    const { origin } = new URL(await urlOf(owner));
    const second = startServe(link);
    expect(await second.ended).toBe(0);
    expect(new URL(await urlOf(second)).origin).toBe(origin);
    await end(owner);
  });

  it.each([
    ['with spaces and letters of other scripts', 'my data – данные 数据 ñ'],
    ['too long for a socket', join('a'.repeat(120), 'b'.repeat(120))],
  ])('finds the owner of a folder whose path is %s', async (_what, name) => {
    const folder = join(temporaryFolder(), name);
    const owner = startServe(folder);
    const { origin } = new URL(await urlOf(owner));
    const second = startServe(folder);
    expect(await second.ended).toBe(0);
    expect(new URL(await urlOf(second)).origin).toBe(origin);
    await end(owner);
    expect(owner.complaints()).toBe('');
  });
});

describe('an owner that was killed', () => {
  it('leaves a lock, a note and a socket that the next start takes for what they are', async () => {
    const folder = temporaryFolder();
    const killed = startServe(folder);
    const before = await urlOf(killed);
    killed.signal('SIGKILL');
    expect(await killed.ended).toBe('SIGKILL');
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['latchkey.sock', 'owner.json']));
    const next = startServe(folder);
    const url = await urlOf(next);
    expect(url).not.toBe(before);
    expect(next.complaints()).toBe('');
    // In the place of the one that was left, not beside it.
    const { address } = JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8'));
    expect(address).toBe(join(folder, 'latchkey.sock'));
    const second = startServe(folder);
    expect(await second.ended).toBe(0);
    expect(new URL(await urlOf(second)).origin).toBe(new URL(url).origin);
    await end(next);
    const database = await Database.open(folder);
    expect(database.notices).toEqual([]);
    database.close();
  });
});

/** In place of the owner's socket, one of the test's: it tells that somebody has come, and never answers. */
async function silentSocket(folder: string): Promise<{ visited: Promise<unknown> }> {
  const address = join(folder, 'silent.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(address, resolve));
  onTestFinished(() => void server.close());
  writeFileSync(
    join(folder, 'owner.json'),
    JSON.stringify({ host: 'web', pid: process.pid, version: '0.0.0', address }),
    { mode: 0o600 },
  );
  return { visited: once(server, 'connection') };
}

describe('an owner that is ending', () => {
  it.each([
    ['ends', (owner: Starter) => owner.release()],
    ['is killed', (owner: Starter) => owner.kill()],
  ])('is waited for, and its folder taken when it %s', async (_how, endOwner) => {
    const folder = temporaryFolder();
    const [first, second] = await Promise.all([Starter.ready(), Starter.ready()]);
    await first.start(folder);
    await first.stopAnswering();
    const { visited } = await silentSocket(folder);
    const outcome = second.start(folder);
    await visited;
    await endOwner(first);
    expect(await outcome).toMatchObject({ outcome: 'owner', notices: [] });
  });
});

describe('an owner that hangs', { timeout: 120_000 }, () => {
  it('is named by the second start, which touches nothing and fails in bounded time', async () => {
    const folder = temporaryFolder();
    const owner = await Starter.ready();
    await owner.start(folder);
    const files = () =>
      readdirSync(folder)
        .sort()
        .map((name) => [name, statSync(join(folder, name)).size]);
    const before = files();
    owner.freeze();
    const second = startServe(folder);
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe('');
    expect(second.complaints()).toMatch(
      /^Another Latchkey is using the data folder \S+, and does not answer\. .*\n$/,
    );
    expect(second.complaints()).toContain(`It is process ${owner.pid}, the web host of version 0.0.0.`);
    expect(second.complaints()).toContain(`kill ${owner.pid}`);
    expect(second.complaints()).toContain('--data');
    expect(files()).toEqual(before);
    // It was only slow: it goes on as if nothing had been.
    owner.thaw();
    const third = await Starter.ready();
    expect(await third.start(folder)).toMatchObject({ outcome: 'handedOver', pid: owner.pid });
    await owner.release();
    const database = await Database.open(folder);
    expect(database.notices).toEqual([]);
    expect(new Preferences(database).read('owner')).toBe(owner.pid);
    database.close();
  });

  it('is not named after a note that a killed one left', async () => {
    const folder = temporaryFolder();
    const ended = spawn('true');
    await new Promise((resolve) => ended.once('exit', resolve));
    const holder = await Database.open(folder);
    writeFileSync(
      join(folder, 'owner.json'),
      JSON.stringify({ host: 'web', pid: ended.pid, version: '0.0.0', address: join(folder, 'gone.sock') }),
      { mode: 0o600 },
    );
    const second = startServe(folder);
    expect(await second.ended).toBe(1);
    expect(second.complaints()).toContain('Another Latchkey is using the data folder');
    expect(second.complaints()).not.toContain(String(ended.pid));
    holder.close();
  });
});
