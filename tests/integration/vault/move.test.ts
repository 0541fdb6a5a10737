/** Everything from one store to another: what is moved, what stays where it was when that fails, and what is removed. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MoveTarget } from '#shared/contract/vault.ts';
import { spawnNodeChild } from '../../../electron/processes/node-child.ts';
import { RpcClient } from '../../../electron/processes/rpc.ts';
import { type CredentialIndex, MemoryCredentialIndex } from '../../../electron/vault/index.ts';
import { SealedFileStore, sealedFileNames } from '../../../electron/vault/stores/sealed-file-store.ts';
import { eventually } from '../../support/conditions.ts';
import { isRunning } from '../../support/running.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import type { StoreApi } from '../../support/store-process.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { VaultHarness } from '../../support/vault-harness.ts';

const entry = new URL('../../support/quick-vault-process.ts', import.meta.url);
const waitingAfterMs = 150;

let service: SecretService;
let folder: string;
let index: CredentialIndex;
let passphrase: { readonly value: string };
const harnesses: VaultHarness[] = [];

beforeEach(async () => {
  service = await startSecretService();
  await service.startKeyring();
  folder = temporaryFolder();
  index = new MemoryCredentialIndex();
  passphrase = { value: randomBytes(12).toString('base64') };
});
afterEach(async () => {
  for (const harness of harnesses.splice(0)) harness.close();
  await service.close();
});

/** A run of Latchkey. */
function begin(): VaultHarness {
  const harness = new VaultHarness({ env: service.env, index, folder, entry, waitingAfterMs });
  harness.plant(passphrase.value);
  harnesses.push(harness);
  return harness;
}

/** With three secrets in it. */
async function withSecrets(store: MoveTarget | 'session'): Promise<VaultHarness> {
  const harness = begin();
  await harness.vault.start();
  if (store !== 'keychain') await harness.vault.chooseStore(store, { passphrase });
  await harness.enterSecret();
  await harness.enterSecret(harness.newSecret(), 'next');
  await harness.enterMasterKey();
  return harness;
}

function move(harness: VaultHarness, to: MoveTarget) {
  return harness.vault.moveTo(to, to === 'file' ? passphrase : undefined);
}

async function again(harness: VaultHarness): Promise<VaultHarness> {
  harness.vault.close();
  const next = begin();
  await next.vault.start();
  if (next.vault.status.store === 'file') await next.vault.unlock(passphrase);
  return next;
}

const summaries = (vault: VaultHarness['vault'], { profileId }: VaultHarness) =>
  vault
    .credentials(profileId)
    .map(({ credentialId: _, lastUsedAt: __, ...rest }) => rest)
    .toSorted((a, b) => (a.kind + a.slot < b.kind + b.slot ? -1 : 1));

const files = () => readdirSync(folder);

describe.each([
  { from: 'keychain', to: 'file' },
  { from: 'file', to: 'keychain' },
  { from: 'session', to: 'keychain' },
  { from: 'session', to: 'file' },
] as const)('a move from $from to $to', ({ from, to }) => {
  it('takes everything, tells how far it is, and leaves nothing behind', async () => {
    const harness = await withSecrets(from);
    const { vault, profileId } = harness;
    const [before, signed] = [summaries(vault, harness), await harness.sign()];
    const told: unknown[] = [];
    vault.moveChanged.add((each) => told.push(each && [each.from, each.to, each.done, each.total]));
    const changed: string[] = [];
    vault.credentialsChanged.add((each) => changed.push(each));
    expect(await move(harness, to)).toMatchObject({
      status: { state: 'unlocked', store: to, hasVaultFile: to === 'file' },
      isCleared: true,
    });
    const steps = [0, 0, 1, 2, 3].map((done, at) => [from, to, done, at === 0 ? 0 : 3]);
    expect(told).toEqual([...steps, null]);
    expect(new Set(changed)).toEqual(new Set([profileId]));
    // What was counted by the former ids.
    expect(vault.credentials(profileId).filter(({ lastUsedAt }) => lastUsedAt !== null)).toHaveLength(1);
    expect(await harness.sign()).toEqual(signed);
    expect(summaries(vault, harness)).toEqual(before);
    expect(index.list({}).map(({ store, state }) => [store, state])).toEqual(Array(3).fill([to, 'stored']));
    expect(index.readMeta()).toMatchObject({ chosenStore: to, leftovers: null });
    // With the canary, which the first start makes.
    expect(await service.items()).toHaveLength(to === 'keychain' ? 4 : from === 'keychain' ? 0 : 1);
    expect(files()).toEqual(to === 'file' ? [sealedFileNames.current] : []);
    const notes = harness.audit.notes.map(({ action, store }) => [action, store]);
    expect(notes.slice(-4)).toEqual([...Array(3).fill(['relocated', to]), ['storeChosen', to]]);
    const next = await again(harness);
    expect(summaries(next.vault, harness)).toEqual(before);
    expect(await next.vault.signChannel(asked(harness))).toEqual(signed);
  });
});

it('writes a vault file less often than there are secrets, the more of them there are', async () => {
  const harness = begin();
  const { vault } = harness;
  await vault.chooseStore('session');
  const values = Array.from({ length: 100 }, () => harness.newSecret());
  const entered = await Promise.all(
    values.map((value) =>
      vault.enterSecret({ profileId: harness.profileId, kind: 'token', slot: 'extra', value }),
    ),
  );
  const steps: number[] = [];
  vault.moveChanged.add((each) => each && each.total > 0 && steps.push(each.done));
  await vault.moveTo('file', passphrase);
  expect(steps.at(-1)).toBe(entered.length);
  expect(steps.length).toBeLessThan(30);
  expect(steps).toEqual(steps.toSorted((one, other) => one - other));
  harness.vault.close();
  const file = await SealedFileStore.open(folder, passphrase.value);
  const kept = await Promise.all(file.accounts.map((account) => file.read(account)));
  expect(values.every((value) => kept.includes(value))).toBe(true);
});

const asked = ({ profileId }: VaultHarness) => ({
  profileId,
  socketId: '12.34',
  channel: 'private-orders',
});

/** Everything is where it was, and nowhere else. */
async function expectUnmoved(harness: VaultHarness, store: MoveTarget | 'session'): Promise<void> {
  expect(harness.vault.status).toMatchObject({ state: 'unlocked', store });
  expect(harness.vault.move).toBeNull();
  expect(index.list({}).map((record) => [record.store, record.state])).toEqual(
    Array(3).fill([store, 'stored']),
  );
  expect(index.readMeta()).toMatchObject({ chosenStore: store, leftovers: null });
  expect((await harness.vault.signChannel(asked(harness))).auth).toContain(harness.key);
  expect(await service.items()).toHaveLength(store === 'keychain' ? 4 : 1);
  expect(files()).toEqual(store === 'file' ? [sealedFileNames.current] : []);
}

/** Calls when so many secrets are in both places, while the move waits for its next step. */
function whenCopied(harness: VaultHarness, count: number, act: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = harness.vault.moveChanged.add((each) => {
    if (each?.done !== count || each.total === 0) return;
    stop();
    act();
    resolve();
  });
  return promise;
}

const nothingMoved = expect.stringMatching(/Nothing was moved: the secrets are in .*, as before\.$/);

describe('a move that does not come to its end', () => {
  it.each([0, 1, 3])('as it is cancelled after %i copies, leaves everything where it was', async (count) => {
    const harness = await withSecrets('keychain');
    whenCopied(harness, count, () => harness.vault.cancelMove());
    expect(await harness.failureOf(move(harness, 'file'))).toMatchObject({
      code: 'cancelled',
      message: nothingMoved,
    });
    await expectUnmoved(harness, 'keychain');
    expect(await move(harness, 'file')).toMatchObject({ isCleared: true });
  });

  it('as the keychain is locked, says so, and comes to it when the keychain is open', async () => {
    const harness = await withSecrets('file');
    await service.lock();
    expect(await harness.failureOf(move(harness, 'keychain'))).toMatchObject({
      code: 'keychain_locked',
      message: nothingMoved,
      hint: expect.stringContaining('Unlock your login keychain'),
    });
    await service.unlock();
    expect(await move(harness, 'keychain')).toMatchObject({ status: { store: 'keychain' }, isCleared: true });
    expect(await service.items()).toHaveLength(4);
  });

  it('as the keychain does not answer, is said to wait, and can be given up', async () => {
    const harness = await withSecrets('file');
    const frozen = whenCopied(harness, 1, () => service.freeze());
    const moving = harness.failureOf(move(harness, 'keychain'));
    // On a busy machine it may seem to wait before.
    await frozen;
    await harness.untilState('waiting');
    expect(harness.vault.move).toMatchObject({ done: 1, total: 3 });
    harness.vault.cancelMove();
    expect(await moving).toMatchObject({ code: 'cancelled', message: nothingMoved });
    expect(harness.vault.status).toMatchObject({ state: 'locked', store: 'file' });
    service.thaw();
    await harness.vault.unlock(passphrase);
    await eventually(() => index.readMeta().leftovers === null, { what: 'the end of what was left' });
    await expectUnmoved(harness, 'file');
  });

  it.each(['cancelMove', 'cancelWaiting'] as const)(
    'from a session to a keychain that does not answer, can be given up, and the session stays (%s)',
    async (giveUp) => {
      const harness = await withSecrets('session');
      const signed = await harness.sign();
      const frozen = whenCopied(harness, 1, () => service.freeze());
      const moving = harness.failureOf(move(harness, 'keychain'));
      // On a busy machine it may seem to wait before.
      await frozen;
      await harness.untilState('waiting');
      harness.vault[giveUp]();
      expect(await moving).toMatchObject({ code: 'cancelled', message: nothingMoved });
      expect(harness.vault.status).toMatchObject({ state: 'unlocked', store: 'session' });
      expect(await harness.sign()).toEqual(signed);
      expect(harness.pids).toHaveLength(2);
      // The next is not waited for either, while the keychain is still at what the first has left.
      const next = harness.failureOf(move(harness, 'keychain'));
      await eventually(() => harness.vault.move !== null, { what: 'the next move' });
      harness.vault.cancelMove();
      expect(await next).toMatchObject({ code: 'cancelled' });
      service.thaw();
      await eventually(() => index.readMeta().leftovers === null, { what: 'the end of what was left' });
      await expectUnmoved(harness, 'session');
      expect(await move(harness, 'keychain')).toMatchObject({
        status: { store: 'keychain' },
        isCleared: true,
      });
      expect(await service.items()).toHaveLength(4);
      expect(await harness.sign()).toEqual(signed);
    },
  );

  it('as the session is forgotten, says that its secrets are gone', async () => {
    const harness = await withSecrets('session');
    whenCopied(harness, 1, () => harness.vault.lock({ forget: true }));
    const { message } = await harness.failureOf(move(harness, 'keychain'));
    expect(message).toMatch(/Nothing was moved, and the secrets of that session are gone\.$/);
    expect(harness.vault.credentials(harness.profileId)).toEqual([]);
  });

  it('as the keychain is gone, keeps the vault file open', async () => {
    const harness = await withSecrets('file');
    let stopped: Promise<void> | undefined;
    whenCopied(harness, 1, () => {
      stopped = service.stopKeyring();
    });
    const failure = await harness.failureOf(move(harness, 'keychain'));
    expect(failure.code).toBe('keychain_unavailable');
    expect(harness.vault.status).toMatchObject({ state: 'unlocked', store: 'file' });
    expect(harness.vault.credentials(harness.profileId)).toHaveLength(3);
    await stopped;
    await service.startKeyring();
    await expectUnmoved(await again(harness).then((next) => of(next, harness)), 'file');
  });

  it('as the vault is locked, is undone when it is opened again', async () => {
    const harness = await withSecrets('keychain');
    whenCopied(harness, 2, () => harness.vault.lock());
    expect(await harness.failureOf(move(harness, 'file'))).toMatchObject({
      code: 'vault_locked',
      message: nothingMoved,
    });
    await harness.vault.unlock();
    await eventually(() => index.readMeta().leftovers === null, { what: 'the end of what was left' });
    await expectUnmoved(harness, 'keychain');
  });

  it('as the vault process is killed, is undone when that is back', async () => {
    const harness = await withSecrets('keychain');
    whenCopied(harness, 2, () => process.kill(harness.pid, 'SIGKILL'));
    expect(await harness.failureOf(move(harness, 'file'))).toMatchObject({ message: nothingMoved });
    await harness.untilState('unlocked');
    await eventually(() => index.readMeta().leftovers === null, { what: 'the end of what was left' });
    await expectUnmoved(harness, 'keychain');
  });

  it('as a secret is gone from the keychain, says which', async () => {
    const harness = await withSecrets('keychain');
    const next = await again(harness);
    const [lost] = next.vault.credentials(harness.profileId);
    await takeOut(`${index.readMeta().vaultId}/${lost?.credentialId}`);
    expect(await next.failureOf(move(next, 'file'))).toMatchObject({
      code: 'no_credential',
      message: expect.stringContaining(lost?.fingerprint ?? '?'),
    });
    expect(files()).toEqual([]);
    expect(next.vault.credentials(harness.profileId)).toHaveLength(3);
  });

  it('as the passphrase will not do, has made nothing', async () => {
    const harness = await withSecrets('keychain');
    const short = harness.vault.moveTo('file', { value: 'short' });
    expect(await harness.failureOf(short)).toMatchObject({ code: 'invalid_input', message: nothingMoved });
    expect(await harness.failureOf(harness.vault.moveTo('file'))).toMatchObject({
      code: 'passphrase_required',
    });
    await expectUnmoved(harness, 'keychain');
  });

  it('as it is where it is', async () => {
    const harness = await withSecrets('keychain');
    expect(await harness.failureOf(move(harness, 'keychain'))).toMatchObject({ code: 'conflict' });
  });
});

describe('while a move is under way', () => {
  it('nothing else changes what is kept, and everything is still used', async () => {
    const harness = await withSecrets('keychain');
    const { vault, profileId, key } = harness;
    const [{ credentialId = '' } = {}] = vault.credentials(profileId);
    const answers: Promise<unknown>[] = [];
    let signed: Promise<unknown> | undefined;
    whenCopied(harness, 1, () => {
      const slot = 'next';
      answers.push(
        ...[
          () => vault.enterSecret({ profileId, kind: 'secret', slot, key, value: harness.newSecret() }),
          () => vault.generateMasterKey({ profileId, slot }),
          () => vault.removeSecret(credentialId),
          () => vault.removeSlot({ profileId, kind: 'secret', slot }),
          () => vault.chooseStore('session'),
          () => vault.moveTo('file', passphrase),
          () => vault.changePassphrase({ from: passphrase, to: passphrase }),
          async () => vault.promoteNext({ profileId, kind: 'secret' }),
        ].map((change) => harness.failureOf(change()).then(({ code }) => code)),
      );
      signed = harness.sign();
    });
    await move(harness, 'file');
    expect(await Promise.all(answers)).toEqual(Array(8).fill('conflict'));
    expect(await signed).toEqual(await harness.sign());
    await harness.enterSecret();
  });

  it('an app that is taken away goes after it', async () => {
    const harness = await withSecrets('keychain');
    let gone: Promise<void> | undefined;
    whenCopied(harness, 1, () => {
      gone = harness.vault.removeAllOf(harness.profileId);
    });
    expect(await move(harness, 'file')).toMatchObject({ isCleared: true });
    await gone;
    expect(index.list({})).toEqual([]);
    expect(await service.items()).toEqual([]);
    const file = await SealedFileStore.open(folder, passphrase.value);
    expect(file.accounts).toEqual([`${index.readMeta().vaultId}/canary`]);
  });

  it('what was being entered is moved as well', async () => {
    const harness = await withSecrets('session');
    const entering = harness.enterMasterKey(harness.newMasterKey(), 'next');
    await move(harness, 'keychain');
    const { credentialId } = await entering;
    expect(harness.vault.credentials(harness.profileId)).toHaveLength(4);
    // It has another id by now.
    expect(index.find(credentialId)).toBeUndefined();
  });
});

describe('the place before', () => {
  it('that does not answer any more is emptied at the next start', async () => {
    const harness = await withSecrets('keychain');
    const frozen = whenCopied(harness, 3, () => service.freeze());
    const moving = move(harness, 'file');
    // On a busy machine it may seem to wait before.
    await frozen;
    await harness.untilState('waiting');
    harness.vault.cancelWaiting();
    expect(await moving).toMatchObject({ status: { state: 'locked', store: 'file' }, isCleared: false });
    service.thaw();
    expect((await service.items()).length).toBeGreaterThanOrEqual(4);
    const next = await again(harness);
    await eventually(async () => (await service.items()).length === 0, { what: 'an empty keychain' });
    expect(next.vault.credentials(harness.profileId)).toHaveLength(3);
    expect(index.list({})).toHaveLength(3);
  });

  it('is not emptied any more when it is opened: a keychain', async () => {
    const harness = await withSecrets('keychain');
    const frozen = whenCopied(harness, 3, () => service.freeze());
    const moving = move(harness, 'file');
    // On a busy machine it may seem to wait before.
    await frozen;
    await harness.untilState('waiting');
    harness.vault.cancelWaiting();
    expect(await moving).toMatchObject({ isCleared: false });
    harness.vault.close();
    const next = begin();
    const starting = next.vault.start();
    const tidyingPid = next.pid;
    const choosing = next.vault.chooseStore('keychain');
    await eventually(() => !isRunning(tidyingPid), { what: 'the end of the process that tidies' });
    await starting;
    service.thaw();
    expect(await choosing).toMatchObject({ state: 'unlocked', store: 'keychain' });
    await next.enterSecret();
    expect(index.readMeta().leftovers).toBeNull();
    expect(await service.items()).toHaveLength(2);
    expect((await of(await again(next), next).sign()).auth).toContain(next.key);
  });

  it('is not emptied any more when it is opened: a vault file', async () => {
    const harness = await withSecrets('file');
    const { vault } = harness;
    const stop = vault.credentialsChanged.add(() => {
      stop();
      vault.lock();
    });
    expect(await move(harness, 'keychain')).toMatchObject({ isCleared: false });
    await vault.unlock();
    const tidyingPid = harness.pid;
    // It is there, and has not begun.
    process.kill(tidyingPid, 'SIGSTOP');
    vault.lock();
    await vault.chooseStore('file', { passphrase });
    expect(isRunning(tidyingPid)).toBe(false);
    expect(vault.credentials(harness.profileId)).toEqual([]);
    await harness.enterSecret();
    const next = await again(harness);
    expect((await of(next, harness).sign()).auth).toContain(harness.key);
    expect(files()).toEqual([sealedFileNames.current]);
    expect(index.readMeta().leftovers).toBeNull();
  });

  it('is kept when it is a file with other entries in it, without those that were moved', async () => {
    const other = randomBytes(20).toString('hex');
    const written = await SealedFileStore.create(folder, passphrase.value, 2 ** 14);
    await written.write('another vault/secret', other);
    const harness = await withSecrets('file');
    expect(await move(harness, 'keychain')).toMatchObject({ isCleared: true });
    const left = await SealedFileStore.open(folder, passphrase.value);
    expect(left.accounts).toEqual(['another vault/secret', `${index.readMeta().vaultId}/canary`]);
    expect((await left.read('another vault/secret')) === other).toBe(true);
  });

  it('keeps a secret that somebody means while another place is open', async () => {
    const harness = await withSecrets('keychain');
    const { vault, profileId } = harness;
    const [{ credentialId = '' } = {}] = vault.credentials(profileId);
    vault.lock();
    await vault.chooseStore('file', { passphrase });
    const asked = [
      () => vault.removeSecret(credentialId),
      () => vault.letOut('revealed', credentialId, async () => {}),
      () => vault.decryptWith(credentialId, []),
      async () => vault.find(credentialId),
      async () => vault.labelSecret({ credentialId, label: 'mine' }),
      async () => vault.moveSecret({ credentialId, slot: 'extra' }),
    ].map((ask) => harness.failureOf(ask()).then(({ code }) => code));
    expect(await Promise.all(asked)).toEqual(Array(6).fill('not_found'));
    expect(index.find(credentialId)).toMatchObject({ store: 'keychain', state: 'stored', label: null });
    vault.lock();
    await vault.chooseStore('keychain');
    await vault.removeSecret(credentialId);
    expect(vault.credentials(profileId)).toHaveLength(2);
    expect(await service.items()).toHaveLength(3);
  });

  it('may have secrets of its own, which none is put in place of', async () => {
    const harness = await withSecrets('keychain');
    const { vault } = harness;
    vault.lock();
    await vault.chooseStore('session');
    await harness.enterSecret();
    expect(await harness.failureOf(move(harness, 'keychain'))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('There is another secret in the system keychain already'),
    });
    expect(await harness.failureOf(vault.chooseStore('keychain'))).toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('Move it there'),
    });
    const [here] = vault.credentials(harness.profileId);
    await vault.removeSecret(here?.credentialId ?? '');
    await harness.enterMasterKey(harness.newMasterKey(), 'next');
    await move(harness, 'keychain');
    expect(vault.credentials(harness.profileId)).toHaveLength(4);
    // Their fingerprints are told by one key again.
    expect(await service.items()).toHaveLength(5);
  });
});

/** As another program does, which has opened the keychain. */
async function takeOut(account: string): Promise<void> {
  const child = spawnNodeChild(new URL('../../support/store-process.ts', import.meta.url), {
    name: 'test-store',
    env: service.env,
  });
  const store = new RpcClient<StoreApi>(child);
  await store.call('open', { kind: 'keychain' });
  await store.call('remove', account);
  child.kill();
}

/** The later run, for the app of the one before. */
function of(later: VaultHarness, { profileId, key }: VaultHarness): VaultHarness {
  return Object.assign(Object.create(later) as VaultHarness, { profileId, key });
}
