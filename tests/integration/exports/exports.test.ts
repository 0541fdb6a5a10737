/** Exports of the whole app, with a real vault process and real files: what leaves, where to, and what the audit log has. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { openBundle } from '../../../electron/vault/bundle.ts';
import { parseImport } from '../../../electron/vault/import/index.ts';
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

const endpoint = { host: '127.0.0.1', port: 6001, tls: false, path: '' };
const passphrase = 'correct horse battery';

async function start(options: LatchkeyOptions = {}, dataFolder = temporaryFolder()) {
  const latchkey = await startLatchkey(dataFolder, options);
  started.push(latchkey);
  const { client } = latchkey;
  await client.call('vault.chooseStore', { store: 'session' });
  const shop = await client.call('profiles.save', {
    profile: {
      name: 'shop',
      environment: 'production',
      dialect: 'soketi',
      appId: '77',
      key: 'shop-key',
      location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    },
  });
  const news = await client.call('profiles.saveService', {
    service: {
      name: 'news',
      environment: 'staging',
      provider: 'airship',
      fields: [
        { fieldId: 'site', value: 'go.airship.eu' },
        { fieldId: 'appKey', value: 'news-app-key' },
      ],
    },
  });
  const secrets = {
    secret: randomBytes(20).toString('hex'),
    extra: randomBytes(20).toString('hex'),
    masterKey: randomBytes(32).toString('base64'),
    previous: randomBytes(32).toString('base64'),
    bearerToken: randomBytes(20).toString('hex'),
  };
  const { profileId } = shop;
  const pair = { profileId, kind: 'secret' } as const;
  const enter = client.secrets.enter;
  await enter({ ...pair, slot: 'current', key: 'shop-key', value: secrets.secret });
  await enter({ ...pair, slot: 'extra', key: 'mobile-key', label: 'mobile', value: secrets.extra });
  await enter({ profileId, kind: 'masterKey', slot: 'current', value: secrets.masterKey });
  await enter({ profileId, kind: 'masterKey', slot: 'previous', value: secrets.previous });
  const service = { profileId: news.profileId, kind: 'bearerToken', slot: 'current' } as const;
  await enter({ ...service, value: secrets.bearerToken });
  const search = new SecretSearch(Object.entries(secrets).map(([name, value]) => ({ name, value })));
  const marks = [latchkey.recording.length, latchkey.vaultRecording.length] as const;
  return {
    latchkey,
    client,
    dataFolder,
    profileId,
    newsId: news.profileId,
    secrets,
    search,
    folder: temporaryFolder(),
    entries: async () => (await client.call('audit.list', { limit: 50 })).entries,
    /** All that crossed a boundary of main since. */
    since: () =>
      [...latchkey.recording.slice(marks[0]), ...latchkey.vaultRecording.slice(marks[1])].join('\n'),
  };
}

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error ?? new Error('It did not fail');
  return error;
}

describe.each([
  ['without channels, as on the web host', false],
  ['with channels, as in Electron', true],
])('%s', (_, hasPorts) => {
  test('a .env file has the current secrets, and nothing else has them', async () => {
    const { client, profileId, secrets, search, folder, entries, since, dataFolder } = await start({
      hasPorts,
    });
    const path = join(folder, '.env');
    const { targets, hasSnippets } = await client.call('exports.describe', { profileId });
    expect(hasSnippets).toBe(true);
    const node = targets.find(({ target }) => target === 'node');
    expect(node?.secrets.map(({ kind, slot }) => `${kind} ${slot}`).sort()).toEqual([
      'masterKey current',
      'secret current',
    ]);
    expect(node?.variables.filter(({ isSecret }) => isSecret).map(({ name }) => name)).toEqual([
      'PUSHER_APP_SECRET',
      'PUSHER_ENCRYPTION_MASTER_KEY_BASE64',
    ]);
    const order = { profileId, target: 'node', path, overwrite: false, confirmed: true } as const;
    const written = await client.call('exports.writeEnv', order);
    expect(written).toMatchObject({ path, variables: node?.variables.map(({ name }) => name) });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const [app] = parseImport(readFileSync(path), { fileName: '.env' }).apps;
    expect(app?.fields).toMatchObject({
      key: { value: 'shop-key' },
      secret: { value: secrets.secret },
      masterKey: { value: secrets.masterKey },
    });
    expect(readdirSync(folder)).toEqual(['.env']);
    // Nothing of it went through main or the page, nor stays anywhere else.
    expect(since()).toContain('exports.writeEnv');
    expect(search.inText('what crossed a boundary', since())).toEqual([]);
    expect((await search.inFolder(dataFolder)).findings).toEqual([]);
    expect((await search.inFolder(folder)).findings.map(({ secret }) => secret).sort()).toEqual([
      'masterKey',
      'secret',
    ]);
    const exported = (await entries()).filter(({ action }) => action === 'exported');
    expect(
      exported.map(({ outcome, kind, slot, profileName }) => [outcome, kind, slot, profileName]),
    ).toEqual(
      expect.arrayContaining([
        ['done', 'secret', 'current', 'shop'],
        ['done', 'masterKey', 'current', 'shop'],
      ]),
    );
    expect(exported).toHaveLength(2);
  });

  test('a bundle has everything, and opens with its passphrase alone', async () => {
    const { client, profileId, newsId, secrets, search, folder, entries, since } = await start({ hasPorts });
    const path = join(folder, 'shop.latchkey-bundle');
    const profileIds = [profileId, newsId, profileId];
    expect(await client.call('exports.describeBundle', { profileIds })).toEqual({ secrets: 5 });
    const order = { profileIds, path, overwrite: false, confirmed: true } as const;
    expect(await client.secrets.writeBundle({ ...order, value: passphrase })).toEqual({
      path,
      secrets: 5,
      mayBeLost: false,
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toHaveLength(1);
    const bytes = readFileSync(path);
    expect(bytes.toString('latin1')).toMatch(/^Latchkey bundle \{"version":1,/);
    expect((await search.inFolder(folder)).findings).toEqual([]);
    expect(search.inText('what crossed a boundary', since())).toEqual([]);
    expect(await failureOf(openBundle(bytes, 'another passphrase'))).toMatchObject({
      code: 'wrong_passphrase',
    });
    const { apps, problems } = await openBundle(bytes, passphrase);
    expect(problems).toEqual([]);
    expect(apps).toMatchObject([
      {
        name: 'shop',
        provider: 'self-hosted',
        dialect: 'soketi',
        environment: 'production',
        fields: { appId: { value: '77' }, secret: { value: secrets.secret }, apiPort: { value: '6001' } },
        versions: expect.arrayContaining([
          { field: 'secret', slot: 'current', label: null, key: 'shop-key', value: secrets.secret },
          { field: 'secret', slot: 'extra', label: 'mobile', key: 'mobile-key', value: secrets.extra },
          { field: 'masterKey', slot: 'current', label: null, key: null, value: secrets.masterKey },
          { field: 'masterKey', slot: 'previous', label: null, key: null, value: secrets.previous },
        ]),
      },
      {
        name: 'news',
        provider: 'airship',
        environment: 'staging',
        publicFields: [
          { fieldId: 'site', value: 'go.airship.eu' },
          { fieldId: 'appKey', value: 'news-app-key' },
        ],
        versions: [{ field: 'bearerToken', slot: 'current', value: secrets.bearerToken }],
      },
    ]);
    // What opens is what was planted: the search would have found it in the file.
    expect(search.inText('the opened bundle', JSON.stringify(apps)).length).toBeGreaterThanOrEqual(5);
    const exported = (await entries()).filter(({ action }) => action === 'exported');
    expect(exported.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done', 'done']);
  });

  test('a bundle wants a passphrase, by this host’s way', async () => {
    const { client, profileId, folder, entries } = await start({ hasPorts });
    const path = join(folder, 'bundle');
    const order = { profileIds: [profileId], path, overwrite: false, confirmed: true as const };
    expect(await failureOf(client.secrets.writeBundle({ ...order, value: 'short' }))).toMatchObject({
      code: 'invalid_input',
    });
    const otherWay = hasPorts ? { value: passphrase } : { portId: '0b5a4f3e-6d0c-4f6c-9f63-7f0a2f6f7c11' };
    const refused = client.call('exports.writeBundle', { ...order, passphrase: otherWay });
    expect(await failureOf(refused)).toMatchObject({ code: 'refused' });
    expect(readdirSync(folder)).toEqual([]);
    const outcomes = (await entries())
      .filter(({ action }) => action === 'exported')
      .map((each) => each.outcome);
    expect(outcomes).not.toContain('done');
  });
});

test('what has not been confirmed, or is in the way, is not written, and not in the audit log', async () => {
  const { client, profileId, folder, entries, dataFolder } = await start();
  const path = join(folder, '.env');
  const order = { profileId, target: 'node', path, overwrite: false, confirmed: true } as const;
  const { confirmed: _, ...unconfirmed } = order;
  const send = (input: object) => failureOf(client.call('exports.writeEnv', input as typeof order));
  expect(await send(unconfirmed)).toMatchObject({ code: 'invalid_input' });
  expect(await send({ ...order, confirmed: false })).toMatchObject({ code: 'invalid_input' });
  expect(await send({ ...order, path: '.env' })).toMatchObject({ code: 'invalid_input' });
  expect(await send({ ...order, path: join(folder, 'no', '.env') })).toMatchObject({ code: 'not_found' });
  expect(await send({ ...order, path: join(dataFolder, '.env') })).toMatchObject({ code: 'refused' });
  writeFileSync(path, 'theirs');
  expect(await send(order)).toMatchObject({ code: 'confirmation_required' });
  const link = join(folder, 'link');
  symlinkSync(path, link);
  expect(await send({ ...order, path: link, overwrite: true })).toMatchObject({ code: 'refused' });
  expect(readFileSync(path, 'utf8')).toBe('theirs');
  expect((await entries()).filter(({ action }) => action === 'exported')).toEqual([]);
  await client.call('exports.writeEnv', { ...order, overwrite: true });
  expect(readFileSync(path, 'utf8')).toContain('PUSHER_APP_SECRET=');
  expect(readdirSync(folder).sort()).toEqual(['.env', 'link']);
});

test('what fails while it is written is in the audit log twice: before, and that it failed', async (context) => {
  const { client, profileId, folder, entries } = await start();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    context.skip('A small disk can’t be mounted here.');
  }
  onTestFinished(() => void execFileSync('umount', [folder]));
  expect(() => writeFileSync(join(folder, 'filler'), Buffer.alloc(65_536 * 2))).toThrow('ENOSPC');
  const path = join(folder, '.env');
  const order = { profileId, target: 'node', path, overwrite: false, confirmed: true } as const;
  const failure = await failureOf(client.call('exports.writeEnv', order));
  expect(failure).toMatchObject({ code: 'storage_failed', message: /no room/ });
  expect(readdirSync(folder)).toEqual(['filler']);
  const told = (await entries()).filter(({ action }) => action === 'exported');
  expect(told.map(({ outcome, kind }) => `${outcome} ${kind}`).toSorted()).toEqual([
    'done masterKey',
    'done secret',
    'failed masterKey',
    'failed secret',
  ]);
  expect(told.slice(0, 2).map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
});

test('what can’t be written to the audit log is not exported', async () => {
  const dataFolder = temporaryFolder();
  await (await startLatchkey(dataFolder)).close();
  const database = new DatabaseSync(join(dataFolder, 'latchkey.db'));
  database.exec(
    `CREATE TRIGGER refuses BEFORE INSERT ON audit WHEN NEW.action = 'exported' AND NEW.kind = 'masterKey'
     BEGIN SELECT RAISE(ABORT, 'no'); END`,
  );
  database.close();
  const { client, profileId, folder, latchkey } = await start({}, dataFolder);
  const order = { profileId, target: 'node', path: join(folder, '.env'), overwrite: false } as const;
  const failure = await failureOf(client.call('exports.writeEnv', { ...order, confirmed: true }));
  // Nobody expects such a trigger.
  expect(failure).toMatchObject({ code: 'internal' });
  expect(readdirSync(folder)).toEqual([]);
  const { entries } = await client.call('audit.list', { limit: 50 });
  // All or none: the other secret did not leave either.
  expect(entries.filter(({ action, outcome }) => action === 'exported' && outcome === 'done')).toEqual([]);
  // That it could not be noted is for the log.
  await latchkey.close();
  started.length = 0;
  expect(latchkey.bugs.map((bug) => bug.split(':')[0])).toEqual(['audit', 'exports.writeEnv']);
});

test('a locked vault exports nothing', async () => {
  const { client, profileId, folder } = await start();
  await client.call('vault.lock', { forget: true });
  const order = { profileId, target: 'node', path: join(folder, '.env'), overwrite: false } as const;
  expect(await failureOf(client.call('exports.writeEnv', { ...order, confirmed: true }))).toMatchObject({
    code: 'vault_locked',
  });
  expect(readdirSync(folder)).toEqual([]);
});

test('where the host has a dialog, only what was chosen in it is written', async () => {
  const folder = temporaryFolder();
  const path = join(folder, '.env');
  const { client, profileId } = await start({ pickFile: async () => path });
  const order = { profileId, target: 'node', path, overwrite: false, confirmed: true } as const;
  expect(await failureOf(client.call('exports.writeEnv', order))).toMatchObject({ code: 'refused' });
  await client.call('files.choose', { purpose: 'import' });
  expect(await failureOf(client.call('exports.writeEnv', order))).toMatchObject({ code: 'refused' });
  await client.call('files.choose', { purpose: 'export', suggestedName: '.env' }).catch(() => {});
  await client.call('files.choose', { purpose: 'export' });
  await client.call('exports.writeEnv', order);
  expect(existsSync(path)).toBe(true);
});

test('snippets and the description for bug reports hold no secret, and are shown', async () => {
  const { client, profileId, newsId, search, folder } = await start();
  const { clients, endpoints } = await client.call('exports.snippets', { profileId });
  expect(clients.map(({ kind }) => kind)).toContain('swift');
  expect(endpoints.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['express', 'laravel', 'rails', 'django', 'flask', 'go']),
  );
  const code = JSON.stringify([clients, endpoints]);
  expect(code).toContain('PUSHER_APP_SECRET');
  expect(code).not.toContain('shop-key');
  expect(await failureOf(client.call('exports.snippets', { profileId: newsId }))).toMatchObject({
    code: 'invalid_input',
  });
  const profileIds = [profileId, newsId];
  const { text } = await client.call('exports.redacted', { profileIds });
  expect(text).toContain('App 1: self-hosted (soketi)');
  expect(text).toContain('secret: set');
  expect(text).toContain('bearerToken: set');
  for (const named of ['shop', 'news-app-key', '127.0.0.1']) expect(text).not.toContain(named);
  expect(search.inText('what is shown', code + text)).toEqual([]);
  const path = join(folder, 'report.txt');
  await client.call('exports.writeRedacted', { profileIds, path, overwrite: false });
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('an app that is gone, and a framework that is not for it, are told', async () => {
  const { client, profileId, newsId, folder } = await start();
  const path = join(folder, '.env');
  const order = { profileId, path, overwrite: false, confirmed: true } as const;
  const reverb = client.call('exports.writeEnv', { ...order, profileId: newsId, target: 'laravel-reverb' });
  expect(await failureOf(reverb)).toMatchObject({ code: 'invalid_input' });
  await client.call('profiles.remove', { profileId });
  expect(await failureOf(client.call('exports.describe', { profileId }))).toMatchObject({
    code: 'not_found',
  });
  const gone = client.call('exports.writeEnv', { ...order, target: 'node' });
  expect(await failureOf(gone)).toMatchObject({ code: 'not_found' });
  expect(readdirSync(folder)).toEqual([]);
});
