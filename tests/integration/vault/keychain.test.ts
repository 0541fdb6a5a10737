/** The vault over a real vault process and a real GNOME Keyring: everything works. */
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { spawnNodeChild } from '../../../electron/processes/node-child.ts';
import { RpcClient } from '../../../electron/processes/rpc.ts';
import { eventually } from '../../support/conditions.ts';
import { isRunning } from '../../support/running.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import type { StoreApi } from '../../support/store-process.ts';
import { VaultHarness } from '../../support/vault-harness.ts';

let service: SecretService;
const opened: VaultHarness[] = [];

beforeAll(async () => {
  service = await startSecretService();
  await service.startKeyring();
});
afterEach(() => {
  for (const harness of opened.splice(0)) harness.close();
});
afterAll(() => service.close());

async function start(options: Partial<ConstructorParameters<typeof VaultHarness>[0]> = {}) {
  const harness = new VaultHarness({ env: service.env, ...options });
  opened.push(harness);
  await harness.vault.start();
  return harness;
}

/** What the keyring itself has, asked from another process. */
async function inKeyring(harness: VaultHarness, credentialId: string): Promise<string | null> {
  const child = spawnNodeChild(new URL('../../support/store-process.ts', import.meta.url), {
    name: 'test-store',
    env: service.env,
  });
  try {
    const store = new RpcClient<StoreApi>(child);
    await store.call('open', { kind: 'keychain' });
    return await store.call('read', `${harness.index.readMeta().vaultId}/${credentialId}`);
  } finally {
    child.kill();
  }
}

test('the first start chooses a keychain that works, without asking', async () => {
  const { vault, index, statuses } = await start();
  expect(vault.status).toMatchObject({ state: 'unlocked', store: 'keychain', reason: null, hint: null });
  expect(statuses.map(({ state }) => state)).toEqual(['opening', 'unlocked']);
  expect(index.readMeta()).toMatchObject({ chosenStore: 'keychain', hasCanary: true });
});

test('a secret signs until the vault is locked, and again after it is unlocked', async () => {
  const harness = await start();
  const secret = harness.newSecret();
  await harness.enterSecret(secret);
  const signature = createHmac('sha256', secret).update('12.34:private-orders').digest('hex');
  expect(await harness.sign()).toEqual({ auth: `${harness.key}:${signature}` });

  const before = harness.pid;
  expect(harness.vault.lock()).toMatchObject({ state: 'locked', store: 'keychain' });
  await eventually(() => !isRunning(before), { what: 'the end of the vault process' });
  expect(await harness.failureOf(harness.sign())).toMatchObject({ code: 'vault_locked' });

  expect(await harness.vault.unlock()).toMatchObject({ state: 'unlocked' });
  expect(await harness.sign()).toEqual({ auth: `${harness.key}:${signature}` });
  expect(harness.exits).toEqual([]);
});

test('a credential tells a fingerprint that equal secrets share, and the last four of long ones', async () => {
  const harness = await start();
  const secret = harness.newSecret();
  const first = await harness.enterSecret(secret);
  expect(first).toMatchObject({ slot: 'current', key: harness.key, lastFour: secret.slice(-4) });
  const same = await harness.enterSecret(secret, 'next', 'otherkey');
  const short = await harness.enterSecret(harness.newSecret().slice(0, 15), 'previous');
  expect(same.fingerprint).toBe(first.fingerprint);
  expect(short.fingerprint).not.toBe(first.fingerprint);
  expect(short.lastFour).toBeNull();
  const listed = harness.vault.credentials(harness.profileId);
  expect(new Set(listed)).toEqual(new Set([first, same, short]));
});

test('fingerprints stay the same over a restart, and differ between two vaults', async () => {
  const harness = await start();
  const secret = harness.newSecret();
  const before = await harness.enterSecret(secret);
  harness.vault.close();
  const again = await start({ index: harness.index });
  const after = await again.enterSecret(again.plant(secret), 'next', 'k');
  const elsewhere = await start();
  const other = await elsewhere.enterSecret(elsewhere.plant(secret));
  expect(after.fingerprint).toBe(before.fingerprint);
  expect(other.fingerprint).not.toBe(before.fingerprint);
});

test('replacing a secret takes the old value out of the keyring', async () => {
  const harness = await start();
  const old = await harness.enterSecret();
  const secret = harness.newSecret();
  const replacement = await harness.enterSecret(secret);
  expect(harness.vault.credentials(harness.profileId)).toEqual([replacement]);
  expect(await inKeyring(harness, old.credentialId)).toBeNull();
  expect((await inKeyring(harness, replacement.credentialId)) === secret).toBe(true);
});

test('removing takes the value out of the keyring, and signing says where to enter one', async () => {
  const harness = await start();
  const { credentialId } = await harness.enterSecret();
  await harness.vault.removeSecret(credentialId);
  expect(await inKeyring(harness, credentialId)).toBeNull();
  expect(await harness.failureOf(harness.sign())).toMatchObject({
    code: 'no_credential',
    hint: expect.stringContaining('Enter it'),
  });
  expect(await harness.failureOf(harness.vault.removeSecret(credentialId))).toMatchObject({
    code: 'not_found',
  });
});

test.each([
  ['white space around it', (value: string) => `${value}\n`, 'white space before or after'],
  ['white space in it', (value: string) => `${value} ${value}`, 'white space in it'],
  ['an invisible character', (value: string) => `${value}\u200b${value}`, 'can’t be seen'],
  ['nothing but spaces', () => '   ', 'empty'],
])('a secret with %s is refused with words, and leaves nothing behind', async (_, bend, words) => {
  const harness = await start();
  const value = bend(harness.newSecret());
  const failure = await harness.failureOf(harness.enterSecret(value));
  expect(failure).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(words) });
  expect(harness.index.list({})).toEqual([]);
});

test('a master key that is not 32 bytes of base64 is refused, and leaves nothing behind', async () => {
  const harness = await start();
  const failure = await harness.failureOf(harness.enterMasterKey(harness.newMasterKey().slice(4)));
  expect(failure.code).toBe('invalid_input');
  expect(harness.index.list({})).toEqual([]);
});

test('an app secret needs its app key', async () => {
  const harness = await start();
  const { profileId } = harness;
  const input = { profileId, kind: 'secret', slot: 'current', value: harness.newSecret() } as const;
  expect(await harness.failureOf(harness.vault.enterSecret(input))).toMatchObject({ code: 'invalid_input' });
});

describe('encryption', () => {
  const channel = 'private-encrypted-orders';

  test('a master key made in the vault process encrypts, and opens again after a restart', async () => {
    const harness = await start();
    const { profileId, vault } = harness;
    const made = await vault.generateMasterKey({ profileId, slot: 'current' });
    expect(made).toMatchObject({ kind: 'masterKey', key: null, lastFour: expect.stringMatching(/^.{3}=$/) });
    const data = JSON.stringify(await vault.encrypt({ profileId, channel, plaintext: '{"id":42}' }));
    vault.lock();
    await vault.unlock();
    expect(
      await vault.decryptBatch({
        profileId,
        items: [
          { channel, data },
          { channel, data: 'plain' },
        ],
      }),
    ).toEqual([
      { state: 'decrypted', slot: 'current', plaintext: '{"id":42}' },
      { state: 'closed', why: 'not-encrypted' },
    ]);
  });

  test('a locked vault answers each event with vault-locked, without throwing', async () => {
    const harness = await start();
    const { profileId, vault } = harness;
    await harness.enterMasterKey();
    const data = JSON.stringify(await vault.encrypt({ profileId, channel, plaintext: 'x' }));
    vault.lock();
    expect(await vault.decryptBatch({ profileId, items: [{ channel, data }] })).toEqual([
      { state: 'closed', why: 'vault-locked' },
    ]);
  });

  test('without a master key it says so', async () => {
    const harness = await start();
    const other = await start();
    await other.enterMasterKey();
    const { profileId, vault } = harness;
    const encrypted = await other.vault.encrypt({ profileId: other.profileId, channel, plaintext: 'x' });
    const items = [{ channel, data: JSON.stringify(encrypted) }];
    expect(await vault.decryptBatch({ profileId, items })).toEqual([
      { state: 'closed', why: 'no-master-key' },
    ]);
    const encrypting = vault.encrypt({ profileId, channel, plaintext: 'x' });
    expect(await harness.failureOf(encrypting)).toMatchObject({ code: 'no_credential' });
  });

  test('promoting the next master key keeps the one before it readable, and drops the one before that', async () => {
    const harness = await start();
    const { profileId, vault } = harness;
    const oldest = await harness.enterMasterKey();
    const sealed = async () => ({
      channel,
      data: JSON.stringify(await vault.encrypt({ profileId, channel, plaintext: 'x' })),
    });
    const items = [await sealed()];
    for (let version = 1; version <= 2; version++) {
      await vault.generateMasterKey({ profileId, slot: 'next' });
      vault.promoteNext({ profileId, kind: 'masterKey' });
      items.push(await sealed());
    }
    expect(await vault.decryptBatch({ profileId, items })).toEqual([
      { state: 'closed', why: 'wrong-key' },
      { state: 'decrypted', slot: 'previous', plaintext: 'x' },
      { state: 'decrypted', slot: 'current', plaintext: 'x' },
    ]);
    await eventually(() => !harness.index.find(oldest.credentialId), { what: 'the removal of the oldest' });
    expect(await inKeyring(harness, oldest.credentialId)).toBeNull();
    const again = await harness.failureOf(() => vault.promoteNext({ profileId, kind: 'masterKey' }));
    expect(again.code).toBe('no_credential');
  });
});

test('a request is signed with the pair that is asked for', async () => {
  const now = 1_700_000_000_999;
  const harness = await start({ now: () => now });
  await harness.enterSecret();
  const next = harness.newSecret();
  await harness.enterSecret(next, 'next', 'nextkey');
  const request = { profileId: harness.profileId, method: 'GET', path: '/apps/3/channels' } as const;
  const { query } = await harness.vault.signRequest({ ...request, slot: 'next', query: { info: 'a b' } });
  const text = 'GET\n/apps/3/channels\nauth_key=nextkey&auth_timestamp=1700000000&auth_version=1.0&info=a b';
  const parameters = new URLSearchParams(query);
  expect(parameters.get('info')).toBe('a b');
  expect(parameters.get('auth_signature')).toBe(createHmac('sha256', next).update(text).digest('hex'));
  const current = new URLSearchParams((await harness.vault.signRequest(request)).query);
  expect(current.get('auth_key')).toBe(harness.key);
});

test('a user is signed in, and a webhook is checked, with the current pair', async () => {
  const harness = await start();
  const secret = harness.newSecret();
  await harness.enterSecret(secret);
  const userData = '{"id":"7"}';
  const signature = createHmac('sha256', secret).update(`12.34::user::${userData}`).digest('hex');
  const { profileId, vault } = harness;
  expect(await vault.signUser({ profileId, socketId: '12.34', userData })).toEqual({
    auth: `${harness.key}:${signature}`,
  });
  const body = '{"time_ms":1,"events":[]}';
  const headerSignature = createHmac('sha256', secret).update(body).digest('hex');
  const webhook = { profileId, body, headerKey: harness.key };
  expect(await vault.verifyWebhook({ ...webhook, headerSignature })).toEqual({ ok: true });
  expect(await vault.verifyWebhook({ ...webhook, headerSignature: '00' })).toMatchObject({ ok: false });
});

test('all secrets of a removed profile leave the keyring, and no others', async () => {
  const harness = await start();
  const [secret, masterKey] = [await harness.enterSecret(), await harness.enterMasterKey()];
  const otherProfile = randomUUID();
  const kept = await harness.vault.handOver({
    profileId: otherProfile,
    kind: 'secret',
    slot: 'current',
    key: 'other',
    value: harness.newSecret(),
  });
  await harness.vault.removeAllOf(harness.profileId);
  expect(harness.vault.credentials(harness.profileId)).toEqual([]);
  expect(await inKeyring(harness, secret.credentialId)).toBeNull();
  expect(await inKeyring(harness, masterKey.credentialId)).toBeNull();
  expect(harness.vault.credentials(otherProfile)).toEqual([kept]);
});

test('a profile removed while the vault is locked is out of sight, and its secrets go when it opens', async () => {
  const harness = await start();
  const { credentialId } = await harness.enterSecret();
  harness.vault.lock();
  const failure = await harness.failureOf(harness.vault.removeAllOf(harness.profileId));
  expect(failure.code).toBe('vault_locked');
  expect(harness.vault.credentials(harness.profileId)).toEqual([]);
  await harness.vault.unlock();
  expect(harness.index.list({})).toEqual([]);
  expect(await inKeyring(harness, credentialId)).toBeNull();
});

test.runIf(process.platform === 'linux')(
  'a core dump of the vault process would hold none of its memory',
  async () => {
    const harness = await start();
    expect(readFileSync(`/proc/${harness.pid}/coredump_filter`, 'utf8').trim()).toBe('00000000');
  },
);

test('changes of credentials are announced for their profile', async () => {
  const harness = await start();
  const announced: string[] = [];
  harness.vault.credentialsChanged.add((profileId) => announced.push(profileId));
  const { credentialId } = await harness.enterSecret();
  await harness.vault.removeSecret(credentialId);
  expect(announced).toEqual([harness.profileId, harness.profileId]);
});
