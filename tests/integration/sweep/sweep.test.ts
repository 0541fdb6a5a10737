/** The leak sweep of the whole app: real secrets in a real vault process, looked for in folders made for the test. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { SweepProgress } from '#shared/contract/sweep.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { eventually } from '../../support/conditions.ts';
import { type Latchkey, type LatchkeyOptions, startLatchkey } from '../../support/latchkey.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const started: Latchkey[] = [];
afterEach(async () => {
  for (const latchkey of started.splice(0)) {
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
  }
});

const endpoint = { host: '127.0.0.1', port: 1, tls: false, path: '' };
const newSecret = () => randomBytes(20).toString('hex');

async function start(options: LatchkeyOptions = {}) {
  const latchkey = await startLatchkey(temporaryFolder(), options);
  started.push(latchkey);
  const { client } = latchkey;
  await client.call('vault.chooseStore', { store: 'session' });
  const addApp = async (name: string) => {
    const { profileId } = await client.call('profiles.save', {
      profile: {
        name,
        environment: 'local',
        dialect: 'other',
        appId: '1',
        key: 'key',
        location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
      },
    });
    return profileId;
  };
  return { latchkey, client, addApp, folder: temporaryFolder() };
}

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error ?? new Error('It did not fail');
  return error;
}

function write(folder: string, name: string, content: string | Uint8Array): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** So much to read that a sweep does not come to its end, and nothing on the disk: a hole. */
function makeEndless(folder: string): void {
  const path = join(folder, 'endless');
  closeSync(openSync(path, 'wx'));
  truncateSync(path, 2 ** 42);
}

describe.each([
  ['without channels, as on the web host', false],
  ['with channels, as in Electron', true],
])('a sweep %s', (_, hasPorts) => {
  test('finds every kind of secret, says whose it is, and repeats none', async () => {
    const { latchkey, client, addApp, folder } = await start({ hasPorts });
    const [shop, news] = [await addApp('shop'), await addApp('news')];
    const [secret, extra, other] = [newSecret(), newSecret(), newSecret()];
    const masterKey = randomBytes(32);
    const enter = (profileId: string, kind: string, slot: 'current' | 'extra', value: string) =>
      client.secrets.enter({ profileId, kind, slot, value, ...(kind === 'secret' ? { key: 'key' } : {}) });
    const ids = {
      secret: (await enter(shop, 'secret', 'current', secret)).credentialId,
      extra: (await enter(shop, 'secret', 'extra', extra)).credentialId,
      other: (await enter(news, 'secret', 'current', other)).credentialId,
      masterKey: (await enter(news, 'masterKey', 'current', masterKey.toString('base64'))).credentialId,
      short: (await enter(news, 'secret', 'extra', 'short')).credentialId,
    };
    write(folder, 'src/.env', `A=1\nSECRET=${secret}\n`);
    write(folder, 'dist/app.js', `\n\nconst s = "${Buffer.from(extra).toString('base64')}"`);
    write(folder, `${other}.txt`, `https://example.test/?s=${encodeURIComponent(`${other}/`)}`);
    write(folder, 'keys.bin', Buffer.concat([randomBytes(99).map((byte) => byte | 0x80), masterKey]));
    write(folder, 'clean.txt', newSecret());
    const before = latchkey.recording.length;
    const vaultBefore = latchkey.vaultRecording.length;
    const report = await client.call('sweep.start', { path: folder, history: false });
    const told = report.found.map(({ credentialId, profileId, form, path, line, commit }) =>
      [credentialId, profileId, form, path, line, commit].join(' '),
    );
    expect(told.sort()).toEqual(
      [
        [ids.secret, shop, 'plain', 'src/.env', 2, null].join(' '),
        [ids.extra, shop, 'base64', 'dist/app.js', 3, null].join(' '),
        [ids.other, news, 'plain', '***.txt', null, null].join(' '),
        [ids.other, news, 'plain', '***.txt', 1, null].join(' '),
        [ids.masterKey, news, 'bytes', 'keys.bin', 1, null].join(' '),
      ].sort(),
    );
    expect(report).toMatchObject({
      secrets: 5,
      tooShort: 1,
      missing: 0,
      files: 5,
      unreadable: 0,
      isCut: false,
      links: 0,
      repositories: 0,
      unreadableRepositories: 0,
      history: 'not-asked',
    });
    const search = new SecretSearch([
      { name: 'secret', value: secret },
      { name: 'extra', value: extra },
      { name: 'other', value: other },
      { name: 'master key', value: masterKey.toString('base64') },
    ]);
    const since = [...latchkey.recording.slice(before), ...latchkey.vaultRecording.slice(vaultBefore)];
    expect(since.join('\n')).toContain('dist/app.js');
    expect(search.inText('what was told', since.join('\n'))).toEqual([]);
    // The search would have found it: it is where the test itself put it.
    expect((await search.inFolder(folder)).findings.length).toBeGreaterThan(0);
    const { entries } = await client.call('audit.list', { limit: 50 });
    expect(entries.map(({ action }) => action)).not.toContain('revealed');
  });

  test('goes through the history on request', async () => {
    const { client, addApp, folder } = await start({ hasPorts });
    const profileId = await addApp('shop');
    const secret = newSecret();
    const place = { profileId, kind: 'secret', slot: 'current' } as const;
    await client.secrets.enter({ ...place, value: secret });
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=n', '-c', 'user.email=e@example.test', ...args], {
        encoding: 'utf8',
      }).trim();
    git('init', '-q', '-b', 'main');
    write(folder, '.env', `SECRET=${secret}\n`);
    git('add', '.');
    git('commit', '-qm', 'first');
    const commit = git('rev-parse', 'HEAD');
    write(folder, '.env', 'SECRET=\n');
    git('commit', '-qam', 'second');
    expect(await client.call('sweep.start', { path: folder, history: false })).toMatchObject({
      history: 'not-asked',
      repositories: 1,
      found: [],
    });
    const report = await client.call('sweep.start', { path: folder, history: true });
    expect(report).toMatchObject({
      history: 'swept',
      repositories: 1,
      found: [{ path: '.env', line: 1, commit }],
    });
    const elsewhere = await client.call('sweep.start', { path: temporaryFolder(), history: true });
    expect(elsewhere).toMatchObject({ history: 'unreadable', found: [] });
  });

  test('is cancelled, and another one may follow', async () => {
    const { client, addApp, folder } = await start({ hasPorts });
    const profileId = await addApp('shop');
    await client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value: newSecret() });
    makeEndless(folder);
    const told: SweepProgress[] = [];
    client.on('sweep.progress', (progress) => told.push(progress));
    const cancelling = new AbortController();
    const sweeping = client.call(
      'sweep.start',
      { path: folder, history: false },
      { signal: cancelling.signal },
    );
    sweeping.catch(() => {});
    await eventually(() => told.length > 0, { what: 'the first progress' });
    // While one is under way there is no other.
    const second = await failureOf(client.call('sweep.start', { path: folder, history: false }));
    expect(second).toMatchObject({ code: 'conflict' });
    cancelling.abort();
    expect(await failureOf(sweeping)).toMatchObject({ code: 'cancelled' });
    const small = temporaryFolder();
    await eventually(async () => {
      const again = client.call('sweep.start', { path: small, history: false });
      return again.then(
        ({ files }) => files === 0,
        (error: AppError) => error.code !== 'conflict' && Promise.reject(error),
      );
    });
    expect(told.at(-1)?.bytes).toBeGreaterThan(0);
  });
});

test('signing goes on during a sweep, and locking ends it', async () => {
  const { client, addApp, folder, latchkey } = await start();
  const profileId = await addApp('shop');
  await client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value: newSecret() });
  makeEndless(folder);
  const told: SweepProgress[] = [];
  client.on('sweep.progress', (progress) => told.push(progress));
  const sweeping = client.call('sweep.start', { path: folder, history: false });
  sweeping.catch(() => {});
  await eventually(() => told.length > 0, { what: 'the first progress' });
  const startedWith = told.length;
  // Each of these asks the vault process for a signature, and the server that is not there for an answer.
  let signed = 0;
  while (told.length === startedWith) {
    await client.call('publishing.publish', { profileId, channel: 'private-x', event: 'x', data: '{}' });
    signed++;
  }
  expect(signed).toBeGreaterThan(0);
  expect(latchkey.vaultRecording.filter((text) => text.includes('auth_signature')).length).toBe(signed);
  await client.call('vault.lock', { forget: true });
  expect(await failureOf(sweeping)).toMatchObject({ code: 'vault_locked' });
  expect(await failureOf(client.call('sweep.start', { path: folder, history: false }))).toMatchObject({
    code: 'vault_locked',
  });
});

test('says that there is nothing to look for, no such folder, and no whole path', async () => {
  const { client, addApp, folder } = await start();
  const startAt = (path: string) => failureOf(client.call('sweep.start', { path, history: false }));
  expect(await startAt(folder)).toMatchObject({ code: 'no_credential' });
  const profileId = await addApp('shop');
  await client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value: newSecret() });
  expect(await startAt(join(folder, 'nothing'))).toMatchObject({ code: 'not_found' });
  write(folder, 'file', 'x');
  expect(await startAt(join(folder, 'file'))).toMatchObject({ code: 'not_found' });
  expect(await startAt('relative')).toMatchObject({ code: 'invalid_input' });
  expect(await startAt('/a\0b')).toMatchObject({ code: 'invalid_input' });
});

test('where the host has a dialog, only a folder that was chosen in it is swept', async () => {
  const { client, addApp, folder } = await start({ pickFile: async () => folder });
  const profileId = await addApp('shop');
  await client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value: newSecret() });
  const sweeping = () => client.call('sweep.start', { path: folder, history: false });
  expect(await failureOf(sweeping())).toMatchObject({ code: 'refused' });
  await client.call('files.choose', { purpose: 'sweep' });
  expect(await sweeping()).toMatchObject({ files: 0 });
});
