/** A passphrase of Latchkey's own for what is in the keychain: set, asked for, changed, taken away and lost. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CredentialIndex, MemoryCredentialIndex } from '../../../electron/vault/index.ts';
import { sealedEntryLimitBytes } from '../../../electron/vault/stores/sealed-entries.ts';
import { eventually } from '../../support/conditions.ts';
import { keyringEntries } from '../../support/keyring-entries.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { VaultHarness } from '../../support/vault-harness.ts';

const entry = new URL('../../support/quick-vault-process.ts', import.meta.url);

let service: SecretService;
let folder: string;
let index: CredentialIndex;
let values: string[];
const [passphrase, other] = [newPassphrase(), newPassphrase()];
const harnesses: VaultHarness[] = [];

function newPassphrase(): { readonly value: string } {
  return { value: randomBytes(12).toString('base64') };
}

beforeEach(async () => {
  service = await startSecretService();
  await service.startKeyring();
  folder = temporaryFolder();
  index = new MemoryCredentialIndex();
  values = [];
});
afterEach(async () => {
  for (const harness of harnesses.splice(0)) harness.close();
  await service.close();
});

/** A run of Latchkey, which has been started. */
async function begin(before?: VaultHarness): Promise<VaultHarness> {
  before?.vault.close();
  const harness = new VaultHarness({ env: service.env, index, folder, entry, waitingAfterMs: 150 });
  harnesses.push(harness);
  for (const { value } of [passphrase, other]) harness.plant(value);
  await harness.vault.start();
  return Object.assign(harness, before ? { profileId: before.profileId, key: before.key } : {});
}

async function withSecrets(): Promise<VaultHarness> {
  const harness = await begin();
  for (const slot of ['current', 'next'] as const) {
    const value = harness.newSecret();
    values.push(value);
    await harness.enterSecret(value, slot);
  }
  return harness;
}

async function sealed(): Promise<VaultHarness> {
  const harness = await withSecrets();
  expect(await harness.vault.setPassphrase(passphrase)).toEqual({ isCleared: true });
  return harness;
}

/** Whether the keyring, which is open, has them as they are; and how many entries there are. */
async function inKeyring(): Promise<{ readonly isPlain: boolean; readonly count: number }> {
  const entries = await keyringEntries(service);
  const isPlain = entries.some(({ password }) => values.some((value) => password.includes(value)));
  return { isPlain, count: entries.length };
}

const actions = ({ audit }: VaultHarness) => audit.notes.map(({ action }) => action);

describe('a passphrase for the keychain', () => {
  it('seals every entry, the canary as well, and leaves none as it was', async () => {
    const harness = await withSecrets();
    const canary = (await keyringEntries(service)).find(({ account }) => account.endsWith('/canary'));
    expect(await inKeyring()).toEqual({ isPlain: true, count: 3 });
    const { auth } = await harness.sign();
    await harness.vault.setPassphrase(passphrase);
    expect(await inKeyring()).toEqual({ isPlain: false, count: 4 });
    for (const { account, password } of await keyringEntries(service)) {
      expect(password).toMatch(account.endsWith('/seal') ? /^latchkey-seal / : /^latchkey-sealed /);
      expect(password).not.toContain(canary?.password);
    }
    expect(await harness.sign()).toEqual({ auth });
    await harness.enterSecret(values[0], 'previous');
    expect((await inKeyring()).isPlain).toBe(false);
    expect(actions(harness)).toContain('passphraseSet');
    expect(actions(harness)).not.toContain('relocated');
  });

  it('is asked for after a lock and after a restart, and no other will do', async () => {
    const harness = await sealed();
    const { auth } = await harness.sign();
    expect(harness.vault.status).toMatchObject({ state: 'unlocked', isKeychainSealed: true });
    expect(harness.vault.lock()).toMatchObject({
      state: 'locked',
      store: 'keychain',
      hint: 'Enter the passphrase to unlock the vault.',
    });
    expect((await harness.failureOf(harness.vault.unlock())).code).toBe('passphrase_required');
    const next = await begin(harness);
    expect(next.pids).toEqual([]);
    expect(next.vault.status).toMatchObject({
      state: 'locked',
      reason: 'What is in the keychain is sealed.',
    });
    const wrong = await next.failureOf(next.vault.unlock(other));
    expect(wrong.code).toBe('wrong_passphrase');
    expect(next.vault.status).toMatchObject({ state: 'locked', reason: wrong.message });
    await next.vault.unlock(passphrase);
    expect(await next.sign()).toEqual({ auth });
  });

  it('is told apart from a keychain that is locked, and from one that is gone', async () => {
    const harness = await sealed();
    harness.vault.lock();
    await service.lock();
    expect((await harness.failureOf(harness.vault.unlock(passphrase))).code).toBe('keychain_locked');
    await service.stopKeyring();
    expect((await harness.failureOf(harness.vault.unlock(passphrase))).code).toBe('keychain_unavailable');
    await service.startKeyring();
    await harness.vault.unlock(passphrase);
    expect((await harness.sign()).auth).toContain(harness.key);
  });

  it('is asked for again when the vault process dies, and nothing is lost', async () => {
    const harness = await sealed();
    process.kill(harness.pid, 'SIGKILL');
    expect((await harness.untilState('locked')).reason).toContain('Nothing is lost');
    await harness.vault.unlock(passphrase);
    expect((await harness.sign()).auth).toContain(harness.key);
  });

  it('is changed and taken away by one who knows it', async () => {
    const harness = await sealed();
    const { vault } = harness;
    const guess = await harness.failureOf(vault.changePassphrase({ from: other, to: other }));
    expect(guess).toMatchObject({
      code: 'wrong_passphrase',
      message: expect.stringContaining('Nothing was moved'),
    });
    expect((await harness.failureOf(vault.removePassphrase(other))).code).toBe('wrong_passphrase');
    expect(await vault.changePassphrase({ from: passphrase, to: other })).toEqual({ isCleared: true });
    vault.lock();
    expect((await harness.failureOf(vault.unlock(passphrase))).code).toBe('wrong_passphrase');
    await vault.unlock(other);
    expect(await inKeyring()).toEqual({ isPlain: false, count: 4 });
    expect(await vault.removePassphrase(other)).toEqual({ isCleared: true });
    expect(await inKeyring()).toEqual({ isPlain: true, count: 3 });
    expect(actions(harness)).toEqual(expect.arrayContaining(['passphraseChanged', 'passphraseRemoved']));
    const next = await begin(harness);
    expect(next.vault.status).toMatchObject({ state: 'unlocked', isKeychainSealed: false });
    expect((await next.sign()).auth).toContain(next.key);
  });

  it('is not set twice, nor changed where there is none, nor set for another place', async () => {
    const harness = await sealed();
    const { vault } = harness;
    expect((await harness.failureOf(vault.setPassphrase(other))).code).toBe('conflict');
    await vault.removePassphrase(passphrase);
    expect((await harness.failureOf(vault.removePassphrase(passphrase))).code).toBe('conflict');
    const change = vault.changePassphrase({ from: passphrase, to: other });
    expect((await harness.failureOf(change)).code).toBe('conflict');
    expect((await harness.failureOf(vault.setPassphrase({ value: 'short' }))).code).toBe('invalid_input');
    await vault.moveTo('file', passphrase);
    expect((await harness.failureOf(vault.setPassphrase(other))).code).toBe('conflict');
  });

  it('leaves less room, of which the user is told', async () => {
    const harness = await sealed();
    const long = harness.plant(randomBytes(1200).toString('hex'));
    expect(await harness.failureOf(harness.enterSecret(long))).toMatchObject({
      code: 'invalid_input',
      message: `The value has 2400 bytes; at most ${sealedEntryLimitBytes} can be stored.`,
    });
    expect(index.list({})).toHaveLength(2);
    await harness.vault.removePassphrase(passphrase);
    await harness.enterSecret(long);
    expect(await harness.failureOf(harness.vault.setPassphrase(passphrase))).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('Nothing was moved'),
    });
    expect(await inKeyring()).toMatchObject({ count: 3 });
    expect((await harness.sign()).auth).toContain(harness.key);
  });

  it.each([0, 1, 2])(
    'that was not set, as that was cancelled after %i copies, is not asked for',
    async (count) => {
      const harness = await withSecrets();
      const stop = harness.vault.moveChanged.add((move) => {
        if (move?.done !== count || move.total === 0) return;
        stop();
        harness.vault.cancelMove();
      });
      expect((await harness.failureOf(harness.vault.setPassphrase(passphrase))).code).toBe('cancelled');
      expect(await inKeyring()).toEqual({ isPlain: true, count: 3 });
      const next = await begin(harness);
      expect(next.vault.status).toMatchObject({ state: 'unlocked', isKeychainSealed: false });
      expect((await next.sign()).auth).toContain(next.key);
    },
  );

  it('that was set as the keychain stopped to answer leaves nothing unsealed after the next start', async () => {
    const harness = await withSecrets();
    const frozen = Promise.withResolvers<void>();
    const stop = harness.vault.moveChanged.add((move) => {
      if (move?.done !== 2) return;
      stop();
      service.freeze();
      frozen.resolve();
    });
    const setting = harness.vault.setPassphrase(passphrase);
    // On a busy machine it may seem to wait before.
    await frozen.promise;
    await harness.untilState('waiting');
    harness.vault.cancelWaiting();
    expect(await setting).toEqual({ isCleared: false });
    service.thaw();
    const next = await begin(harness);
    await eventually(() => index.readMeta().leftovers === null, { what: 'the end of what was left' });
    expect(await inKeyring()).toEqual({ isPlain: false, count: 4 });
    await next.vault.unlock(passphrase);
    expect((await next.sign()).auth).toContain(next.key);
  });

  it('goes with what is moved to a vault file, and does not come back with it', async () => {
    const harness = await sealed();
    const { auth } = await harness.sign();
    await harness.vault.moveTo('file', other);
    expect(harness.vault.status).toMatchObject({ store: 'file', isKeychainSealed: false });
    expect(await inKeyring()).toEqual({ isPlain: false, count: 0 });
    await harness.vault.moveTo('keychain');
    expect(await inKeyring()).toEqual({ isPlain: true, count: 3 });
    expect(await harness.sign()).toEqual({ auth });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is wanted by a sealed keychain that something is moved to', async () => {
    const harness = await sealed();
    const { vault } = harness;
    vault.lock();
    await vault.chooseStore('session');
    await harness.enterMasterKey();
    expect((await harness.failureOf(vault.moveTo('keychain'))).code).toBe('passphrase_required');
    expect((await harness.failureOf(vault.moveTo('keychain', other))).code).toBe('wrong_passphrase');
    await vault.moveTo('keychain', passphrase);
    expect(vault.credentials(harness.profileId)).toHaveLength(3);
    expect(await inKeyring()).toEqual({ isPlain: false, count: 5 });
    vault.lock();
    expect((await harness.failureOf(vault.chooseStore('keychain'))).code).toBe('passphrase_required');
    await vault.chooseStore('keychain', { passphrase });
    expect((await harness.sign()).auth).toContain(harness.key);
  });

  it('that is lost is answered with a keychain that is begun anew; what was sealed is left alone', async () => {
    const harness = await sealed();
    const { vault } = harness;
    vault.lock();
    expect(await vault.chooseStore('keychain', { startOver: true })).toMatchObject({
      state: 'unlocked',
      isKeychainSealed: false,
    });
    expect(vault.credentials(harness.profileId)).toEqual([]);
    expect(actions(harness)).toEqual(expect.arrayContaining(['forgotten', 'startedOver']));
    await harness.enterSecret();
    // Two secrets, their canary, and what says how they are sealed; a secret and its canary.
    expect(await inKeyring()).toEqual({ isPlain: false, count: 6 });
    const next = await begin(harness);
    expect((await next.sign()).auth).toContain(next.key);
  });

  it('that is lost takes nothing from a vault file', async () => {
    const harness = await sealed();
    const { vault } = harness;
    vault.lock();
    await vault.chooseStore('file', { passphrase: other });
    await harness.enterSecret();
    const { auth } = await harness.sign();
    vault.lock();
    await vault.chooseStore('keychain', { startOver: true });
    vault.lock();
    await vault.chooseStore('file', { passphrase: other });
    expect(await harness.sign()).toEqual({ auth });
    await vault.moveTo('keychain');
    const next = await begin(harness);
    expect(await next.sign()).toEqual({ auth });
    expect(readdirSync(folder)).toEqual([]);
  });
});
