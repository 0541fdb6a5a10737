/** The vault file behind a real vault process: chosen, locked, opened again, and what a wrong passphrase changes. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryCredentialIndex } from '../../../electron/vault/index.ts';
import { sealedFileNames } from '../../../electron/vault/stores/sealed-file-store.ts';
import { noSessionBus } from '../../support/secret-service.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { VaultHarness } from '../../support/vault-harness.ts';

let folder: string;
let index: MemoryCredentialIndex;
let passphrase: string;
const harnesses: VaultHarness[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  index = new MemoryCredentialIndex();
});
afterEach(() => {
  for (const harness of harnesses.splice(0)) harness.close();
});

function begin(): VaultHarness {
  const harness = new VaultHarness({ env: noSessionBus(temporaryFolder()), index, folder });
  harnesses.push(harness);
  return harness;
}

async function withFile(): Promise<VaultHarness> {
  const harness = begin();
  passphrase = harness.plant(randomBytes(12).toString('base64'));
  await harness.vault.start();
  await harness.vault.chooseStore('file', { passphrase: { value: passphrase } });
  return harness;
}

describe('a vault file', () => {
  it('is chosen where there is no keychain, and holds what is entered', async () => {
    const harness = begin();
    await harness.vault.start();
    expect(harness.vault.status).toMatchObject({ state: 'choose', store: null, hasVaultFile: false });
    const value = harness.plant(randomBytes(12).toString('base64'));
    expect(await harness.vault.chooseStore('file', { passphrase: { value } })).toMatchObject({
      state: 'unlocked',
      store: 'file',
      hasVaultFile: true,
    });
    await harness.enterSecret();
    expect((await harness.sign()).auth).toContain(harness.key);
    expect(readdirSync(folder)).toEqual([sealedFileNames.current]);
  });

  it('opens with its passphrase only, after a lock and after a restart', async () => {
    const harness = await withFile();
    await harness.enterSecret();
    const { auth } = await harness.sign();
    expect(harness.vault.lock()).toMatchObject({ state: 'locked', store: 'file' });
    expect(await harness.failureOf(harness.vault.unlock())).toMatchObject({ code: 'passphrase_required' });
    const wrong = await harness.failureOf(harness.vault.unlock({ value: randomBytes(9).toString('hex') }));
    expect(wrong).toMatchObject({ code: 'wrong_passphrase' });
    expect(harness.vault.status).toMatchObject({ state: 'locked', store: 'file', reason: wrong.message });
    expect(await harness.failureOf(harness.sign())).toMatchObject({ code: 'vault_locked' });
    await harness.vault.unlock({ value: passphrase });
    expect(await harness.sign()).toEqual({ auth });
    const later = new VaultHarness({ env: noSessionBus(temporaryFolder()), index, folder });
    harnesses.push(later);
    harness.vault.close();
    await later.vault.start();
    expect(later.vault.status).toMatchObject({ state: 'locked', store: 'file', hasVaultFile: true });
    expect(later.pids).toEqual([]);
    await later.vault.unlock({ value: passphrase });
    expect(later.vault.credentials(harness.profileId)).toHaveLength(1);
    const signed = await later.vault.signChannel({
      profileId: harness.profileId,
      socketId: '12.34',
      channel: 'private-orders',
    });
    expect(signed).toEqual({ auth });
  });

  it('is sealed again when the vault process dies, and nothing is lost', async () => {
    const harness = await withFile();
    await harness.enterSecret();
    process.kill(harness.pid, 'SIGKILL');
    expect((await harness.untilState('locked')).reason).toContain('Nothing is lost');
    await harness.vault.unlock({ value: passphrase });
    expect((await harness.sign()).auth).toContain(harness.key);
  });

  it('takes no short passphrase, and chooses nothing then', async () => {
    const harness = begin();
    await harness.vault.start();
    const failed = await harness.failureOf(
      harness.vault.chooseStore('file', { passphrase: { value: 'short' } }),
    );
    expect(failed).toMatchObject({ code: 'invalid_input' });
    expect(harness.vault.status).toMatchObject({ state: 'choose', store: null, hasVaultFile: false });
    expect(await harness.failureOf(harness.vault.chooseStore('file'))).toMatchObject({
      code: 'passphrase_required',
    });
  });

  it('that is damaged is said to be so, is left as it is, and can be set aside for a new one', async () => {
    const harness = await withFile();
    await harness.enterSecret();
    harness.vault.lock();
    const path = join(folder, sealedFileNames.current);
    const damaged = readFileSync(path).subarray(0, -40);
    writeFileSync(path, damaged);
    expect(await harness.failureOf(harness.vault.unlock({ value: passphrase }))).toMatchObject({
      code: 'storage_failed',
    });
    expect(harness.vault.status).toMatchObject({ state: 'unavailable', store: 'file' });
    expect(readFileSync(path)).toEqual(damaged);
    const next = harness.plant(randomBytes(12).toString('hex'));
    await harness.vault.chooseStore('file', { startOver: true, passphrase: { value: next } });
    expect(harness.vault.credentials(harness.profileId)).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(2);
    await harness.enterSecret();
    expect((await harness.sign()).auth).toContain(harness.key);
  });

  it('changes its passphrase for one who knows it', async () => {
    const harness = await withFile();
    await harness.enterSecret();
    const next = harness.plant(randomBytes(12).toString('hex'));
    const guess = { from: { value: randomBytes(12).toString('hex') }, to: { value: next } };
    expect(await harness.failureOf(harness.vault.changePassphrase(guess))).toMatchObject({
      code: 'wrong_passphrase',
    });
    await harness.vault.changePassphrase({ from: { value: passphrase }, to: { value: next } });
    harness.vault.lock();
    expect(await harness.failureOf(harness.vault.unlock({ value: passphrase }))).toMatchObject({
      code: 'wrong_passphrase',
    });
    await harness.vault.unlock({ value: next });
    expect((await harness.sign()).auth).toContain(harness.key);
    expect(harness.audit.notes.map(({ action }) => action)).toContain('passphraseChanged');
  });

  it('takes the place of a session that has nothing in it, which comes back when the passphrase is wrong', async () => {
    const first = await withFile();
    first.vault.close();
    index.writeMeta({ ...index.readMeta(), chosenStore: null });
    const harness = begin();
    await harness.vault.start();
    await harness.vault.chooseStore('session');
    const wrong = { passphrase: { value: randomBytes(9).toString('hex') } };
    expect(await harness.failureOf(harness.vault.chooseStore('file', wrong))).toMatchObject({
      code: 'wrong_passphrase',
    });
    expect(harness.vault.status).toMatchObject({ state: 'unlocked', store: 'session' });
    await harness.enterSecret();
    expect(
      await harness.failureOf(harness.vault.chooseStore('file', { passphrase: { value: passphrase } })),
    ).toMatchObject({
      code: 'conflict',
    });
  });
});
