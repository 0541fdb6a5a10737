/**
 * An app that is killed (SIGKILL) while it moves its secrets between the keychain and a vault file, or seals them in the
 * keychain with a passphrase: the next start finds every one of them in one place, and nothing in the other.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuditLog } from '../../../electron/audit/index.ts';
import { spawnNodeChild } from '../../../electron/processes/node-child.ts';
import { RpcClient } from '../../../electron/processes/rpc.ts';
import { Database, Preferences } from '../../../electron/storage/index.ts';
import { type CredentialIndex, SqliteCredentialIndex, Vault } from '../../../electron/vault/index.ts';
import type { SecretStore } from '../../../electron/vault/store.ts';
import { SealedEntries } from '../../../electron/vault/stores/sealed-entries.ts';
import { SealedFileStore, sealedFileNames } from '../../../electron/vault/stores/sealed-file-store.ts';
import { buildModules } from '../../support/built.ts';
import { eventually } from '../../support/conditions.ts';
import { KilledProcess } from '../../support/killed-process.ts';
import { isRunning } from '../../support/running.ts';
import { formatOf } from '../../support/secret-formats.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { isSoak, roundsInTurn } from '../../support/soak.ts';
import type { StoreApi } from '../../support/store-process.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import {
  placeName,
  type SecretPlace,
  type Secrets,
  secretsAfter,
  type VaultProgress,
} from '../../support/vault-work.ts';

const folder = temporaryFolder();
const profileId = randomUUID();
const passphrase = randomBytes(12).toString('hex');
let service: SecretService;
let built: (path: string) => URL;
/** The keyring itself, asked from a process of its own. */
let keyring: RpcClient<StoreApi>;
let endKeyringProcess: () => void;

beforeAll(async () => {
  service = await startSecretService();
  await service.startKeyring();
  built = await buildModules(['tests/support/vault-app-process', 'tests/support/quick-vault-process']);
  const child = spawnNodeChild(new URL('../../support/store-process.ts', import.meta.url), {
    name: 'test-store',
    env: service.env,
  });
  endKeyringProcess = () => child.kill();
  keyring = new RpcClient<StoreApi>(child);
});
afterAll(async () => {
  endKeyringProcess();
  await service.close();
});

interface Found {
  readonly secrets: Secrets;
  readonly places: readonly SecretPlace[];
  /** Where what the kill had left was removed from, and what it was. */
  readonly cut: string;
}

/** Gives what it told before it was killed. */
async function moveUntilKilled(before: Found, random: SeededRandom): Promise<VaultProgress[]> {
  const app = await KilledProcess.start<VaultProgress>({
    entry: built('tests/support/vault-app-process'),
    argument: {
      folder,
      profileId,
      passphrase,
      seed: random.integer(0, 2 ** 31),
      places: before.places,
    },
    env: service.env,
  });
  let left = random.integer(1, 18);
  // Now and then when everything is in both places: the switch and what comes after it are quick.
  const isAtSwitch = random.integer(0, 2) === 0;
  const told = await app.goUntilKilled({
    isTime: (progress) => --left <= 0 && !(isAtSwitch && progress.state === 'moving' && !progress.isLast),
    withinMs: 20,
    random,
  });
  const pids = told.flatMap((progress) => (progress.state === 'vault process' ? [progress.pid] : []));
  await eventually(() => !pids.some(isRunning), { what: 'the end of the vault process' });
  return told;
}

/** Starts Latchkey again, and looks into both places when it has come to rest. */
async function startAgain(): Promise<Found> {
  const database = await Database.open(folder);
  const index = new SqliteCredentialIndex(database, new Preferences(database));
  const cut = whereItWasCut(index);
  const vault = new Vault({
    spawn: (entry, options) => spawnNodeChild(entry, { ...options, env: service.env }),
    entry: built('tests/support/quick-vault-process'),
    index,
    audit: new AuditLog(database, { nameOf: () => undefined, onAdded: () => {} }),
    folder,
    formatOf,
  });
  try {
    await vault.start();
    if (vault.status.state === 'locked') await vault.unlock({ value: passphrase });
    expect(vault.status.state).toBe('unlocked');
    await eventually(() => index.readMeta().leftovers === null, { what: 'the end of what was left' });
    const records = index.list({});
    const { vaultId, chosenStore, sealId } = index.readMeta();
    const names = records.map(({ credentialId }) => `${vaultId}/${credentialId}`);
    expect(records.filter(({ state, store }) => state !== 'stored' || store !== chosenStore)).toEqual([]);
    const entries = new Map(
      (await keyring.call('entries', null)).map(({ account, password }) => [account, password]),
    );
    // All others are the database's.
    const files = readdirSync(folder).filter((name) => !/^latchkey\.(db|lock)/.test(name));
    const isFile = chosenStore === 'file';
    const isSealed = !isFile && sealId !== null;
    const seal = `${vaultId}/${sealId}/seal`;
    const own = isSealed ? [`${vaultId}/${sealId}/canary`, seal] : [`${vaultId}/canary`];
    const inUse = [...names, ...own].sort();
    const file = isFile ? await SealedFileStore.open(folder, passphrase) : undefined;
    expect([...entries.keys()].sort()).toEqual(isFile ? [] : inUse);
    expect(file?.accounts.toSorted() ?? []).toEqual(isFile ? inUse : []);
    expect(files).toEqual(isFile ? [sealedFileNames.current] : []);
    const keychain = { read: async (account: string) => entries.get(account) ?? null } as SecretStore;
    const sealed = isSealed ? await SealedEntries.open(keychain, seal, passphrase) : undefined;
    const kept = file ?? sealed ?? keychain;
    const secrets: Record<string, string> = {};
    for (const [at, record] of records.entries()) {
      const account = names[at] ?? '';
      secrets[placeName(record)] = (await kept.read(account)) ?? '';
    }
    return { secrets, places: records.map(({ kind, slot }) => ({ kind, slot }) as SecretPlace), cut };
  } finally {
    vault.close();
    database.close();
  }
}

function whereItWasCut(index: CredentialIndex): string {
  const { leftovers } = index.readMeta();
  if (!leftovers) return 'nothing was left';
  const isSwitched = index.list(leftovers).some(({ state }) => state === 'removing');
  return `${isSwitched ? 'originals' : 'copies'} in ${leftovers.store}`;
}

it(
  'has each acknowledged secret in one place after kill -9 in the middle of moves, and nothing in another',
  async () => {
    let before: Found = { secrets: {}, places: [], cut: '' };
    const cuts = new Map<string, number>();
    let secretCount = 0;
    await roundsInTurn({ inTest: 50, inSoak: 2000 }, async (random) => {
      const told = await moveUntilKilled(before, random);
      const found = await startAgain();
      const [acknowledged, withNext] = expectedAfter(before.secrets, told);
      // Only whether they are equal: a failed expectation would print them.
      expect(
        isSame(found.secrets, acknowledged) || isSame(found.secrets, withNext),
        'as acknowledged, or with the next change',
      ).toBe(true);
      cuts.set(found.cut, (cuts.get(found.cut) ?? 0) + 1);
      secretCount = Math.max(secretCount, found.places.length);
      before = found;
    });
    // They were killed on their way to either place, before and after the switch, with something to lose.
    expect([...cuts.keys()]).toEqual(
      expect.arrayContaining(['copies in keychain', 'copies in file', 'originals in keychain']),
    );
    expect(secretCount).toBeGreaterThan(2);
  },
  isSoak ? 60 * 60_000 : 5 * 60_000,
);

function expectedAfter(
  before: Secrets,
  told: readonly VaultProgress[],
): [acknowledged: Secrets, withNext: Secrets] {
  let secrets = before;
  let next = before;
  for (const progress of told) {
    if (progress.state !== 'about' && progress.state !== 'done') continue;
    next = secretsAfter(secrets, progress.change);
    if (progress.state === 'done') secrets = next;
  }
  return [secrets, next];
}

function isSame(found: Secrets, expected: Secrets): boolean {
  const names = new Set([...Object.keys(found), ...Object.keys(expected)]);
  return [...names].every((name) => found[name] === expected[name]);
}
