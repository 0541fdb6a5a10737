/** What an import makes of what is here already, what ends it, and what becomes of it when the vault does not go on. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ImportPreview } from '#shared/contract/imports.ts';
import type { CallInput } from '#shared/contract/index.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { spawnNodeChild } from '../../../electron/processes/node-child.ts';
import { VaultPort } from '../../../renderer/bridge/vault-port.ts';
import { eventually } from '../../support/conditions.ts';
import { wholeImport } from '../../support/import-files.ts';
import { type Latchkey, type LatchkeyOptions, startLatchkey } from '../../support/latchkey.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const started: Latchkey[] = [];
afterEach(async () => {
  for (const latchkey of started.splice(0)) {
    await latchkey.close();
    // One test ends it by force.
    const unexpected = latchkey.bugs.filter((bug) => !bug.includes('The vault process ended: SIGKILL'));
    expect(unexpected).toEqual([]);
  }
});

async function start(options: LatchkeyOptions = {}, dataFolder = temporaryFolder()) {
  const latchkey = await startLatchkey(dataFolder, options);
  started.push(latchkey);
  return latchkey;
}

async function startOpen(options: LatchkeyOptions = {}) {
  const latchkey = await start(options);
  await latchkey.client.call('vault.chooseStore', { store: 'session' });
  return latchkey;
}

const newSecret = () => randomBytes(10).toString('hex');

function write(text: string | Uint8Array, name = '.env'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

const envOf = ({ key = 'app-key', secret = newSecret() } = {}) =>
  `PUSHER_APP_ID=12\nPUSHER_APP_KEY=${key}\nPUSHER_APP_SECRET=${secret}\nPUSHER_APP_CLUSTER=eu\n`;

function applyAll(preview: ImportPreview, changes: Partial<CallInput<'imports.apply'>['apps'][number]> = {}) {
  const { importId, apps } = wholeImport(preview);
  return { importId, apps: apps.map((app) => ({ ...app, ...changes })) };
}

async function secretsOf({ client }: Latchkey, profileId: string) {
  const { credentials } = await client.call('vault.credentials', { profileId });
  const told = await Promise.all(
    credentials.map(async ({ credentialId, slot, key }) => {
      const { value } = await client.call('vault.revealSecret', {
        credentialId,
        confirmed: true,
        purpose: 'show',
      });
      return [value, { slot, key }] as const;
    }),
  );
  return Object.fromEntries(told);
}

describe('what a path leads to', () => {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  let latchkey: Latchkey;
  let client: Latchkey['client'];
  beforeAll(async () => {
    latchkey = await startLatchkey(temporaryFolder());
    client = latchkey.client;
    await client.call('vault.chooseStore', { store: 'session' });
  });
  afterAll(async () => {
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
  });
  writeFileSync(at('.env'), envOf());
  mkdirSync(at('folder'));
  spawnSync('mkfifo', [at('pipe')]);
  symlinkSync(at('pipe'), at('link-to-pipe'));
  symlinkSync(at('gone'), at('link-to-nothing'));
  symlinkSync(at('circle'), at('circle'));
  symlinkSync('.env', at('link'));
  linkSync(at('.env'), at('hard-link'));

  it.each(['.env', 'link', 'hard-link', 'folder/../.env'])('%s is read', async (name) => {
    expect((await client.call('imports.open', { path: `${folder}/${name}` })).apps).toHaveLength(1);
  });

  it.skipIf(process.platform === 'win32').each([
    ['a folder', at('folder'), 'refused', /folder/],
    ['a pipe', at('pipe'), 'refused', /pipe/],
    ['a link to a pipe', at('link-to-pipe'), 'refused', /pipe/],
    ['a link to nothing', at('link-to-nothing'), 'not_found', /no file/],
    ['a link to itself', at('circle'), 'refused', /itself/],
    ['nothing', at('nothing'), 'not_found', /no file/],
    ['what a file can’t have in it', at('.env/x'), 'not_found', /no file/],
    ['an endless device', '/dev/zero', 'refused', /device/],
    ['a terminal', '/dev/tty', 'refused', /device|system says/],
    ['a name that is too long', at('a'.repeat(300)), 'invalid_input', /too long/],
    ['a path from nowhere', relative('/', at('.env')), 'invalid_input', /full path/],
    ['a path with a zero in it', `${at('.env')}\0`, 'invalid_input', /full path/],
  ])('%s is refused in words', async (_what, path, code, words) => {
    const failure = await client.call('imports.open', { path }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(words) });
    expect((failure as AppError).message).not.toContain(path);
  });

  it
    .skipIf(process.platform !== 'linux')
    .each(['/proc/kmsg', '/proc/self/mem', '/proc/self/environ', '/sys/power/state'])(
    '%s is answered, whatever the system says of it',
    async (path) => {
      if (!existsSync(path)) return;
      const answer = await client.call('imports.open', { path }).catch((error: unknown) => error);
      if (answer instanceof AppError) expect(answer.message).toMatch(/\.$/);
      else expect((answer as ImportPreview).problems.length).toBeGreaterThan(0);
      expect((await client.call('imports.open', { path: at('.env') })).apps).toHaveLength(1);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'a file that is another one at each reading is refused',
    async () => {
      await expect(
        client.call('imports.open', { path: '/proc/sys/kernel/random/uuid' }),
      ).rejects.toMatchObject({
        code: 'refused',
        message: 'The file changes while it is being read.',
        retryable: true,
      });
    },
  );

  it.skipIf(process.platform === 'win32')('a socket is refused in words', async () => {
    const server = createServer().listen(at('socket'));
    await expect(client.call('imports.open', { path: at('socket') })).rejects.toMatchObject({
      code: 'refused',
    });
    server.close();
  });

  it.skipIf(process.getuid?.() !== 0)('what another user may not read is refused in words', () => {
    const path = write(envOf());
    chmodSync(path, 0o600);
    chmodSync(join(path, '..'), 0o755);
    const reader = fileURLToPath(new URL('../../support/read-file-process.ts', import.meta.url));
    const as = (uid: number) =>
      spawnSync(process.execPath, [reader, path], { uid, gid: uid, encoding: 'utf8' }).stdout;
    expect(as(65_534)).toBe('refused: Latchkey is not allowed to read this file.');
    expect(as(0)).toMatch(/^\d+ bytes$/);
  });

  it('a file that grows meanwhile has an answer each time, and is read when it rests', async () => {
    const path = write(envOf());
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const writer = new Worker(
      `const { appendFileSync } = require('node:fs');
       const { workerData: { path, shared } } = require('node:worker_threads');
       while (Atomics.load(shared, 0) === 0) { appendFileSync(path, 'A='.padEnd(100, 'x') + '\\n'); Atomics.wait(shared, 0, 0, 1); }`,
      { eval: true, workerData: { path, shared } },
    );
    const ended = new Promise((resolve) => writer.once('exit', resolve));
    for (let turn = 0; turn < 20; turn++) {
      const answer = await client.call('imports.open', { path }).catch((error: unknown) => error);
      if (answer instanceof AppError) expect(answer.message).toMatch(/changes while|1\.0 MB at most/);
      else expect((answer as ImportPreview).apps).toHaveLength(1);
    }
    Atomics.store(shared, 0, 1);
    await ended;
    writeFileSync(path, envOf());
    appendFileSync(path, 'B=1\n');
    expect((await client.call('imports.open', { path })).unrecognised).toBe(1);
  });
});

describe('an import', () => {
  it('enters what was in the file, and leaves the file as it is', async () => {
    const latchkey = await startOpen();
    const { client } = latchkey;
    const secret = newSecret();
    const path = write(envOf({ secret }));
    const preview = await client.call('imports.open', { path });
    expect(preview).toMatchObject({ format: 'variables', unrecognised: 0, problems: [] });
    const { apps } = await client.call('imports.apply', applyAll(preview, { name: 'shop' }));
    const profileId = apps[0]?.profileId ?? '';
    expect(apps).toEqual([
      {
        index: 0,
        name: 'shop',
        profileId,
        isNew: true,
        failure: null,
        secrets: [{ fieldId: 'secret', version: null, outcome: 'entered', slot: 'current', failure: null }],
      },
    ]);
    expect(await secretsOf(latchkey, profileId)).toEqual({ [secret]: { slot: 'current', key: 'app-key' } });
    expect(existsSync(path)).toBe(true);
    const { entries } = await client.call('audit.list', { limit: 10 });
    const actions = entries.map(({ action, count, profileName }) => [action, count, profileName]);
    expect(actions).toContainEqual(['entered', null, 'shop']);
    expect(actions).toContainEqual(['imported', 1, null]);
  });

  it('ends with its apply, with a drop, and with the page that opened it', async () => {
    const { client, app } = await startOpen();
    const path = write(envOf());
    const opened = async () => client.call('imports.open', { path });
    const gone = { code: 'not_found' };

    const applied = await opened();
    await client.call('imports.apply', applyAll(applied));
    await expect(client.call('imports.apply', applyAll(applied))).rejects.toMatchObject(gone);

    const dropped = await opened();
    expect(await client.call('imports.drop', { importId: dropped.importId })).toEqual({});
    await expect(client.call('imports.apply', applyAll(dropped))).rejects.toMatchObject(gone);
    expect(await client.call('imports.drop', { importId: dropped.importId })).toEqual({});

    const answers: unknown[] = [];
    const page = app.openSession((message) => answers.push(message));
    await page.receive({ type: 'call', id: 1, method: 'imports.open', input: { path } });
    const { output } = answers.find((each) => (each as { id?: number }).id === 1) as {
      output: ImportPreview;
    };
    page.close();
    await expect(client.call('imports.apply', applyAll(output))).rejects.toMatchObject(gone);
  });

  it('is one at a time: another one takes its place', async () => {
    const { client } = await startOpen();
    const first = await client.call('imports.open', { path: write(envOf()) });
    const second = await client.call('imports.open', { path: write(envOf()) });
    await expect(client.call('imports.apply', applyAll(first))).rejects.toMatchObject({ code: 'not_found' });
    expect((await client.call('imports.apply', applyAll(second))).apps[0]?.failure).toBeNull();
  });

  it('of two that are opened at once, one can be used at most, and the other says so', async () => {
    const { client } = await startOpen();
    const paths = Array.from({ length: 8 }, () => write(envOf()));
    const opened = await Promise.allSettled(paths.map((path) => client.call('imports.open', { path })));
    const previews = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    for (const each of opened)
      if (each.status === 'rejected')
        expect(each.reason).toMatchObject({ code: 'conflict', retryable: true });
    expect(previews.length).toBeGreaterThan(0);
    const applied = await Promise.allSettled(
      previews.map((preview) => client.call('imports.apply', applyAll(preview))),
    );
    expect(applied.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect((await client.call('profiles.list', {})).profiles.length).toBeLessThanOrEqual(1);
    // And it goes on.
    const next = await client.call('imports.open', { path: paths[0] ?? '' });
    expect((await client.call('imports.apply', applyAll(next))).apps[0]?.failure).toBeNull();
  });

  it('is not opened, nor applied again, while one is applied', async () => {
    const { client } = await startOpen();
    const text = Array.from(
      { length: 40 },
      (_, index) => `PUSHER_P${index}_KEY=k${index}\nPUSHER_P${index}_SECRET=${newSecret()}`,
    );
    const preview = await client.call('imports.open', { value: text.join('\n') });
    const applying = client.call('imports.apply', applyAll(preview));
    const conflict = { code: 'conflict' };
    await expect(client.call('imports.open', { value: envOf() })).rejects.toMatchObject(conflict);
    await expect(client.call('imports.apply', applyAll(preview))).rejects.toMatchObject(conflict);
    expect((await applying).apps.every(({ failure }) => failure === null)).toBe(true);
    expect((await client.call('profiles.list', {})).profiles).toHaveLength(40);
  });

  it('leaves what is entered by hand meanwhile in its place, and goes beside it', async () => {
    const latchkey = await startOpen();
    const { client } = latchkey;
    const first = await client.call('imports.open', { value: envOf() });
    const { apps } = await client.call('imports.apply', applyAll(first));
    const profileId = apps[0]?.profileId ?? '';
    const { credentials } = await client.call('vault.credentials', { profileId });
    await client.call('vault.removeSecret', { credentialId: credentials[0]?.credentialId ?? '' });
    const [typed, imported] = [newSecret(), newSecret()];
    const preview = await client.call('imports.open', { value: envOf({ secret: imported }) });
    const secrets = [{ fieldId: 'secret', isDefault: false }];
    const [entered, applied] = await Promise.all([
      client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value: typed }),
      client.call('imports.apply', applyAll(preview, { into: profileId, given: [], secrets })),
    ]);
    expect(entered.slot).toBe('current');
    expect(applied.apps[0]?.secrets).toMatchObject([{ outcome: 'entered', slot: 'extra', failure: null }]);
    expect(await secretsOf(latchkey, profileId)).toEqual({
      [typed]: { slot: 'current', key: 'app-key' },
      [imported]: { slot: 'extra', key: 'app-key' },
    });
  });

  it('tells what failed, keeps what was done, and makes nothing twice when it is asked again', async () => {
    const { client } = await startOpen();
    const text = `${envOf()}PUSHER_MOBILE_KEY=mobile-key\nPUSHER_MOBILE_SECRET=${newSecret()}\n`;
    const preview = await client.call('imports.open', { value: text });
    const whole = applyAll(preview);
    const half = { ...whole, apps: whole.apps.map((app) => ({ ...app, given: [] })) };
    expect(preview.apps.map(({ asks }) => asks)).toEqual([[], ['appId', 'cluster']]);
    const first = await client.call('imports.apply', half);
    expect(first.apps.map(({ failure }) => failure?.message ?? null)).toEqual([
      null,
      'Something is missing that the file does not have: App id.',
    ]);
    const again = await client.call('imports.apply', whole);
    expect(again.apps.map(({ secrets }) => secrets.map(({ outcome }) => outcome))).toEqual([
      ['present'],
      ['entered'],
    ]);
    expect(again.apps[0]?.profileId).toBe(first.apps[0]?.profileId);
    expect((await client.call('profiles.list', {})).profiles).toHaveLength(2);
    const { entries } = await client.call('audit.list', { limit: 20 });
    expect(entries.filter(({ action }) => action === 'imported').map(({ count }) => count)).toEqual([1, 1]);
  });

  it.each([
    [
      {
        given: [
          { fieldId: 'appId', value: '..' },
          { fieldId: 'cluster', value: 'eu' },
        ],
      },
      /^App id: .*right/,
    ],
    [
      {
        given: [
          { fieldId: 'appId', value: '1' },
          { fieldId: 'cluster', value: 'E U' },
        ],
      },
      /^Cluster: .*right/,
    ],
    [{ given: [{ fieldId: 'secret', value: 'a-secret-in-the-wrong-place' }] }, /no such public field/],
    [{ given: [{ fieldId: 'toString', value: 'x' }] }, /no such public field/],
    [{ index: 7 }, /no such app/],
    [{ into: '7b6f1a52-5f4e-4d6b-9b61-0a1f0b6a1c11' }, /no longer in Latchkey/],
  ])('says what is wrong with an answer, and makes nothing of it', async (changes, words) => {
    const { client } = await startOpen();
    const preview = await client.call('imports.open', {
      value: `PUSHER_KEY=k\nPUSHER_SECRET=${newSecret()}`,
    });
    const { apps } = await client.call('imports.apply', applyAll(preview, changes));
    expect(apps).toEqual([
      expect.objectContaining({
        profileId: null,
        failure: expect.objectContaining({ message: expect.stringMatching(words) }),
      }),
    ]);
    expect(apps[0]?.failure?.message).not.toContain('a-secret');
    expect((await client.call('profiles.list', {})).profiles).toEqual([]);
  });

  it('takes one choice for each app, and those secrets only that the file has', async () => {
    const { client } = await startOpen();
    const preview = await client.call('imports.open', { value: envOf() });
    const { importId, apps } = applyAll(preview);
    await expect(client.call('imports.apply', { importId, apps: [...apps, ...apps] })).rejects.toThrow(
      /twice/,
    );
    const others = ['masterKey', 'key', 'toString'].map((fieldId) => ({ fieldId, isDefault: false }));
    const told = await client.call('imports.apply', applyAll(preview, { secrets: others }));
    expect(told.apps[0]?.secrets.map(({ outcome, failure }) => [outcome, failure?.code])).toEqual(
      others.map(() => ['failed', 'not_found']),
    );
  });
});

describe('what is here already', () => {
  async function withShop() {
    const latchkey = await startOpen();
    const { client } = latchkey;
    const secret = newSecret();
    const first = await client.call('imports.open', { value: envOf({ secret }) });
    const { apps } = await client.call('imports.apply', applyAll(first, { name: 'shop' }));
    const profileId = apps[0]?.profileId ?? '';
    return { latchkey, client, profileId, secret };
  }

  it('is told by key and by secret', async () => {
    const { client, profileId, secret } = await withShop();
    const place = { profileId, name: 'shop' };
    const both = await client.call('imports.open', { value: envOf({ secret }) });
    expect(both.apps[0]?.existing).toEqual([
      { ...place, fieldId: 'key', slot: null, version: null },
      { ...place, fieldId: 'secret', slot: 'current', version: null },
    ]);
    const key = await client.call('imports.open', { value: envOf() });
    expect(key.apps[0]?.existing).toEqual([{ ...place, fieldId: 'key', slot: null, version: null }]);
    const neither = await client.call('imports.open', { value: envOf({ key: 'another' }) });
    expect(neither.apps[0]?.existing).toEqual([]);
  });

  it('is not entered again, and never replaced: another secret stands beside it', async () => {
    const { latchkey, client, profileId, secret } = await withShop();
    const same = await client.call('imports.open', { value: envOf({ secret }) });
    const present = await client.call('imports.apply', applyAll(same, { into: profileId }));
    expect(present.apps[0]).toMatchObject({
      isNew: false,
      name: 'shop',
      secrets: [{ outcome: 'present', slot: 'current' }],
    });
    const other = newSecret();
    const different = await client.call('imports.open', { value: envOf({ secret: other }) });
    const beside = await client.call(
      'imports.apply',
      applyAll(different, { into: profileId, name: 'renamed' }),
    );
    expect(beside.apps[0]?.secrets).toMatchObject([{ outcome: 'entered', slot: 'extra' }]);
    expect(await secretsOf(latchkey, profileId)).toEqual({
      [secret]: { slot: 'current', key: 'app-key' },
      [other]: { slot: 'extra', key: 'app-key' },
    });
    expect((await client.call('profiles.list', {})).profiles.map(({ name }) => name)).toEqual(['shop']);
  });

  it('gives its place up when that is chosen, and stays', async () => {
    const { latchkey, client, profileId, secret } = await withShop();
    const other = newSecret();
    const { importId, apps } = applyAll(
      await client.call('imports.open', { value: envOf({ secret: other, key: 'new-key' }) }),
      { into: profileId, secrets: [{ fieldId: 'secret', isDefault: true }] },
    );
    const told = await client.call('imports.apply', { importId, apps });
    expect(told.apps[0]?.secrets).toMatchObject([{ outcome: 'entered', slot: 'current', failure: null }]);
    expect(await secretsOf(latchkey, profileId)).toEqual({
      [secret]: { slot: 'extra', key: 'app-key' },
      [other]: { slot: 'current', key: 'new-key' },
    });
    expect((await client.call('profiles.list', {})).profiles[0]?.key).toBe('new-key');
  });

  it('keeps its place while a rotation works on it; the new one is kept beside it', async () => {
    const { latchkey, client, profileId, secret } = await withShop();
    await client.call('rotation.start', { profileId, planId: 'key-pair' });
    const other = newSecret();
    const preview = await client.call('imports.open', { value: envOf({ secret: other }) });
    const chosen = applyAll(preview, { into: profileId, secrets: [{ fieldId: 'secret', isDefault: true }] });
    const told = await client.call('imports.apply', chosen);
    expect(told.apps[0]?.secrets).toMatchObject([
      {
        outcome: 'entered',
        slot: 'extra',
        failure: { message: expect.stringMatching(/rotation is under way/) },
      },
    ]);
    expect(await secretsOf(latchkey, profileId)).toMatchObject({
      [secret]: { slot: 'current' },
      [other]: { slot: 'extra' },
    });
  });

  it('of another kind takes no secret that it has no field for', async () => {
    const { client, profileId } = await withShop();
    const preview = await client.call('imports.open', {
      value: `AIRSHIP_APP_KEY=k\nAIRSHIP_MASTER_SECRET=${newSecret()}`,
    });
    const told = await client.call('imports.apply', applyAll(preview, { into: profileId, given: [] }));
    expect(told.apps[0]?.secrets).toMatchObject([{ outcome: 'failed', failure: { code: 'invalid_input' } }]);
  });

  it('a key that stands alone goes to the app that it is for', async () => {
    const { client, profileId } = await withShop();
    const masterKey = randomBytes(32).toString('base64');
    const preview = await client.call('imports.open', {
      value: `PUSHER_ENCRYPTION_MASTER_KEY_BASE64=${masterKey}`,
    });
    expect(preview.apps[0]?.provider).toBe('master-key');
    const told = await client.call('imports.apply', applyAll(preview, { into: profileId }));
    expect(told.apps[0]?.secrets).toMatchObject([
      { fieldId: 'masterKey', outcome: 'entered', slot: 'current' },
    ]);
  });
});

describe('the vault', () => {
  const passphrase = { value: 'a passphrase of the test' };

  it('has to be open', async () => {
    const { client } = await start();
    await client.call('vault.chooseStore', { store: 'file', passphrase });
    await client.call('vault.lock', {});
    await expect(client.call('imports.open', { path: write(envOf()) })).rejects.toMatchObject({
      code: 'vault_locked',
    });
    await expect(client.call('imports.open', { value: envOf() })).rejects.toMatchObject({
      code: 'vault_locked',
    });
  });

  it('takes what was read along when it is locked', async () => {
    const { client } = await start();
    await client.call('vault.chooseStore', { store: 'file', passphrase });
    const preview = await client.call('imports.open', { path: write(envOf()) });
    await client.call('vault.lock', {});
    await client.call('vault.unlock', { passphrase });
    await expect(client.call('imports.apply', applyAll(preview))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('locked while an import is applied: what is in stays, the rest is told, and the file can be taken again', {
    timeout: 120_000,
  }, async () => {
    const latchkey = await start();
    const { client } = latchkey;
    await client.call('vault.chooseStore', { store: 'file', passphrase });
    const count = 30;
    const text = Array.from(
      { length: count },
      (_, index) =>
        `PUSHER_P${index}_APP_ID=1\nPUSHER_P${index}_CLUSTER=eu\nPUSHER_P${index}_KEY=k${index}\nPUSHER_P${index}_SECRET=${newSecret()}\n`,
    ).join('');
    const preview = await client.call('imports.open', { value: text });
    const changes = Promise.withResolvers<void>();
    let seen = 0;
    client.on('vault.credentialsChanged', () => {
      if (++seen === 5) changes.resolve();
    });
    const applying = client.call('imports.apply', applyAll(preview));
    await changes.promise;
    await client.call('vault.lock', {});
    const told = (await applying).apps.flatMap(({ secrets }) => secrets);
    const entered = told.filter(({ outcome }) => outcome === 'entered').length;
    expect(entered).toBeGreaterThanOrEqual(5);
    expect(entered).toBeLessThan(count);
    for (const { failure } of told.filter(({ outcome }) => outcome === 'failed'))
      expect(failure?.code).toBe('vault_locked');
    await client.call('vault.unlock', { passphrase });
    const again = await client.call('imports.open', { value: text });
    const into = applyAll(again);
    const known = new Map(again.apps.map(({ index, existing }) => [index, existing[0]?.profileId ?? null]));
    const second = await client.call('imports.apply', {
      ...into,
      apps: into.apps.map((app) => ({ ...app, into: known.get(app.index) ?? null })),
    });
    const outcomes = second.apps.flatMap(({ secrets }) => secrets.map(({ outcome }) => outcome));
    expect(outcomes.filter((outcome) => outcome === 'present')).toHaveLength(entered);
    expect(outcomes.filter((outcome) => outcome === 'entered')).toHaveLength(count - entered);
    expect((await client.call('profiles.list', {})).profiles).toHaveLength(count);
    expect(latchkey.bugs).toEqual([]);
  });

  it('ended by force while it reads: that is said, and nothing is left', async () => {
    const pids: number[] = [];
    const latchkey = await start({
      spawnProcess: (entry, options) => {
        const child = spawnNodeChild(entry, options);
        if (options.name === 'vault') pids.push(child.pid ?? 0);
        return child;
      },
    });
    const { client } = latchkey;
    await client.call('vault.chooseStore', { store: 'session' });
    const opening = client.call('imports.open', { path: write(envOf()) });
    process.kill(pids.at(-1) ?? 0, 'SIGKILL');
    await expect(opening).rejects.toMatchObject({ code: 'vault_locked' });
    await client.call('vault.chooseStore', { store: 'session' }).catch(() => client.call('vault.unlock', {}));
    await eventually(async () => (await client.call('vault.status', {})).state === 'unlocked');
    const preview = await client.call('imports.open', { path: write(envOf()) });
    expect((await client.call('imports.apply', applyAll(preview))).apps[0]?.failure).toBeNull();
  });
});

describe('what was pasted', () => {
  it('goes past main where the host has channels, and by no other way', async () => {
    const latchkey = await startOpen({ hasPorts: true });
    const { client, app } = latchkey;
    const secret = newSecret();
    const preview = await client.secrets.importText(envOf({ secret }));
    const { apps } = await client.call('imports.apply', applyAll(preview));
    expect(apps[0]?.secrets).toMatchObject([{ outcome: 'entered' }]);
    const search = new SecretSearch([{ name: 'secret', value: secret }]);
    expect(search.inText('page and main', latchkey.recording.join('\n'))).toEqual([]);
    expect(search.inText('main and vault', latchkey.vaultRecording.join('\n'))).toEqual([]);
    await expect(client.call('imports.open', { value: envOf() })).rejects.toMatchObject({ code: 'refused' });

    // What was entered as a secret is no text to import, and the other way round.
    const port = await VaultPort.open((end) => app.passPort(end));
    await port.enter(newSecret());
    await expect(client.call('imports.open', { portId: port.portId })).rejects.toMatchObject({
      code: 'not_found',
    });
    port.close();
  });

  it('goes through the call on the web host, and by no other way', async () => {
    const { client } = await startOpen();
    expect((await client.secrets.importText(envOf())).apps).toHaveLength(1);
    const portId = '7b6f1a52-5f4e-4d6b-9b61-0a1f0b6a1c11';
    await expect(client.call('imports.open', { portId })).rejects.toMatchObject({ code: 'refused' });
  });

  it('is bounded', async () => {
    const { client } = await startOpen();
    await expect(client.secrets.importText('A=1\n'.repeat(60_000))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(client.secrets.importText('')).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

it('where the host has a dialog, no file is read but one that was chosen in it', async () => {
  const [chosen, other] = [write(envOf()), write(envOf())];
  const { client } = await startOpen({ pickFile: async () => chosen });
  expect((await client.call('about.info', {})).hasFilePicker).toBe(true);
  await expect(client.call('imports.open', { path: chosen })).rejects.toMatchObject({ code: 'refused' });
  expect(await client.call('files.choose', { purpose: 'import' })).toEqual({ path: chosen });
  expect((await client.call('imports.open', { path: chosen })).apps).toHaveLength(1);
  await expect(client.call('imports.open', { path: other })).rejects.toMatchObject({ code: 'refused' });
  rmSync(chosen);
  await expect(client.call('imports.open', { path: chosen })).rejects.toMatchObject({ code: 'not_found' });
});
