/**
 * A whole errand with planted secrets, through the page, the web host and a real keychain; then everything that could
 * have kept one is searched. What is in memory is searched in an app that was started again after they were entered.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { deriveChannelKey } from '../../../electron/signing/master-key.ts';
import { eventually } from '../../support/conditions.ts';
import { keyringEntries } from '../../support/keyring-entries.ts';
import {
  controlBytes,
  leaksIn,
  missedIn,
  newControl,
  newMarker,
  placesOf,
} from '../../support/leak-verdict.ts';
import { type ProcessEntry, processTree, searchProcess } from '../../support/process-memory.ts';
import { readRecordedMessages } from '../../support/recorded-messages.ts';
import { type Finding, SecretSearch } from '../../support/secret-search.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import type { Secret } from '../../support/secret-spellings.ts';
import { type ServeProgram, startServeProgram } from '../../support/serve-program.ts';
import { type Browser, heapSnapshot, openBrowser } from '../support/browser.ts';
import { test as base, expect, rowsWith } from '../support/latchkey.ts';
import { officialServer } from '../support/official.ts';
import * as errand from '../support/secret-errand.ts';
import { startServer, subscribe } from '../support/server.ts';

const test = base.extend<{ readonly closing: (() => unknown)[] }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern.
  closing: async ({}, use) => {
    const closing: (() => unknown)[] = [];
    await use(closing);
    for (const close of closing.toReversed()) await close();
  },
});

test.skip(process.platform !== 'linux', 'Only Linux lets a test look into processes.');

const encryptedChannel = 'private-encrypted-orders';
const newMasterKey = () => randomBytes(32).toString('base64');

const marker = newMarker();
const control = newControl();
const controls = [marker, control];
const leaks = (findings: readonly Finding[]) => leaksIn(findings, controls);

/** What is typed in the errand. */
const typed = {
  masterKey: newMasterKey(),
  nextMasterKey: newMasterKey(),
  /** A server that does not know it refuses what it signs. */
  wrong: `${randomBytes(6).toString('base64')}"\\é☕%&+<${randomBytes(6).toString('base64')}`,
  malformedMasterKey: randomBytes(31).toString('base64'),
  refusedByKeychain: randomBytes(10).toString('hex'),
  /** Typed, and never sent. */
  leftInField: randomBytes(10).toString('hex'),
};

test('secrets are left nowhere but in the keychain and the vault process', async ({ closing }) => {
  test.setTimeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-leaks-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const made = (name: string) => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };
  const folders = {
    data: made('data'),
    temporary: made('temporary'),
    profile: made('profile'),
    home: made('home'),
  };
  const recording = join(folder, 'messages');
  writeFileSync(recording, '');
  const keyring = await startSecretService();
  closing.push(() => keyring.close());
  await keyring.startKeyring();
  const [shop, other] = [await startServer(), await startServer()];
  closing.push(async () => {
    await Promise.all([shop.server.close(), other.server.close()]);
  });
  const nextPair = shop.app.createPair();
  const environment = { ...keyring.env, TMPDIR: folders.temporary };

  const secrets: Secret[] = [
    { name: 'the app secret', value: shop.credentials.secret },
    { name: 'the next app secret', value: nextPair.secret },
    ...Object.entries(typed).map(([name, value]) => ({ name, value })),
    ...[typed.masterKey, typed.nextMasterKey].flatMap((masterKey, index) => {
      const value = Buffer.from(masterKey, 'base64');
      return [
        { name: `the bytes of master key ${index}`, value },
        { name: `the channel key of master key ${index}`, value: deriveChannelKey(value, encryptedChannel) },
      ];
    }),
  ];

  // First run: secrets are entered, used, refused and rotated; processes crash.
  const recorder = new URL('../../support/record-messages.ts', import.meta.url);
  const first = await startServeProgram({
    code: 'built',
    dataFolder: folders.data,
    environment: {
      ...environment,
      NODE_OPTIONS: `--import ${recorder.href}`,
      LATCHKEY_TEST_MESSAGES: recording,
    },
  });
  closing.push(() => first.stop());
  const browser = await openBrowser(folders);
  closing.push(() => browser.kill());
  const { page } = browser;
  await browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(first.url);
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible();

  await errand.typeApp(page, {
    name: `shop ${marker.value}`,
    credentials: shop.credentials,
    secret: shop.credentials.secret,
    masterKey: typed.masterKey,
  });
  const early = new SecretSearch([...secrets, ...controls]);
  expect(leaks(early.inText('the page, while they are in its fields', await page.content()))).toEqual([]);
  await errand.addTypedApp(page, 'shop');
  await errand.subscribeToAll(page, ['private-orders', 'presence-room', encryptedChannel]);
  await expect(await errand.publish(page, 'private-orders', `{"marker":"${marker.value}"}`)).toContainText(
    'Accepted',
  );
  await expect(await errand.publish(page, encryptedChannel, '{"id":2}')).toContainText('encrypted');
  const publishWith = (masterKey: string, data: unknown) =>
    officialServer(shop.credentials, masterKey).trigger(encryptedChannel, 'order.paid', data);
  await publishWith(typed.masterKey, { marker: marker.value });
  await errand.openTab(page, 'Inspector');
  await expect(rowsWith(page, 'order.paid')).toContainText(marker.value);
  await errand.rotateMasterKey(page, typed.nextMasterKey, () => publishWith(typed.nextMasterKey, {}));
  await errand.rotatePair(page, nextPair);

  await errand.typeApp(page, {
    name: 'wrong',
    credentials: other.credentials,
    secret: typed.wrong,
    refusedMasterKey: typed.malformedMasterKey,
    masterKey: 'generate',
  });
  await errand.addTypedApp(page, 'wrong');
  await errand.openTab(page, 'Inspector');
  await subscribe(page, 'private-orders');
  await expect(rowsWith(page, 'private-orders').first()).toBeVisible();
  await expect(await errand.publish(page, 'orders', '{}')).toContainText('401');
  await other.server.close();
  await expect(await errand.publish(page, 'orders', '{}')).toContainText('No answer');

  await errand.rehearseInSandbox(page);
  secrets.push(...(await generatedSecrets(keyring, secrets)));
  const crashedVault = endChild(first, 'latchkey-vault', 'SIGSEGV');
  endChild(first, 'latchkey-sandbox', 'SIGABRT');
  await eventually(() => (first.child('latchkey-vault')?.pid ?? crashedVault) !== crashedVault, {
    what: 'another vault process',
  });
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible();
  await errand.openApp(page, 'shop');
  await keyring.lock();
  await errand.replaceRefused(page, typed.refusedByKeychain);
  await keyring.stopKeyring();
  await keyring.startKeyring();
  await errand.lockVault(page);
  await errand.unlockVault(page);
  await errand.showSecret(page);
  await errand.copySecret(page);
  await errand.lockVault(page);
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('');
  await errand.unlockVault(page);
  await errand.openAuditLog(page);
  await errand.openApp(page, 'shop');

  const search = new SecretSearch([...secrets, ...controls]);

  await test.step('the page’s heap, once its forms are closed', async () => {
    await errand.openTab(page, 'Inspector');
    const held = await holdInPage(page);
    const snapshot = await heapSnapshot(browser.context, page);
    const findings = search.inText('the page’s heap', snapshot);
    expect(leaks(findings)).toEqual([]);
    expect(placesOf(findings, marker)).toHaveLength(1);
    const ways = Object.entries(held).map(([name, value]) => ({ name, value }));
    const found = new SecretSearch(ways).inText('the page’s heap', snapshot);
    expect(new Set(found.map(({ secret }) => secret))).toEqual(new Set(Object.keys(held)));
  });

  await errand.typeReplacement(page, typed.leftInField);
  const crashed = new Promise((resolve) => page.once('crash', resolve));
  page.goto('chrome://crash').catch(() => {});
  await crashed;
  if (browser.processes().some((entry) => nameOf(entry) === crashReporter)) {
    const isDump = (name: string | Buffer) => name.toString().endsWith('.dmp');
    await eventually(() => readdirSync(folders.home, { recursive: true }).some(isDump), {
      what: 'the browser’s dump of the page that crashed',
    });
  }
  const again = await browser.context.newPage();
  await again.goto(await first.createUrl());
  await errand.openApp(again, 'shop');
  await errand.typeReplacement(again, typed.leftInField);
  await leaveOrdinaryField(again, folders.profile);
  await browser.kill();
  // No goodbye: what was written last is in SQLite's write-ahead log only.
  process.kill(first.pid, 'SIGKILL');
  await first.ended;

  await test.step('the data folder, the temporary files, the browser’s profile', async () => {
    for (const path of Object.values(folders)) {
      writeFileSync(join(path, 'control'), controlBytes(control));
      const { findings } = await search.inFolder(path);
      expect(leaks(findings)).toEqual([]);
      expect(missedIn(findings, control), path).toEqual([]);
      rmSync(join(path, 'control'));
      const marked = placesOf(findings, marker).join('\n');
      // What the app keeps itself, and what the browser keeps of other pages' fields, for a restored session.
      const kept = { [folders.data]: ['.db-wal', '.ndjson'], [folders.profile]: ['/Sessions/'] }[path] ?? [];
      for (const file of kept) expect(marked).toContain(file);
    }
  });

  await test.step('what the processes wrote to their terminals, and the page to its console', async () => {
    const findings = [
      ...search.inText('the web host’s output', first.output()),
      ...search.inText('the browser’s output', browser.log.join('\n')),
    ];
    expect(first.output()).toContain('SIGSEGV');
    expect(leaks(findings)).toEqual([]);
    expect(
      missedIn(search.inText('a child’s output', await printed(controlBytes(control))), control),
    ).toEqual([]);
  });

  await test.step('messages', async () => {
    const { received, sent } = browser.sockets;
    const withSecrets = (messages: readonly string[]) =>
      messages
        .filter((message) => leaks(search.inText('', message)).length > 0)
        .map((text) => JSON.parse(text));
    expect(placesOf(search.inText('messages to the page', received.join('\n')), marker)).toHaveLength(1);
    expect(missedIn(search.inText('a message', controlBytes(control).toString('latin1')), control)).toEqual(
      [],
    );

    // The entry itself, once for each secret that the page did not refuse by itself.
    const entries = withSecrets(sent);
    expect(entries.map(({ method }) => method)).toEqual(entries.map(() => 'vault.enterSecret'));
    const { malformedMasterKey: _, leftInField: __, refusedByKeychain, ...accepted } = typed;
    // The page keeps it back if it has been told by then that the keychain is locked.
    const wasSent = entries.some(({ input }) => input.value === refusedByKeychain);
    const expected = [
      shop.credentials.secret,
      nextPair.secret,
      ...Object.values(accepted),
      ...(wasSent ? [refusedByKeychain] : []),
    ];
    expect(hashesOf(entries.map(({ input }) => input.value))).toEqual(hashesOf(expected));
    const rest = entries.map(({ input: { value: _, ...input }, ...call }) => ({ ...call, input }));
    expect(leaks(search.inText('the rest of an entry', JSON.stringify(rest)))).toEqual([]);

    // The answers to the two calls that asked for a secret: to show it, and to copy it.
    const asked = sent
      .map((text) => JSON.parse(text))
      .filter(({ method }) => method === 'vault.revealSecret');
    expect(asked.map(({ input }) => input.purpose)).toEqual(['show', 'copy']);
    const [shown, copied] = asked.map(({ id }) => ({
      type: 'result',
      id,
      output: { value: nextPair.secret },
    }));
    expect(hashesOf(withSecrets(received).map((message) => JSON.stringify(message)))).toEqual(
      hashesOf([shown, copied].map((message) => JSON.stringify(message))),
    );

    const fromChildren = readRecordedMessages(recording).map(({ from, message, bytes }) => ({
      from,
      message,
      findings: search.inBytes(`a message from ${from}`, bytes),
    }));
    const fromVault = fromChildren.filter(({ from }) => from === 'latchkey-vault');
    const told = fromVault.filter(({ findings }) => leaks(findings).length > 0);
    expect(told.map(({ message }) => shapeOf(message))).toEqual(
      Array(2).fill('{"answer":"number","value":{"value":"string"}}'),
    );
    expect(
      placesOf(
        fromVault.flatMap(({ findings }) => findings),
        marker,
      ),
    ).toHaveLength(1);
    // The sandbox hands over what it made: its pair, its second pair, its two master keys.
    const handedOver = fromChildren.filter(
      ({ from, findings }) => from !== 'latchkey-vault' && leaks(findings).length > 0,
    );
    expect(handedOver.map(({ from }) => from)).toEqual(Array(3).fill('latchkey-sandbox'));
    expect(handedOver.every(({ message }) => 'answer' in (message as object))).toBe(true);
  });

  // Second run, in which nothing is entered.
  const second = await startServeProgram({
    code: 'built',
    dataFolder: folders.data,
    environment,
  });
  closing.push(() => second.stop());
  const later = await openBrowser(folders);
  closing.push(() => later.kill());
  await useAgain(later, second, () => publishWith(typed.nextMasterKey, { later: marker.value }));

  await test.step('memory, while the vault is unlocked', () => {
    for (const entry of processTree(second.pid)) {
      const findings = searchProcess(search, entry.pid, nameOf(entry))?.findings ?? [];
      if (entry.pid !== second.child('latchkey-vault')?.pid) expect(leaks(findings)).toEqual([]);
      else {
        const found = new Set(findings.filter(({ isWhole }) => isWhole).map(({ secret }) => secret));
        expect(found).toContain('the next app secret');
        expect(found).toContain('nextMasterKey');
        expect(found).toContain('the bytes of master key 1');
      }
    }
  });

  await errand.lockVault(later.page);

  await test.step('memory, once the vault is locked', async () => {
    await eventually(() => second.child('latchkey-vault') === undefined, {
      what: 'the end of the vault process',
    });
    const [searched, marked] = [new Set<string>(), new Set<string>()];
    for (const entry of [...processTree(second.pid), ...later.processes()]) {
      const name = nameOf(entry);
      const report = searchProcess(search, entry.pid, name);
      if (!report) continue;
      searched.add(name);
      const { findings, readBytes, unread } = report;
      expect(leaks(findings)).toEqual([]);
      expect(readBytes, name).toBeGreaterThan(1_000_000);
      expect(
        unread.filter((mapping) => !isNoMemory(mapping)),
        name,
      ).toEqual([]);
      if (placesOf(findings, marker).length > 0) marked.add(name);
    }
    const network = 'network.mojom.NetworkService';
    expect([...searched]).toEqual(
      expect.arrayContaining(['main', 'renderer', 'browser', 'gpu-process', network]),
    );
    expect([...marked]).toEqual(expect.arrayContaining(['main', 'renderer', 'browser']));
  });
});

const hashesOf = (values: readonly string[]) =>
  values.map((value) => createHash('sha256').update(value).digest('hex')).toSorted();

/** With the kinds of its values in their place. */
const shapeOf = (message: unknown) =>
  JSON.stringify(message, (_, value) => (typeof value === 'object' ? value : typeof value));

/** The kernel's own pages, and what is mapped beyond the end of a file. */
const isNoMemory = (mapping: string) => mapping.startsWith('[vvar') || mapping.startsWith('/');

/** Not every browser has one. */
const crashReporter = 'the crash reporter';

function nameOf({ commandLine }: ProcessEntry): string {
  if (commandLine.startsWith('latchkey-')) return commandLine;
  if (commandLine.includes('serve.js')) return 'main';
  if (commandLine.includes('crashpad_handler')) return crashReporter;
  const [, type, part] = /--type=(\S+)(?:.* --utility-sub-type=(\S+))?/.exec(commandLine) ?? [];
  return part ?? type ?? 'browser';
}

/** Gives the id of the process. */
function endChild(host: ServeProgram, title: string, signal: NodeJS.Signals): number {
  const child = host.child(title);
  if (!child) throw new Error(`There is no ${title}`);
  process.kill(child.pid, signal);
  return child.pid;
}

/** What the vault process and the sandbox made, with the vault's canary: what is in the keychain and was not typed. */
async function generatedSecrets(keyring: SecretService, known: readonly Secret[]): Promise<Secret[]> {
  const entries = await keyringEntries(keyring);
  const generated = entries.filter(({ password }) => !known.some(({ value }) => value === password));
  expect(generated.length, 'a master key, two pairs, two master keys of the sandbox, a canary').toBe(6);
  return generated.flatMap(({ password }, index) => {
    const text = { name: `what was generated, ${index}`, value: password };
    if (password.length !== 44) return [text];
    return [
      text,
      { name: `the bytes of what was generated, ${index}`, value: Buffer.from(password, 'base64') },
    ];
  });
}

/** What a child process of the test's own writes to its terminal. */
async function printed(bytes: Buffer): Promise<string> {
  const child = spawn(process.execPath, ['-e', 'process.stdin.pipe(process.stderr)'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  child.stdin.end(bytes);
  let output = '';
  for await (const chunk of child.stderr) output += chunk;
  return output;
}

/** Has the page make random values and keep them as strings of every kind that V8 has. Gives the values. */
function holdInPage(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => {
    const random = () =>
      [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => `${byte + 100}`).join('');
    const values = { oneByte: random(), twoByte: random(), joined: random(), piece: random() };
    const half = values.joined.length / 2;
    const held = {
      oneByte: values.oneByte.split('').join(''),
      twoByte: `☕${values.twoByte}`.split('').join(''),
      joined: values.joined.slice(0, half) + values.joined.slice(half),
      piece: `${'.'.repeat(40)}${values.piece}${'.'.repeat(40)}`.split('').join('').slice(20, -20),
    };
    Object.assign(globalThis, { heldForTheTest: held });
    return values;
  });
}

/**
 * Leaves the page for one with a field that may be remembered, types there and leaves that one too, until the browser
 * has written down where its user was, and what was typed.
 */
async function leaveOrdinaryField(page: Page, profile: string): Promise<void> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><form><input></form>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.locator('input').pressSequentially(marker.value);
  await page.goto('about:blank');
  const search = new SecretSearch([marker]);
  const sessions = join(profile, 'Default', 'Sessions');
  await eventually(async () => (await search.inFolder(sessions)).findings.length > 0, {
    what: 'the browser’s own record of the session',
  });
  server.close();
  server.closeAllConnections();
}

/** Everything that needs a secret, in an app whose secrets were entered in another run. */
async function useAgain(
  { page }: Browser,
  host: ServeProgram,
  trigger: () => Promise<unknown>,
): Promise<void> {
  await page.goto(host.url);
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible();
  await errand.openApp(page, 'shop');
  await page.getByRole('button', { name: 'Connect', exact: true }).first().click();
  await errand.subscribeToAll(page, ['private-orders', encryptedChannel]);
  await trigger();
  await expect(rowsWith(page, 'order.paid').last()).toContainText('later');
  const data = JSON.stringify({ marker: marker.value });
  await expect(await errand.publish(page, encryptedChannel, data)).toContainText('encrypted');
  await page.getByLabel('Data', { exact: true }).pressSequentially(data);
}
