/**
 * The vault over a real vault process: what only time, or a killed process, brings to light of a keychain that fails. Every
 * condition with every operation is in `keychain-failures-*.test.ts`, and prompts are in `keychain-prompts.test.ts`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../../support/conditions.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import { isSoak } from '../../support/soak.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { VaultHarness } from '../../support/vault-harness.ts';

let service: SecretService;
const quickVaultProcess = new URL('../../support/quick-vault-process.ts', import.meta.url);
const opened: VaultHarness[] = [];

beforeEach(async () => {
  service = await startSecretService();
});
afterEach(async () => {
  vi.unstubAllEnvs();
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

describe('a keychain that was reset', () => {
  test('stays locked until the user starts over, which forgets what it no longer has', async () => {
    await service.startKeyring();
    const before = await started();
    const credential = await before.enterSecret();
    before.vault.close();
    const reset = await startSecretService();
    await reset.startKeyring();

    try {
      const harness = await started({ index: before.index, env: reset.env });
      const { vault } = harness;
      expect(vault.status).toMatchObject({ state: 'locked', hint: expect.stringContaining('reset') });
      expect((await harness.failureOf(vault.chooseStore('keychain'))).code).toBe('keychain_locked');
      expect(vault.credentials(credential.profileId)).toEqual([credential]);
      expect(await vault.chooseStore('keychain', { startOver: true })).toMatchObject({ state: 'unlocked' });
      expect(vault.credentials(credential.profileId)).toEqual([]);
      vault.lock();
      expect(await vault.unlock()).toMatchObject({ state: 'unlocked' });
    } finally {
      await reset.close();
    }
  });

  test('is started over without a loss of what is kept in a vault file, which can be moved to it', async () => {
    await service.startKeyring();
    const options = { folder: temporaryFolder(), entry: quickVaultProcess };
    const before = await started(options);
    const passphrase = { value: before.plant(randomBytes(12).toString('base64')) };
    before.vault.lock();
    await before.vault.chooseStore('file', { passphrase });
    await before.enterSecret();
    const { auth } = await before.sign();
    before.vault.lock();
    await before.vault.chooseStore('keychain');
    await before.enterMasterKey();
    before.vault.close();
    const reset = await startSecretService();
    await reset.startKeyring();

    try {
      const { profileId, key, index } = before;
      const harness = await started({ ...options, index, env: reset.env });
      const { vault } = Object.assign(harness, { profileId, key });
      await vault.chooseStore('keychain', { startOver: true });
      expect(vault.credentials(profileId)).toEqual([]);
      await harness.enterMasterKey();
      expect(harness.audit.notes.map(({ action }) => action)).toContain('startedOver');
      vault.lock();
      await vault.chooseStore('file', { passphrase });
      expect(await harness.sign()).toEqual({ auth });
      await vault.moveTo('keychain');
      expect(await harness.sign()).toEqual({ auth });
      const next = await started({ ...options, index, env: reset.env });
      expect(next.vault.status).toMatchObject({ state: 'unlocked', store: 'keychain' });
      expect(next.vault.credentials(profileId)).toHaveLength(2);
      expect(await Object.assign(next, { profileId, key }).sign()).toEqual({ auth });
      // Two secrets and a canary.
      expect(await reset.items()).toHaveLength(3);
      // The keychain that it was before is not taken for this one.
      harness.vault.close();
      next.vault.close();
      const later = await started({ ...options, index });
      expect(later.vault.status).toMatchObject({ state: 'locked', store: 'keychain' });
    } finally {
      await reset.close();
    }
  });
});

describe('a keychain that does not answer', () => {
  const waitingAfterMs = 150;

  test('is said to be waited for after five seconds, which is when the user can cancel', async () => {
    await service.startKeyring();
    service.freeze();
    const harness = harnessOf();
    const startedAt = performance.now();
    const starting = harness.vault.start();
    const { reason } = await harness.untilState('waiting');
    expect(performance.now() - startedAt).toBeGreaterThan(4990);
    expect(reason).toBe('The system keychain has not answered for 5 seconds.');
    harness.vault.cancelWaiting();
    await starting;
    expect(harness.vault.status.state).toBe('choose');
  });

  // The library itself waits for 50 seconds.
  test.runIf(isSoak)(
    'is given up for the one call after the time that its library waits, and is asked again by the next',
    async () => {
      await service.startKeyring();
      const harness = await started();
      const credential = await harness.enterSecret();
      harness.vault.lock();
      await harness.vault.unlock();
      service.freeze();
      const [signing, removing] = [harness.sign(), harness.vault.removeSecret(credential.credentialId)];
      expect(await harness.failureOf(signing)).toMatchObject({
        code: 'keychain_unavailable',
        message: expect.stringContaining('did not answer'),
        hint: expect.stringContaining('restart the keyring service'),
      });
      service.thaw();
      await Promise.allSettled([removing]);
      expect(harness.vault.status.state).toBe('unlocked');
      await harness.enterSecret();
      expect((await harness.sign()).auth).toContain(harness.key);
    },
  );

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
    await harness.untilState('opening');
    service.thaw();
    await harness.untilState('unlocked');
    expect(await entering).toMatchObject({ retryable: true });
    expect(harness.exits).toEqual([{ code: null, signal: 'SIGKILL' }]);
    expect(await harness.sign()).toEqual({ auth });
    expect(harness.index.list({}).map(({ kind, state }) => [kind, state])).toEqual([['secret', 'stored']]);
    expect(await harness.enterMasterKey(value)).toMatchObject({ kind: 'masterKey' });
  });

  test('in the middle of a removal is not asked again in another place that was chosen meanwhile', async () => {
    await service.startKeyring();
    const harness = await started();
    const { credentialId } = await harness.enterSecret();
    service.freeze();
    const before = harness.keychainCalls;
    const removing = harness.failureOf(harness.vault.removeSecret(credentialId));
    await eventually(() => harness.keychainCalls > before);
    process.kill(harness.pid, 'SIGKILL');
    await harness.untilState('opening');
    expect(await harness.vault.chooseStore('session')).toMatchObject({ state: 'unlocked', store: 'session' });
    expect(await removing).toMatchObject({
      code: 'vault_locked',
      message: expect.stringContaining('goes for good when the vault is opened next'),
    });
    service.thaw();
    expect(await service.items()).toHaveLength(2);
    expect(await harness.vault.chooseStore('keychain')).toMatchObject({
      state: 'unlocked',
      store: 'keychain',
    });
    expect(harness.index.list({})).toEqual([]);
    expect(await service.items()).toHaveLength(1);
  });

  test('speaks English to itself, as failures are told apart by what libraries say', async () => {
    vi.stubEnv('LANGUAGE', 'de');
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
    await service.startKeyring();
    const harness = await started();
    const environment = readFileSync(`/proc/${harness.pid}/environ`, 'utf8').split('\0');
    expect(environment).toContain('LC_ALL=C.UTF-8');
    expect(environment.filter((variable) => variable.startsWith('LANGUAGE='))).toEqual([]);
  });

  test('is one at a time: one that waits for a passphrase goes when the keychain is opened', async () => {
    await service.startKeyring();
    const harness = await started();
    harness.vault.lock();
    harness.vault.expectPassphrase();
    const waitsForPassphrase = harness.pid;
    expect(await harness.vault.unlock()).toMatchObject({ state: 'unlocked', store: 'keychain' });
    expect(harness.pid).not.toBe(waitsForPassphrase);
    await eventually(() => !isAlive(waitsForPassphrase), { what: 'its end' });
    expect(harness.exits).toEqual([]);
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
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
