import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { Keeper, promptPauseMs, serveable } from '../../../electron/vault/keeper.ts';
import { TwinStore } from '../../support/twin-store.ts';

const vaultId = 'vault';
const credentialId = 'credential';
let store: TwinStore;
let keeper: Keeper;

beforeEach(async () => {
  store = new TwinStore();
  keeper = await opened(false);
});

async function opened(hasCanary: boolean): Promise<Keeper> {
  const made = new Keeper(async () => store);
  await made.open({ store: 'keychain', vaultId, hasCanary });
  return made;
}

function put(value = randomBytes(20).toString('hex')) {
  return keeper.put({ credentialId, format: 'text', value });
}

function sign(by = keeper) {
  return by.signChannel({ credentialId, key: 'key', socketId: '1.2', channel: 'private-x' });
}

describe('opening', () => {
  test('makes a canary once, and finds it again', async () => {
    const [canary] = [...store.entries.values()];
    expect(Buffer.from(canary ?? '', 'base64')).toHaveLength(32);
    await opened(true);
    // After a crash between the store's write and the index's, the canary is there without being known.
    await opened(false);
    expect([...store.entries]).toEqual([[`${vaultId}/canary`, canary]]);
  });

  test('takes a store that does not show the known canary for locked, and writes nothing to it', async () => {
    store.entries.clear();
    await expect(opened(true)).rejects.toMatchObject({ code: 'keychain_locked' });
    expect(store.entries.size).toBe(0);
  });

  test('refuses a store that does not keep what is written', async () => {
    store.entries.clear();
    store.isForgetful = true;
    await expect(opened(false)).rejects.toMatchObject({ code: 'keychain_unavailable' });
  });

  test('starts over only in a store that shows what it is given, and not what it had', async () => {
    store.entries.clear();
    const over = new Keeper(async () => store);
    const input = { store: 'keychain', vaultId, hasCanary: true, startOverAs: 'new' } as const;
    expect(await over.open(input)).toEqual({ vaultId: 'new' });
    expect([...store.entries.keys()]).toEqual(['new/canary']);
  });

  test('does not start over in a store that was only locked, whenever it is opened', async () => {
    const before = [...store.entries];
    const input = { store: 'keychain', vaultId, hasCanary: true, startOverAs: 'new' } as const;
    store.isLocked = true;
    await expect(new Keeper(async () => store).open(input)).rejects.toMatchObject({
      code: 'keychain_locked',
    });
    // The prompt of the read is dismissed, the one of the write is answered.
    const read = store.read.bind(store);
    store.read = async (account) => {
      const answer = await read(account);
      store.isLocked = false;
      return answer;
    };
    expect(await new Keeper(async () => store).open(input)).toEqual({ vaultId });
    expect([...store.entries]).toEqual(before);
  });

  test('comes before everything else', async () => {
    const closed = new Keeper(async () => store);
    await expect(sign(closed)).rejects.toMatchObject({ code: 'vault_locked' });
  });
});

describe('a value', () => {
  test('is read once, however many ask for it at the same time', async () => {
    await put();
    keeper = await opened(true);
    const before = store.reads;
    const signed = await Promise.all(Array.from({ length: 50 }, () => sign()));
    expect(new Set(signed.map(({ auth }) => auth)).size).toBe(1);
    // And the canary once, before it.
    expect(store.reads - before).toBe(2);
  });

  test('that the store did not keep is refused', async () => {
    store.isForgetful = true;
    await expect(put()).rejects.toMatchObject({ code: 'keychain_unavailable' });
  });

  test('that is gone from a store that is open is told from one that is hidden by a lock', async () => {
    await put();
    const later = await opened(true);
    store.isLocked = true;
    await expect(sign(later)).rejects.toMatchObject({ code: 'keychain_locked' });
    store.isLocked = false;
    store.entries.delete(`${vaultId}/${credentialId}`);
    await expect(sign(later)).rejects.toMatchObject({ code: 'no_credential' });
  });

  test.each([
    ['keychain', 'The system keychain no longer has this secret.'],
    ['file', 'The vault file that is open does not have this secret.'],
    ['session', 'This session no longer has this secret.'],
  ] as const)('that is gone is missed by the name of its place (%s)', async (kind, message) => {
    const made = new Keeper(async () => store);
    await made.open({ store: kind, vaultId, hasCanary: false });
    await expect(sign(made)).rejects.toMatchObject({ code: 'no_credential', message });
  });

  test('can’t be taken for removed while the store is locked', async () => {
    await put();
    store.isLocked = true;
    await expect(keeper.remove({ credentialIds: [credentialId] })).rejects.toMatchObject({
      code: 'keychain_locked',
    });
    store.isLocked = false;
    await keeper.remove({ credentialIds: [credentialId] });
    expect([...store.entries.keys()]).toEqual([`${vaultId}/canary`]);
    await expect(sign()).rejects.toMatchObject({ code: 'no_credential' });
  });
});

describe('a store that is locked, and asks the user for each read', () => {
  /** What the user does about each prompt. The first answer opens it. */
  class PromptingStore extends TwinStore {
    prompts: ('dismiss' | 'answer')[] = [];
    shown = 0;

    override async read(account: string): Promise<string | null> {
      if (this.isLocked) {
        this.shown++;
        this.isLocked = this.prompts.shift() !== 'answer';
      }
      return super.read(account);
    }
  }
  const channel = 'private-encrypted-x';
  const keys = [{ slot: 'current', credentialId: 'masterKey' }] as const;
  let prompting: PromptingStore;
  let data: string;
  let now: number;

  beforeEach(async () => {
    prompting = new PromptingStore();
    store = prompting;
    const before = await opened(false);
    await before.put({ credentialId, format: 'text', value: randomBytes(20).toString('hex') });
    await before.generateMasterKey({ credentialId: 'masterKey' });
    data = JSON.stringify(await before.encrypt({ credentialId: 'masterKey', channel, plaintext: 'x' }));
    now = 0;
    keeper = new Keeper(
      async () => store,
      undefined,
      () => now,
    );
    await keeper.open({ store: 'keychain', vaultId, hasCanary: true });
    store.isLocked = true;
  });

  test('is taken for locked at the first prompt that is dismissed, and the user sees no second one', async () => {
    await expect(sign()).rejects.toMatchObject({ code: 'keychain_locked' });
    await expect(keeper.remove({ credentialIds: [credentialId] })).rejects.toMatchObject({
      code: 'keychain_locked',
    });
    expect(prompting.shown).toBe(2);
  });

  test('shows one prompt for all that ask at the same time', async () => {
    const failures = await Promise.all([
      ...Array.from({ length: 20 }, () => sign().catch(({ code }) => code)),
      keeper.encrypt({ credentialId: 'masterKey', channel, plaintext: 'x' }).catch(({ code }) => code),
      keeper.remove({ credentialIds: [credentialId] }).catch(({ code }) => code),
    ]);
    expect(new Set(failures)).toEqual(new Set(['keychain_locked']));
    expect(prompting.shown).toBe(1);
  });

  test.each([1, 2, 3])(
    'locked from read %i on, is not taken for empty as a later prompt opens it',
    async (from) => {
      store.isLocked = false;
      let reads = 0;
      const { read } = prompting;
      prompting.read = (account) => {
        if (++reads === from) store.isLocked = true;
        return read.call(prompting, account);
      };
      prompting.prompts = ['dismiss', 'answer'];
      const outcome = await sign().then(
        () => 'signed',
        ({ code }) => code,
      );
      expect(['signed', 'keychain_locked']).toContain(outcome);
    },
  );

  test('has removed what it was asked to when its prompt is answered', async () => {
    prompting.prompts = ['answer'];
    await keeper.remove({ credentialIds: [credentialId] });
    expect([...store.entries.keys()].sort()).toEqual([`${vaultId}/canary`, `${vaultId}/masterKey`]);
  });

  test('does not ask again and again for events that are drawn, and does for what the user does', async () => {
    const open = () => keeper.decryptBatch({ keys, items: [{ channel, data }] });
    for (let drawn = 0; drawn < 50; drawn++) {
      await expect(open()).rejects.toMatchObject({ code: 'keychain_locked' });
      now += promptPauseMs / 50 - 1;
    }
    expect(prompting.shown).toBe(1);
    now += promptPauseMs;
    await expect(open()).rejects.toMatchObject({ code: 'keychain_locked' });
    expect(prompting.shown).toBe(2);
    prompting.prompts = ['answer'];
    await sign();
    expect(await open()).toEqual([{ state: 'decrypted', slot: 'current', plaintext: 'x' }]);
    expect(prompting.shown).toBe(3);
  });

  test('is not asked at all for events while it is waited for; keys that are known still open them', async () => {
    const open = () => keeper.decryptBatch({ keys, items: [{ channel, data }], fromMemory: true });
    await expect(open()).rejects.toMatchObject({ code: 'vault_waiting' });
    expect(prompting.shown).toBe(0);
    prompting.prompts = ['answer'];
    await keeper.encrypt({ credentialId: 'masterKey', channel, plaintext: 'x' });
    store.isLocked = true;
    expect(await open()).toEqual([{ state: 'decrypted', slot: 'current', plaintext: 'x' }]);
  });
});

test('a master key that the store lost is passed over when others are there', async () => {
  const channel = 'private-encrypted-x';
  await keeper.generateMasterKey({ credentialId: 'one' });
  await keeper.generateMasterKey({ credentialId: 'other' });
  const data = JSON.stringify(await keeper.encrypt({ credentialId: 'other', channel, plaintext: 'x' }));
  store.entries.delete(`${vaultId}/one`);
  keeper = await opened(true);
  const keys = [
    { slot: 'current', credentialId: 'one' },
    { slot: 'next', credentialId: 'other' },
  ] as const;
  expect(await keeper.decryptBatch({ keys, items: [{ channel, data }] })).toEqual([
    { state: 'decrypted', slot: 'next', plaintext: 'x' },
  ]);
});

test('an unexpected error leaves the process without its message', async () => {
  const value = randomBytes(20).toString('hex');
  store.write = async () => {
    throw new TypeError(`could not write ${value}`);
  };
  const failure = await serveable(keeper)
    .put({ credentialId, format: 'text', value })
    .catch((error: Error) => error);
  expect(String(failure)).toBe('Error: The vault process failed in put (TypeError).');
  expect((failure as Error).cause).toBeUndefined();
});
