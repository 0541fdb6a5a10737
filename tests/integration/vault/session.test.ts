/** The vault over a real vault process, with secrets for this session only. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { MemoryCredentialIndex } from '../../../electron/vault/index.ts';
import { eventually } from '../../support/conditions.ts';
import { noSessionBus } from '../../support/secret-service.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { VaultHarness } from '../../support/vault-harness.ts';

const env = noSessionBus(temporaryFolder());
const opened: VaultHarness[] = [];
afterEach(() => {
  for (const harness of opened.splice(0)) harness.close();
});

function harnessOf(options: Partial<ConstructorParameters<typeof VaultHarness>[0]> = {}) {
  const harness = new VaultHarness({ env, ...options });
  opened.push(harness);
  return harness;
}

async function openedSession() {
  const harness = harnessOf();
  await harness.vault.chooseStore('session');
  return harness;
}

test('locking asks first, then forgets everything and says so', async () => {
  const harness = await openedSession();
  await harness.enterSecret();
  expect(await harness.failureOf(() => harness.vault.lock())).toMatchObject({
    code: 'confirmation_required',
  });
  expect(harness.vault.status.state).toBe('unlocked');
  await harness.sign();
  expect(harness.vault.lock({ forget: true })).toMatchObject({
    state: 'locked',
    reason: expect.stringContaining('forgotten'),
  });
  expect(harness.vault.credentials(harness.profileId)).toEqual([]);
  expect(await harness.vault.unlock()).toMatchObject({ state: 'unlocked', store: 'session' });
  expect(await harness.failureOf(harness.sign())).toMatchObject({ code: 'no_credential' });
});

test('a new start opens an empty session, as the last one’s secrets are gone', async () => {
  const harness = await openedSession();
  await harness.enterSecret();
  harness.vault.close();
  const again = harnessOf({ index: harness.index });
  await again.vault.start();
  expect(again.vault.status).toMatchObject({ state: 'unlocked', store: 'session' });
  expect(again.vault.credentials(harness.profileId)).toEqual([]);
  expect(again.index.list({})).toEqual([]);
});

test('a killed vault process takes the secrets with it, and the vault says so instead of starting it again', async () => {
  const harness = await openedSession();
  await harness.enterSecret();
  process.kill(harness.pid, 'SIGKILL');
  expect(await harness.untilState('locked')).toMatchObject({
    reason: expect.stringContaining('the secrets of this session are gone'),
  });
  expect(harness.pids).toHaveLength(1);
  expect(harness.vault.credentials(harness.profileId)).toEqual([]);
  expect(await harness.failureOf(harness.sign())).toMatchObject({ code: 'vault_locked' });
  expect(await harness.vault.unlock()).toMatchObject({ state: 'unlocked' });
});

test('another store is refused while the session holds secrets', async () => {
  const harness = await openedSession();
  const { credentialId } = await harness.enterSecret();
  const choosing = harness.vault.chooseStore('keychain');
  expect(await harness.failureOf(choosing)).toMatchObject({ code: 'conflict' });
  expect((await harness.sign()).auth).toContain(harness.key);
  await harness.vault.removeSecret(credentialId);
  const again = harness.vault.chooseStore('keychain');
  expect(await harness.failureOf(again)).toMatchObject({ code: 'keychain_unavailable' });
});

test('unlocking twice at once starts one vault process', async () => {
  const harness = await openedSession();
  harness.vault.lock({ forget: true });
  const [one, other] = await Promise.all([harness.vault.unlock(), harness.vault.unlock()]);
  expect(one).toEqual(other);
  expect(harness.pids).toHaveLength(2);
});

test('locking while it opens ends the opening', async () => {
  const harness = await openedSession();
  harness.vault.lock({ forget: true });
  const unlocking = harness.failureOf(harness.vault.unlock());
  harness.vault.lock({ forget: true });
  expect(await unlocking).toMatchObject({ code: 'vault_locked' });
  expect(harness.vault.status.state).toBe('locked');
});

test('a hundred entries at once into one slot leave one', async () => {
  const harness = await openedSession();
  await Promise.all(Array.from({ length: 100 }, () => harness.enterSecret()));
  expect(harness.vault.credentials(harness.profileId)).toHaveLength(1);
  expect(harness.index.list({})).toHaveLength(1);
});

test('an entry for which nothing waits leaves nothing behind', async () => {
  const harness = await openedSession();
  const place = { profileId: harness.profileId, kind: 'masterKey', slot: 'current' } as const;
  const entering = harness.vault.enterSecret({ ...place, portId: randomUUID() });
  expect(await harness.failureOf(entering)).toMatchObject({ code: 'not_found' });
  expect(harness.index.list({})).toEqual([]);
});

test('a disk that fails as a promotion’s rest is removed, which nobody waits for, is told to the log', async () => {
  class FailingIndex extends MemoryCredentialIndex {
    isFailing = false;

    override change(change: Parameters<MemoryCredentialIndex['change']>[0]): void {
      if (this.isFailing && change.remove) throw new AppError('storage_failed', 'The disk is full.');
      super.change(change);
    }
  }
  const index = new FailingIndex();
  const harness = harnessOf({ index });
  const { vault, profileId } = harness;
  await vault.chooseStore('session');
  for (const slot of ['previous', 'current', 'next'] as const) await harness.enterSecret(undefined, slot);
  index.isFailing = true;
  vault.promoteNext({ profileId, kind: 'secret' });
  const reported = await eventually(() => harness.unaudited[0], { what: 'a report' });
  expect(reported).toMatchObject({ code: 'storage_failed' });
  expect(vault.credentials(profileId)).toHaveLength(2);
});

test('what changes in the vault is in the audit log, with what it was about', async () => {
  const harness = await openedSession();
  const current = await harness.enterSecret();
  const next = await harness.enterSecret(harness.newSecret(), 'next', 'nextkey');
  const { profileId } = harness;
  const made = await harness.vault.generateMasterKey({ profileId, slot: 'current' });
  harness.vault.promoteNext({ profileId, kind: 'secret' });
  const third = await harness.enterSecret(harness.newSecret(), 'next', 'thirdkey');
  harness.vault.promoteNext({ profileId, kind: 'secret' });
  await harness.vault.removeAllOf(profileId);
  const told = harness.audit.notes.map(({ action, credential }) => [
    action,
    credential?.slot,
    credential?.fingerprint,
  ]);
  expect(told.slice(2, 9)).toEqual([
    ['entered', 'current', current.fingerprint],
    ['entered', 'next', next.fingerprint],
    ['generated', 'current', made.fingerprint],
    ['promoted', 'current', next.fingerprint],
    ['entered', 'next', third.fingerprint],
    ['promoted', 'current', third.fingerprint],
    ['removed', 'previous', current.fingerprint],
  ]);
  expect(told.slice(9).map(([action, , fingerprint]) => [action, fingerprint])).toEqual(
    expect.arrayContaining([
      ['removed', third.fingerprint],
      ['removed', next.fingerprint],
      ['removed', made.fingerprint],
    ]),
  );
  expect(told).toHaveLength(12);
});
