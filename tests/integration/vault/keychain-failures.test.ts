/** The vault over a real vault process, when the keychain is locked, missing, hung or lost. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../support/conditions.ts';
import { noSessionBus, type SecretService, startSecretService } from '../../support/secret-service.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { VaultHarness } from '../../support/vault-harness.ts';

const withoutBus = noSessionBus(temporaryFolder());
let service: SecretService;
const withoutKeytar = new URL('../../support/vault-without-keytar.ts', import.meta.url);
const behindPrompts = new URL('../../support/vault-behind-prompts.ts', import.meta.url);
const opened: VaultHarness[] = [];

beforeEach(async () => {
  service = await startSecretService();
});
afterEach(async () => {
  for (const harness of opened.splice(0)) harness.close();
  await service.close();
});

function harnessOf(options: Partial<ConstructorParameters<typeof VaultHarness>[0]> = {}) {
  const harness = new VaultHarness({ env: service.env, ...options });
  opened.push(harness);
  return harness;
}

async function started(options: Parameters<typeof harnessOf>[0] = {}) {
  const harness = harnessOf(options);
  await harness.vault.start();
  return harness;
}

describe('a keyring that is locked', () => {
  test('is called locked, never empty, and has everything when it is open again', async () => {
    await service.startKeyring();
    const before = await started();
    const credential = await before.enterSecret();
    const { auth } = await before.sign();
    before.vault.close();
    await service.lock();

    const { vault, failureOf, ...harness } = await rebuilt(before);
    expect(vault.status).toMatchObject({ state: 'locked', store: 'keychain' });
    expect(vault.status.reason).toContain('locked');
    expect(vault.credentials(credential.profileId)).toEqual([credential]);
    expect((await failureOf(vault.unlock())).code).toBe('keychain_locked');

    await service.stopKeyring();
    await service.startKeyring();
    expect(await vault.unlock()).toMatchObject({ state: 'unlocked' });
    expect(await harness.sign(credential.profileId)).toEqual({ auth });
  });

  test('at the first start is not chosen: the user is asked', async () => {
    await service.startKeyring();
    await service.lock();
    const { vault, index } = await started();
    expect(vault.status).toMatchObject({
      state: 'choose',
      store: null,
      reason: expect.stringContaining('locked'),
    });
    expect(index.readMeta()).toMatchObject({ chosenStore: null, hasCanary: false });
  });

  test('while the vault is open, refuses new secrets and unread ones, and keeps the index as it was', async () => {
    await service.startKeyring();
    const harness = await started();
    const credential = await harness.enterSecret();
    harness.vault.lock();
    await harness.vault.unlock();
    await service.lock();
    expect(await harness.failureOf(harness.sign())).toMatchObject({ code: 'keychain_locked' });
    const entering = harness.enterSecret(harness.newSecret(), 'next', 'k');
    expect(await harness.failureOf(entering)).toMatchObject({ code: 'keychain_locked' });
    const removing = harness.vault.removeSecret(credential.credentialId);
    expect(await harness.failureOf(removing)).toMatchObject({ code: 'keychain_locked' });
    expect(harness.vault.credentials(harness.profileId)).toEqual([credential]);
  });
});

describe('a keychain that can’t be used', () => {
  test.each([
    ['no keyring service', () => service.env, 'No keyring service'],
    ['no D-Bus session', () => withoutBus, 'no D-Bus session'],
    ['no libsecret', () => service.env, 'library could not be loaded', withoutKeytar],
  ])(
    '%s: the user is asked, told why and what to do, and may choose this session',
    async (_, env, words, entry?: URL) => {
      const harness = await started({ env: env(), ...(entry ? { entry } : {}) });
      expect(harness.vault.status).toMatchObject({
        state: 'choose',
        store: null,
        reason: expect.stringContaining(words),
        hint: expect.stringContaining('for this session only'),
      });
      const choosing = harness.vault.chooseStore('keychain');
      expect(await harness.failureOf(choosing)).toMatchObject({ code: 'keychain_unavailable' });
      expect(harness.vault.status.state).toBe('choose');
      expect(await harness.vault.chooseStore('session')).toMatchObject({
        state: 'unlocked',
        store: 'session',
      });
      await harness.enterSecret();
      expect((await harness.sign()).auth).toContain(harness.key);
    },
  );

  test('that had been chosen is unavailable, and is not replaced by anything', async () => {
    await service.startKeyring();
    const before = await started();
    const credential = await before.enterSecret();
    before.vault.close();
    await service.stopKeyring();

    const { vault, failureOf } = await rebuilt(before);
    expect(vault.status).toMatchObject({ state: 'unavailable', store: 'keychain' });
    expect((await failureOf(vault.unlock())).code).toBe('keychain_unavailable');
    expect(before.index.readMeta().chosenStore).toBe('keychain');
    expect(vault.credentials(credential.profileId)).toEqual([credential]);

    await service.startKeyring();
    expect(await vault.unlock()).toMatchObject({ state: 'unlocked' });
  });

  test('that had been chosen may be left for this session, and its secrets wait until it is back', async () => {
    await service.startKeyring();
    const before = await started();
    const credential = await before.enterSecret();
    before.vault.close();
    await service.stopKeyring();

    const { vault } = await rebuilt(before);
    await vault.chooseStore('session');
    expect(vault.credentials(credential.profileId)).toEqual([]);
    await service.startKeyring();
    expect(await vault.chooseStore('keychain')).toMatchObject({ state: 'unlocked', store: 'keychain' });
    expect(vault.credentials(credential.profileId)).toEqual([credential]);
  });
});

describe('a keychain that was reset', () => {
  test('stays locked until the user starts over, which forgets what it no longer has', async () => {
    await service.startKeyring();
    const before = await started();
    const credential = await before.enterSecret();
    before.vault.close();
    const reset = await startSecretService();
    await reset.startKeyring();

    try {
      const { vault, failureOf } = await rebuilt(before, reset.env);
      expect(vault.status).toMatchObject({ state: 'locked', hint: expect.stringContaining('reset') });
      expect((await failureOf(vault.chooseStore('keychain'))).code).toBe('keychain_locked');
      expect(vault.credentials(credential.profileId)).toEqual([credential]);
      expect(await vault.chooseStore('keychain', { startOver: true })).toMatchObject({ state: 'unlocked' });
      expect(vault.credentials(credential.profileId)).toEqual([]);
      vault.lock();
      expect(await vault.unlock()).toMatchObject({ state: 'unlocked' });
    } finally {
      await reset.close();
    }
  });

  test('is told from one that is only locked: starting over forgets nothing then', async () => {
    await service.startKeyring();
    const before = await started();
    const credential = await before.enterSecret();
    before.vault.close();
    await service.lock();
    const { vault, failureOf } = await rebuilt(before);
    const startingOver = vault.chooseStore('keychain', { startOver: true });
    expect((await failureOf(startingOver)).code).toBe('keychain_locked');
    expect(vault.credentials(credential.profileId)).toEqual([credential]);
    await service.stopKeyring();
    await service.startKeyring();
    expect(await vault.unlock()).toMatchObject({ state: 'unlocked' });
    expect(vault.credentials(credential.profileId)).toEqual([credential]);
  });
});

describe('a keychain that asks with prompts', () => {
  test('loses nothing when the first is dismissed and a later one answered, while starting over', async () => {
    const env = { LATCHKEY_TEST_KEYRING: join(temporaryFolder(), 'keyring.json') };
    const before = await started({ env, entry: behindPrompts });
    const credential = await before.enterSecret();
    const { auth } = await before.sign();
    const meta = before.index.readMeta();
    before.vault.close();

    const harness = harnessOf({ env, entry: behindPrompts, index: before.index });
    const { profileId } = credential;
    expect(await harness.failureOf(harness.vault.unlock())).toMatchObject({ code: 'keychain_locked' });
    expect(await harness.vault.chooseStore('keychain', { startOver: true })).toMatchObject({
      state: 'unlocked',
    });
    expect(harness.vault.credentials(profileId)).toEqual([credential]);
    expect(harness.index.readMeta()).toEqual(meta);
    expect(
      await harness.vault.signChannel({ profileId, socketId: '12.34', channel: 'private-orders' }),
    ).toEqual({ auth });
  });
});

describe('a keychain that does not answer', () => {
  const waitingAfterMs = 150;

  test('is waited for, and goes on by itself when it answers', async () => {
    await service.startKeyring();
    service.freeze();
    const harness = harnessOf({ waitingAfterMs });
    const starting = harness.vault.start();
    expect(await harness.untilState('waiting')).toMatchObject({ hint: expect.stringContaining('cancel') });
    expect(await harness.failureOf(harness.sign())).toMatchObject({ code: 'vault_waiting' });
    service.thaw();
    await starting;
    expect(harness.vault.status.state).toBe('unlocked');
  });

  test('can be cancelled at the first start, which then asks', async () => {
    await service.startKeyring();
    service.freeze();
    const harness = harnessOf({ waitingAfterMs });
    const starting = harness.vault.start();
    await harness.untilState('waiting');
    expect(harness.vault.cancelWaiting()).toMatchObject({ state: 'choose' });
    await starting;
    service.thaw();
    expect(await harness.vault.unlock()).toMatchObject({ state: 'unlocked', store: 'keychain' });
  });

  test('can be cancelled: what was asked of it fails, and the next unlock brings everything back', async () => {
    await service.startKeyring();
    const harness = await started({ waitingAfterMs });
    await harness.enterSecret();
    const { auth } = await harness.sign();
    service.freeze();
    const entering = harness.failureOf(harness.enterMasterKey());
    await harness.untilState('waiting');
    // What is in the vault process's memory needs no keychain.
    expect(await harness.sign()).toEqual({ auth });
    const frozen = harness.pid;
    expect(harness.vault.cancelWaiting()).toMatchObject({ state: 'locked', store: 'keychain' });
    expect(await entering).toMatchObject({ code: 'cancelled', retryable: true });
    expect(await harness.failureOf(harness.sign())).toMatchObject({ code: 'vault_locked' });
    expect(harness.exits).toEqual([]);

    service.thaw();
    expect(await harness.vault.unlock()).toMatchObject({ state: 'unlocked' });
    expect(harness.pid).not.toBe(frozen);
    expect(await harness.sign()).toEqual({ auth });
    // The value that was being written is settled: it is not kept, and nothing of it is left.
    expect(harness.index.list({}).map(({ kind, state }) => [kind, state])).toEqual([['secret', 'stored']]);
  });

  test('cancelling when nothing is waited for changes nothing', async () => {
    await service.startKeyring();
    const { vault } = await started();
    expect(vault.cancelWaiting()).toMatchObject({ state: 'unlocked' });
  });
});

describe('a vault process that is killed', () => {
  test('in the middle of a call: the call fails and may be retried, the process comes back, nothing is half done', async () => {
    await service.startKeyring();
    const harness = await started();
    await harness.enterSecret();
    const { auth } = await harness.sign();
    service.freeze();
    const value = harness.newMasterKey();
    const entering = harness.failureOf(harness.enterMasterKey(value));
    await eventually(() => harness.index.list({}).some(({ state }) => state === 'writing'));
    process.kill(harness.pid, 'SIGKILL');
    expect(await entering).toMatchObject({ retryable: true });
    service.thaw();
    await harness.untilState('unlocked');
    expect(harness.exits).toEqual([{ code: null, signal: 'SIGKILL' }]);
    expect(await harness.sign()).toEqual({ auth });
    expect(harness.index.list({}).map(({ kind, state }) => [kind, state])).toEqual([['secret', 'stored']]);
    expect(await harness.enterMasterKey(value)).toMatchObject({ kind: 'masterKey' });
  });

  test('four times in a minute is not started again by itself, and is by an unlock', async () => {
    await service.startKeyring();
    const harness = await started({ now: () => 1_700_000_000_000 });
    for (let kill = 1; kill <= 3; kill++) {
      process.kill(harness.pid, 'SIGKILL');
      await eventually(() => harness.pids.length === kill + 1);
      await harness.untilState('unlocked');
    }
    process.kill(harness.pid, 'SIGKILL');
    expect(await harness.untilState('unavailable')).toMatchObject({
      reason: expect.stringContaining('keeps ending'),
    });
    expect(harness.pids).toHaveLength(4);
    expect(await harness.vault.unlock()).toMatchObject({ state: 'unlocked' });
  });

  test('by the loss of its session bus says that the keychain can’t be reached', async () => {
    await service.startKeyring();
    const harness = await started();
    await harness.enterSecret();
    harness.vault.lock();
    await harness.vault.unlock();
    await service.close();
    await harness.failureOf(harness.sign());
    await harness.failureOf(() => harness.vault.lock() && harness.vault.unlock());
    expect(harness.vault.status).toMatchObject({ state: 'unavailable', store: 'keychain' });
  });
});

/** The app started again over the same index. */
async function rebuilt(before: VaultHarness, env = service.env) {
  const harness = await started({ index: before.index, env });
  return {
    vault: harness.vault,
    failureOf: harness.failureOf.bind(harness),
    sign: (profileId: string) =>
      harness.vault.signChannel({ profileId, socketId: '12.34', channel: 'private-orders' }),
  };
}
