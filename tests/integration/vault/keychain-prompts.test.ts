/** The vault and the keyring's own prompts: GNOME's prompter, and a user who answers it or does not. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keyringPassword, type SecretService, startSecretService } from '../../support/secret-service.ts';
import { VaultHarness } from '../../support/vault-harness.ts';

let service: SecretService;
const opened: VaultHarness[] = [];

beforeEach(async () => {
  service = await startSecretService({ withPrompter: true });
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

/** With a secret and a master key that no process has read. */
async function unreadVault() {
  await service.startKeyring();
  const before = harnessOf();
  await before.vault.start();
  const credential = await before.enterSecret();
  await before.enterMasterKey();
  const { auth } = await before.sign();
  const { profileId, index } = before;
  const channel = 'private-encrypted-orders';
  const sealed = await before.vault.encrypt({ profileId, channel, plaintext: 'x' });
  const items = [{ channel, data: JSON.stringify(sealed) }];
  before.vault.close();
  const harness = harnessOf({ index, waitingAfterMs: 1000 });
  const sign = () => harness.vault.signChannel({ profileId, socketId: '12.34', channel: 'private-orders' });
  const decrypt = () => harness.vault.decryptBatch({ profileId, items });
  return { harness, credential, auth, profileId, sign, decrypt };
}

const closed = [{ state: 'closed', why: 'vault-locked' }];

test('a user who has no keyring yet is asked to make one, and has secrets in it then', async () => {
  await service.startKeyring({ isUnlocked: false });
  const harness = harnessOf();
  const starting = harness.vault.start();
  await service.prompter.answer(await service.prompter.shown(), keyringPassword, { isNew: true });
  await starting;
  expect(harness.vault.status).toMatchObject({ state: 'unlocked', store: 'keychain' });
  await harness.enterSecret();
  const { auth } = await harness.sign();
  await service.stopKeyring();
  await service.startKeyring({ isUnlocked: false });
  harness.vault.lock();
  const unlocking = harness.vault.unlock();
  await service.prompter.answer(await service.prompter.shown(), keyringPassword);
  expect(await unlocking).toMatchObject({ state: 'unlocked' });
  expect(await harness.sign()).toEqual({ auth });
});

test('a user who does not want to make a keyring is told what else there is, and may change their mind', async () => {
  await service.startKeyring({ isUnlocked: false });
  const harness = harnessOf();
  const starting = harness.vault.start();
  await service.prompter.dismiss(await service.prompter.shown());
  await starting;
  expect(harness.vault.status).toMatchObject({
    state: 'choose',
    reason: expect.stringContaining('no default collection'),
    hint: expect.stringMatching(
      /Make a default keyring.*or keep secrets in a vault file, or for this session only/,
    ),
  });
  expect(
    readdirSync(join(service.folder, 'data/keyrings')).filter((file) => file.endsWith('.keyring')),
  ).toEqual([]);
  const choosing = harness.vault.chooseStore('keychain');
  await service.prompter.answer(await service.prompter.shown(), keyringPassword, { isNew: true });
  expect(await choosing).toMatchObject({ state: 'unlocked', store: 'keychain' });
});

test('starting over loses nothing when the first prompt is dismissed and a later one is answered', async () => {
  const { harness, credential, auth, profileId, sign } = await unreadVault();
  const meta = harness.index.readMeta();
  await service.lock();
  const before = harness.vault.credentials(profileId);
  const startingOver = harness.vault.chooseStore('keychain', { startOver: true });
  // For the look at what was there.
  await service.prompter.dismiss(await service.prompter.shown());
  // For the entry that tells whether the keyring can be believed.
  await service.prompter.answer(await service.prompter.shown(), keyringPassword);
  expect(await startingOver).toMatchObject({ state: 'unlocked' });
  expect(before).toContainEqual({ ...credential, lastUsedAt: expect.any(Number) });
  expect(harness.vault.credentials(profileId)).toEqual(before);
  expect(harness.index.readMeta()).toEqual(meta);
  expect(await sign()).toEqual({ auth });
});

test('a prompt that was left on the screen when the user stopped waiting still opens the keyring', async () => {
  const { harness, auth, sign } = await unreadVault();
  await service.lock();
  const starting = harness.vault.start();
  const prompt = await service.prompter.shown();
  await harness.untilState('waiting');
  expect(harness.vault.cancelWaiting()).toMatchObject({
    state: 'locked',
    hint: expect.stringContaining('If its prompt is still shown, answer or dismiss it.'),
  });
  await starting;
  expect(await service.prompter.isShown(prompt)).toBe(true);
  const unlocking = harness.vault.unlock();
  await service.prompter.answer(prompt, keyringPassword);
  expect(await unlocking).toMatchObject({ state: 'unlocked' });
  expect(await sign()).toEqual({ auth });
});

test('however many ask at the same time, the user dismisses one prompt', async () => {
  const { harness, sign, decrypt } = await unreadVault();
  await harness.vault.start();
  await service.lock();
  const stopDismissing = service.prompter.dismissAll();
  const signing = Array.from({ length: 20 }, () => harness.failureOf(sign()));
  for (const { code } of await Promise.all(signing)) expect(code).toBe('keychain_locked');
  expect(await decrypt()).toEqual(closed);
  expect(await stopDismissing()).toBe(1);
});

test('events that are drawn do not ask again after a prompt was dismissed, and open after one was answered', async () => {
  const { harness, sign, decrypt } = await unreadVault();
  await harness.vault.start();
  await service.lock();
  const stopDismissing = service.prompter.dismissAll();
  for (let drawn = 0; drawn < 20; drawn++) expect(await decrypt()).toEqual(closed);
  expect(await stopDismissing()).toBe(1);

  const signing = sign();
  await service.prompter.answer(await service.prompter.shown(), keyringPassword);
  await signing;
  expect(await decrypt()).toEqual([{ state: 'decrypted', slot: 'current', plaintext: 'x' }]);
});

test('the log is drawn while a prompt waits, and drawn again when it was answered', async () => {
  const { harness, decrypt } = await unreadVault();
  await harness.vault.start();
  await service.lock();
  const decrypting = decrypt();
  const prompt = await service.prompter.shown();
  expect(await decrypting).toEqual(closed);
  expect(harness.vault.status.state).toBe('waiting');
  expect(await decrypt()).toEqual(closed);
  await service.prompter.answer(prompt, keyringPassword);
  // What the page draws the log again for.
  await harness.untilState('unlocked');
  expect(await decrypt()).toEqual([{ state: 'decrypted', slot: 'current', plaintext: 'x' }]);
});
