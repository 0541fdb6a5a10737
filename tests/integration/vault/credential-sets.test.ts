/** Services beside apps, and several secrets side by side: labels, slots, which one signs, and what they were used for. */
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { migrations } from '../../../electron/storage/migrations.ts';
import { type Latchkey, startLatchkey } from '../../support/latchkey.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const started: Latchkey[] = [];
afterEach(async () => {
  for (const latchkey of started.splice(0)) {
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
  }
});

async function start(dataFolder = temporaryFolder()) {
  const latchkey = await startLatchkey(dataFolder);
  started.push(latchkey);
  await latchkey.client.call('vault.chooseStore', { store: 'session' });
  return latchkey.client;
}

const nowhere = { host: '127.0.0.1', port: 1, tls: false, path: '' };
const shop = {
  name: 'shop',
  environment: 'local',
  dialect: 'other',
  appId: '1',
  key: 'mobile-key',
  location: { kind: 'endpoints', http: nowhere, webSocket: nowhere },
} as const;
const newsletter = {
  name: 'newsletter',
  environment: 'production' as const,
  provider: 'airship',
  fields: [
    { fieldId: 'site', value: 'go.airship.eu' },
    { fieldId: 'appKey', value: 'app-key' },
  ],
};
const newsletterWith = (fieldId: string, value: string) => ({
  ...newsletter,
  fields: [...newsletter.fields.filter((field) => field.fieldId !== fieldId), { fieldId, value }],
});
const newSecret = () => randomBytes(20).toString('hex');

describe('a service', () => {
  it('is added, changed, taken away and brought back beside the apps', async () => {
    const client = await start();
    await client.call('profiles.save', { profile: shop });
    const { profileId } = await client.call('profiles.saveService', { service: newsletter });
    const changed = { ...newsletterWith('partnerKey', ' partner '), name: 'news' };
    await client.call('profiles.saveService', { profileId, service: changed });
    const { profiles, services } = await client.call('profiles.list', {});
    expect(profiles.map(({ name }) => name)).toEqual(['shop']);
    expect(services).toMatchObject([
      {
        profileId,
        name: 'news',
        fields: [...newsletter.fields, { fieldId: 'partnerKey', value: 'partner' }],
      },
    ]);
    const { undoToken } = await client.call('profiles.remove', { profileId });
    expect((await client.call('profiles.list', {})).services).toEqual([]);
    expect(await client.call('profiles.restore', { undoToken })).toMatchObject({ provider: 'airship' });
  });

  it.each([
    [newsletterWith('appKey', ''), /App key/],
    [newsletterWith('site', 'evil.example'), /go.urbanairship.com/],
    [newsletterWith('appKey', 'two words'), /white space/],
    [newsletterWith('masterSecret', 'x'), /no such public field/],
    [newsletterWith('constructor', 'x'), /no such public field/],
    [{ ...newsletter, provider: 'pusher', fields: [] }, /kind of app/],
  ])('is refused when its fields are not its kind’s', async (service, words) => {
    const client = await start();
    await expect(client.call('profiles.saveService', { service })).rejects.toThrow(words);
    expect((await client.call('profiles.list', {})).services).toEqual([]);
  });

  it('keeps its kind, and takes secrets of that kind only', async () => {
    const client = await start();
    const { profileId } = await client.call('profiles.saveService', { service: newsletter });
    const service = { ...newsletter, provider: 'ibm-push', fields: [{ fieldId: 'appGuid', value: 'x' }] };
    await expect(client.call('profiles.saveService', { profileId, service })).rejects.toThrow(
      /keeps its kind/,
    );
    const place = { profileId, slot: 'current', value: newSecret() } as const;
    const kept = await client.secrets.enter({ ...place, kind: 'masterSecret' });
    expect(kept).toMatchObject({ kind: 'masterSecret', key: null, label: null, lastUsedAt: null });
    for (const kind of ['secret', 'masterKey', 'appKey', 'iamApiKey', 'toString']) {
      await expect(client.secrets.enter({ ...place, kind })).rejects.toThrow(/no secret of this kind/);
    }
    const masterKey = { profileId, slot: 'current' } as const;
    await expect(client.call('vault.generateMasterKey', masterKey)).rejects.toThrow(/no secret of this kind/);
  });

  it('can’t be watched, published to or rotated as an app', async () => {
    const client = await start();
    const { profileId } = await client.call('profiles.saveService', { service: newsletter });
    const publish = { profileId, channel: 'news', event: 'x', data: '1' };
    await expect(client.call('live.connect', { profileId })).rejects.toMatchObject({ code: 'not_found' });
    await expect(client.call('publishing.publish', publish)).rejects.toMatchObject({ code: 'not_found' });
    await expect(client.call('rotation.plans', { profileId })).rejects.toMatchObject({ code: 'not_found' });
  });
});

async function startWithPairs() {
  const client = await start();
  const { profileId } = await client.call('profiles.save', { profile: shop });
  const enter = (slot: 'current' | 'extra' | 'next' | 'previous', key: string, label?: string) =>
    client.secrets.enter({
      profileId,
      kind: 'secret',
      slot,
      key,
      value: newSecret(),
      ...(label ? { label } : {}),
    });
  const credentials = async () => (await client.call('vault.credentials', { profileId })).credentials;
  const slots = async () => Object.fromEntries((await credentials()).map(({ key, slot }) => [key, slot]));
  const move = (credentialId: string, slot: 'current' | 'extra' | 'next' | 'previous' | 'revoked') =>
    client.call('vault.moveSecret', { credentialId, slot });
  return { client, profileId, enter, credentials, slots, move };
}

describe('several pairs', () => {
  it('stand side by side, and keep their labels', async () => {
    const { client, enter, credentials } = await startWithPairs();
    const mobile = await enter('current', 'mobile-key', 'mobile');
    await enter('extra', 'server-key', 'server');
    await enter('extra', 'web-key', 'web');
    expect((await credentials()).map(({ label }) => label).sort()).toEqual(['mobile', 'server', 'web']);
    await client.call('vault.labelSecret', { credentialId: mobile.credentialId, label: 'phones' });
    await client.call('vault.labelSecret', { credentialId: mobile.credentialId, label: null });
    const found = (await credentials()).find(({ credentialId }) => credentialId === mobile.credentialId);
    expect(found?.label).toBeNull();
  });

  it('change places: the default brings its key along, and nothing is ever replaced in passing', async () => {
    const { client, enter, slots, move } = await startWithPairs();
    await enter('current', 'mobile-key');
    const server = await enter('extra', 'server-key');
    const web = await enter('extra', 'web-key');
    await move(server.credentialId, 'current');
    expect(await slots()).toEqual({ 'mobile-key': 'extra', 'server-key': 'current', 'web-key': 'extra' });
    expect((await client.call('profiles.list', {})).profiles[0]?.key).toBe('server-key');
    await move(web.credentialId, 'previous');
    const other = await enter('extra', 'other-key');
    await expect(move(other.credentialId, 'previous')).rejects.toMatchObject({ code: 'conflict' });
    await move(other.credentialId, 'revoked');
    await move(web.credentialId, 'revoked');
    expect(await slots()).toMatchObject({ 'other-key': 'revoked', 'web-key': 'revoked' });
    const { entries } = await client.call('audit.list', { limit: 50 });
    expect(entries.filter(({ action }) => action === 'moved')).toHaveLength(5);
  });

  it('stay where they are while a rotation works on them', async () => {
    const { client, profileId, enter, slots, move } = await startWithPairs();
    await enter('current', 'mobile-key');
    const server = await enter('extra', 'server-key');
    const [plan] = (await client.call('rotation.plans', { profileId })).plans;
    await client.call('rotation.start', { profileId, planId: plan?.planId ?? '' });
    await expect(move(server.credentialId, 'current')).rejects.toThrow(/rotation is under way/);
    expect(await slots()).toEqual({ 'mobile-key': 'current', 'server-key': 'extra' });
    await move(server.credentialId, 'revoked');
  });

  it('sign when they are picked, and their uses are counted', async () => {
    const { client, profileId, enter, credentials } = await startWithPairs();
    const mobile = await enter('current', 'mobile-key');
    const server = await enter('extra', 'server-key');
    const publish = { profileId, channel: 'news', event: 'x', data: '1' };
    // Nobody listens there: what is signed is told by the count.
    await client.call('publishing.publish', publish);
    for (let turn = 0; turn < 2; turn++) {
      await client.call('publishing.publish', { ...publish, credentialId: server.credentialId });
    }
    const before = Date.now();
    // The page is told at once; the audit log has it when it is read, or minutes later.
    for (const { lastUsedAt } of await credentials()) expect(lastUsedAt).toEqual(expect.any(Number));
    const heard: string[] = [];
    client.on('vault.credentialsChanged', () => heard.push('changed'));
    client.on('vault.credentialsUsed', (used) => heard.push(used.profileId));
    const { entries } = await client.call('audit.list', { limit: 50 });
    // What they open and sign is as it was: whoever shows that has nothing to do.
    expect(heard).toEqual([profileId]);
    const used = entries.filter(({ action }) => action === 'used');
    expect(new Map(used.map(({ fingerprint, count }) => [fingerprint, count]))).toEqual(
      new Map([
        [mobile.fingerprint, 1],
        [server.fingerprint, 2],
      ]),
    );
    for (const { lastUsedAt } of await credentials()) {
      expect(lastUsedAt).toEqual(expect.any(Number));
      expect(lastUsedAt).toBeLessThanOrEqual(before);
    }
    const unknown = { ...publish, credentialId: randomUUID() };
    await expect(client.call('publishing.publish', unknown)).rejects.toMatchObject({ code: 'no_credential' });
  });
});

it('a database of the version before has its apps, secrets and audit log afterwards', async () => {
  const folder = temporaryFolder();
  const database = new DatabaseSync(join(folder, 'latchkey.db'));
  for (const migration of migrations.slice(0, 2)) database.exec(migration);
  database.exec('PRAGMA user_version = 2');
  const profileId = randomUUID();
  const location = JSON.stringify({ kind: 'cluster', cluster: 'eu' });
  database
    .prepare('INSERT INTO profiles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)')
    .run(profileId, 'shop', 'production', 'pusher', '12', 'key', location, 1, 2);
  database.prepare('INSERT INTO audit (at, action, outcome) VALUES (?, ?, ?)').run(1, 'unlocked', 'done');
  database.close();
  const client = await start(folder);
  expect((await client.call('profiles.list', {})).profiles).toEqual([
    {
      profileId,
      name: 'shop',
      environment: 'production',
      dialect: 'pusher',
      appId: '12',
      key: 'key',
      location: { kind: 'cluster', cluster: 'eu' },
      createdAt: 1,
      updatedAt: 2,
    },
  ]);
  expect((await client.call('audit.list', { limit: 50 })).entries.at(-1)).toMatchObject({
    at: 1,
    count: null,
  });
});
