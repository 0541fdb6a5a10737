/**
 * What remains in memory right after a secret was entered, or shown, on the web host: copies are counted in every process.
 * `node tests/bench/memory-after-entry.ts [--runs N] [--minutes N] [--write]` wants a build (`npm run build`), Linux,
 * Chromium and GNOME Keyring. With `--write`, the table in docs/security.md is made anew.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ProfileInput } from '#shared/contract/profiles.ts';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { eventually } from '../support/conditions.ts';
import { BareBrowser, type Tab } from '../support/devtools.ts';
import { type ProcessEntry, processTree, searchProcess } from '../support/process-memory.ts';
import { SecretSearch } from '../support/secret-search.ts';
import { startSecretService } from '../support/secret-service.ts';
import { type ServeProgramOptions, startServeProgram } from '../support/serve-program.ts';
import { openSocketClient } from '../support/socket-client.ts';

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
  },
});
const [runs, minutes] = [Number(flags.runs), Number(flags.minutes)];

const ways = ['typed', 'pasted', 'shown'] as const;
type Way = (typeof ways)[number];
const places = ['page', 'browser', 'network', 'main', 'vault', 'others'] as const;
type Place = (typeof places)[number];
/** Copies that are whole; those that are cut, of twelve characters or more, are beside them. */
interface Count {
  whole: number;
  part: number;
}
type Counts = Record<Place, Count>;
interface Moment {
  readonly name: string;
  readonly counts: Counts;
}

const profile: ProfileInput = {
  name: 'shop',
  environment: 'local',
  dialect: 'pusher',
  appId: '3',
  key: 'shopkey',
  location: { kind: 'cluster', cluster: 'eu' },
};

function placeOf({ commandLine }: ProcessEntry): Place {
  if (commandLine === 'latchkey-vault') return 'vault';
  if (commandLine.includes('serve.js')) return 'main';
  if (commandLine.includes('network.mojom')) return 'network';
  if (commandLine.includes('--type=renderer')) return 'page';
  return commandLine.includes('--type=') ? 'others' : 'browser';
}

function countIn(search: SecretSearch, roots: readonly number[]): Counts {
  const counts = Object.fromEntries(places.map((place) => [place, { whole: 0, part: 0 }])) as Counts;
  for (const entry of roots.flatMap(processTree)) {
    const count = counts[placeOf(entry)];
    for (const { isWhole } of searchProcess(search, entry.pid, '')?.findings ?? [])
      count[isWhole ? 'whole' : 'part']++;
  }
  return counts;
}

async function measure(way: Way): Promise<Moment[]> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-memory-'));
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const profileFolder = join(folder, 'profile');
    mkdirSync(profileFolder);
    const keyring = await startSecretService();
    closing.push(() => keyring.close());
    await keyring.startKeyring();
    const options = { dataFolder: join(folder, 'data'), code: 'built', environment: keyring.env } as const;
    const secret = randomBytes(10).toString('hex');
    await prepare(options, way === 'shown' ? secret : undefined);

    const host = await startServeProgram(options);
    closing.push(() => host.stop());
    const browser = await BareBrowser.launch(profileFolder);
    closing.push(() => browser.close());
    const tab = await browser.openTab(host.url);
    await tab.send('Page.bringToFront');
    await tab.until(
      `document.body.innerText.includes('Vault unlocked') && document.querySelector('[role=tab]')`,
    );
    await openTab(tab, 'Keys & rotation');

    const search = new SecretSearch([{ name: 'the secret', value: secret }]);
    const moments: Moment[] = [];
    const note = (name: string) => moments.push({ name, counts: countIn(search, [host.pid, browser.pid]) });
    if (way === 'shown') await show(tab, secret, note);
    else await enter(browser, tab, way, secret, note);
    await delay(minutes * 60_000);
    note(`${minutes} minutes later`);
    await tab.send('HeapProfiler.collectGarbage');
    for (let turn = 0; turn < 20; turn++)
      for (const name of ['Inspector', 'Channels', 'Presence', 'Publish', 'Keys & rotation'])
        await openTab(tab, name);
    note('after garbage collection in the page, and 100 changes of screen');
    await tab.send('Page.reload');
    await tab.until(`document.querySelector('[role=tab]')`);
    note('after the page was reloaded');
    const socket = openSocketClient(await host.createUrl());
    await socket.client.call('vault.lock', {});
    socket.close();
    await eventually(() => !host.child('latchkey-vault'));
    note('after the vault was locked');
    return moments;
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

/** An app, and its secret if it is to be there already: in a run that ends before anything is counted. */
async function prepare(options: ServeProgramOptions, secret: string | undefined): Promise<void> {
  const host = await startServeProgram(options);
  const { client, close } = openSocketClient(host.url);
  await eventually(async () => (await client.call('vault.status', {})).state === 'unlocked');
  const { profileId } = await client.call('profiles.save', { profile });
  if (secret) await client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value: secret });
  close();
  await host.stop();
}

const field = `document.querySelector('input[type=password]')`;

async function enter(
  browser: BareBrowser,
  tab: Tab,
  way: 'typed' | 'pasted',
  secret: string,
  note: (moment: string) => void,
): Promise<void> {
  await click(tab, 'Enter the secret');
  await tab.until(field);
  await tab.evaluate(`${field}.focus()`);
  if (way === 'typed') await tab.type(secret);
  else await paste(browser, tab, secret);
  await tab.until(`${field}.value.length === ${secret.length}`);
  note('in its field');
  await tab.press('Enter');
  await tab.until(`!${field}`);
  note('in the vault, and its field gone');
}

async function show(tab: Tab, secret: string, note: (moment: string) => void): Promise<void> {
  await tab.until(`document.querySelector('[aria-label="Show the current app secret"]')`);
  await tab.evaluate(`document.querySelector('[aria-label="Show the current app secret"]').click()`);
  await click(tab, 'Show for 10 s');
  await tab.until(
    `document.querySelector('section[aria-label^="Show the"] code')?.textContent.length === ${secret.length}`,
  );
  note('on the screen');
  // Counting may have taken longer than it is shown for.
  await tab.evaluate(`${buttonNamed('Hide now')}?.click()`);
  await tab.until(`!document.querySelector('section[aria-label^="Show the"]')`);
  note('hidden again');
}

async function click(tab: Tab, name: string): Promise<void> {
  await tab.until(buttonNamed(name));
  await tab.evaluate(`${buttonNamed(name)}.click()`);
}

const buttonNamed = (name: string) =>
  `[...document.querySelectorAll('button')].find((each) => each.textContent.includes(${JSON.stringify(name)}))`;

async function openTab(tab: Tab, name: string): Promise<void> {
  const element = `[...document.querySelectorAll('[role=tab]')].find((each) => each.textContent.includes(${JSON.stringify(name)}))`;
  await tab.evaluate(`${element}.click()`);
  await tab.until(`${element}.getAttribute('aria-selected') === 'true'`);
}

/**
 * Through the clipboard, as another program would fill it: a page of another site, in a process that ends. It is told
 * the secret with every bit the other way round. Then something else is copied.
 */
async function paste(browser: BareBrowser, tab: Tab, secret: string): Promise<void> {
  const server = createServer((_, response) => response.end('<!doctype html><title>-</title>')).listen(
    0,
    '127.0.0.1',
  );
  const { port } = await eventually(() => server.address() as AddressInfo | null);
  const masked = JSON.stringify([...Buffer.from(secret)].map((byte) => byte ^ 0xff));
  const other = await browser.openTab(`http://localhost:${port}/`);
  await other.until(`document.title === '-'`);
  await other.send('Browser.grantPermissions', {
    permissions: ['clipboardReadWrite', 'clipboardSanitizedWrite'],
  });
  const copy = (text: string) => other.evaluate(`navigator.clipboard.writeText(${text}).then(() => true)`);
  await other.send('Page.bringToFront');
  await copy(`String.fromCharCode(...${masked}.map((byte) => byte ^ 0xff))`);
  await tab.send('Page.bringToFront');
  await tab.press('Paste');
  await tab.until(`document.querySelector('input[type=password]').value !== ''`);
  await other.send('Page.bringToFront');
  await copy(`'something else'`);
  await other.close();
  await tab.send('Page.bringToFront');
  server.close();
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? 0;
}

function table(measured: ReadonlyMap<Way, readonly (readonly Moment[])[]>): string {
  const rows = ways.flatMap((way) => {
    const all = measured.get(way) ?? [];
    return (all[0] ?? []).map(({ name }, index) => {
      const cells = places.map((place) => {
        const counts = all.map((moments) => moments[index]?.counts[place] ?? { whole: 0, part: 0 });
        const [whole, part] = [
          median(counts.map((each) => each.whole)),
          median(counts.map((each) => each.part)),
        ];
        return part > 0 ? `${whole} + ${part}` : String(whole);
      });
      return [index === 0 ? way : '', name, ...cells];
    });
  });
  const head = [
    '',
    'when',
    'the page',
    'the browser',
    'its network service',
    'main',
    'the vault process',
    'others',
  ];
  const all = [head, head.map(() => ''), ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row, index) => {
      const cells = row.map((cell, column) => {
        const width = widths[column] ?? 0;
        return index === 1 ? '-'.repeat(width) : cell.padEnd(width);
      });
      return `| ${cells.join(' | ')} |`;
    })
    .join('\n');
}

const measured = new Map<Way, Moment[][]>();
for (const way of ways) {
  const all: Moment[][] = [];
  for (let run = 0; run < runs; run++) all.push(await measure(way));
  measured.set(way, all);
}
const versions = `Node ${process.versions.node}, ${execFileSync(findChromium() ?? '', ['--version'], {
  encoding: 'utf8',
})
  .trim()
  .split(' ')
  .slice(0, 2)
  .join(' ')}`;
const text = `Medians of ${runs} runs with ${versions} on Linux.\n\n${table(measured)}`;
console.log(text);
if (flags.write) {
  const path = new URL('../../docs/security.md', import.meta.url);
  const [begin, end] = ['<!-- memory-after-entry: begin -->', '<!-- memory-after-entry: end -->'];
  const before = readFileSync(path, 'utf8');
  const [from, to] = [before.indexOf(begin) + begin.length, before.indexOf(end)];
  if (from < begin.length || to < from) throw new Error('docs/security.md has no place for the table');
  writeFileSync(path, `${before.slice(0, from)}\n\n${text}\n\n${before.slice(to)}`);
}
