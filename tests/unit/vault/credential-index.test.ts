/** One suite on both indexes: the app's database, and the twin that other tests use. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Database, Preferences } from '../../../electron/storage/index.ts';
import {
  type CredentialIndex,
  type CredentialRecord,
  idIn,
  MemoryCredentialIndex,
  noMeta,
  SqliteCredentialIndex,
} from '../../../electron/vault/index.ts';

const indexes: [string, () => Promise<CredentialIndex>][] = [
  ['in memory', async () => new MemoryCredentialIndex()],
  [
    'in SQLite',
    async () => {
      const database = await Database.inMemory();
      return new SqliteCredentialIndex(database, new Preferences(database));
    },
  ],
];

function record(changes: Partial<CredentialRecord> = {}): CredentialRecord {
  return {
    credentialId: randomUUID(),
    profileId: 'profile',
    kind: 'secret',
    slot: 'current',
    label: null,
    key: 'key',
    fingerprint: '',
    lastFour: null,
    lastUsedAt: null,
    createdAt: 1_700_000_000_000,
    store: 'keychain',
    state: 'writing',
    ...changes,
  };
}

describe.each(indexes)('the index of credentials %s', (_, build) => {
  test('starts with nothing', async () => {
    const index = await build();
    expect(index.readMeta()).toEqual(noMeta);
    expect(index.list({})).toEqual([]);
    expect(index.find(randomUUID())).toBeUndefined();
  });

  test('keeps the vault’s own facts', async () => {
    const index = await build();
    const meta = { vaultId: randomUUID(), chosenStore: 'session', hasCanary: true } as const;
    index.writeMeta(meta);
    expect(index.readMeta()).toEqual({ ...noMeta, ...meta });
    const leftovers = { store: 'file', isAll: true, sealId: null } as const;
    index.writeMeta({ leftovers });
    expect(index.readMeta()).toEqual({ ...noMeta, ...meta, leftovers });
  });

  test('adds, replaces and takes away records in one change', async () => {
    const index = await build();
    const [one, other] = [record(), record({ kind: 'masterKey', key: null })];
    index.change({ put: [one, other] });
    const stored = { ...one, state: 'stored', fingerprint: '0123456789abcdef', lastFour: '1234' } as const;
    index.change({ put: [stored], remove: [other.credentialId, randomUUID()] });
    expect(index.list({})).toEqual([stored]);
    expect(index.find(one.credentialId)).toEqual(stored);
  });

  test('lists by profile, by store, and by both, in every state', async () => {
    const index = await build();
    const a = record({ profileId: 'a' });
    const b = record({ profileId: 'b', state: 'removing' });
    const session = record({ profileId: 'a', store: 'session', state: 'stored' });
    index.change({ put: [a, b, session] });
    expect(new Set(index.list({ profileId: 'a' }))).toEqual(new Set([a, session]));
    expect(new Set(index.list({ store: 'keychain' }))).toEqual(new Set([a, b]));
    expect(index.list({ profileId: 'a', store: 'session' })).toEqual([session]);
    expect(index.list({ profileId: 'c' })).toEqual([]);
  });
});

test('the index of credentials in SQLite reads the facts that were written before there were moves', async () => {
  const preferences = new Preferences(await Database.inMemory());
  const before = { vaultId: randomUUID(), chosenStore: 'keychain', hasCanary: true };
  preferences.write('vault', before);
  const index = new SqliteCredentialIndex(await Database.inMemory(), preferences);
  expect(index.readMeta()).toEqual({ ...noMeta, ...before });
  const { vaultId } = before;
  expect([idIn('keychain', index.readMeta()), idIn('file', index.readMeta())]).toEqual([vaultId, vaultId]);
  index.writeMeta({ keychainId: 'anew' });
  expect([idIn('keychain', index.readMeta()), idIn('file', index.readMeta())]).toEqual(['anew', vaultId]);
});
