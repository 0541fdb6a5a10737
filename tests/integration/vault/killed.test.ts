/**
 * An app that is killed (SIGKILL) between what it writes in its index of credentials and what it has the keychain do:
 * after the next start the two agree.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { AuditLog } from '../../../electron/audit/index.ts';
import { spawnNodeChild } from '../../../electron/processes/node-child.ts';
import { RpcClient } from '../../../electron/processes/rpc.ts';
import { Database, Preferences } from '../../../electron/storage/index.ts';
import { SqliteCredentialIndex, Vault } from '../../../electron/vault/index.ts';
import { buildModules } from '../../support/built.ts';
import { eventually } from '../../support/conditions.ts';
import { KilledProcess } from '../../support/killed-process.ts';
import { isRunning } from '../../support/running.ts';
import { formatOf } from '../../support/secret-formats.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import { inRounds } from '../../support/soak.ts';
import type { StoreApi } from '../../support/store-process.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { placeName, type Secrets, secretsAfter, type VaultProgress } from '../../support/vault-work.ts';

const folder = temporaryFolder();
let service: SecretService;
let built: (path: string) => URL;
/** The keyring itself, asked from a process of its own. */
let keyring: RpcClient<StoreApi>;
let endKeyringProcess: () => void;

beforeAll(async () => {
  service = await startSecretService();
  await service.startKeyring();
  built = await buildModules(['tests/support/vault-app-process', 'electron/vault/process']);
  const child = spawnNodeChild(new URL('../../support/store-process.ts', import.meta.url), {
    name: 'test-store',
    env: service.env,
  });
  endKeyringProcess = () => child.kill();
  keyring = new RpcClient<StoreApi>(child);
  await keyring.call('open', { kind: 'keychain' });
});
afterAll(async () => {
  endKeyringProcess();
  await service.close();
});

describe('an app that is killed while it changes secrets', () => {
  const counts = { inTest: 10, inSoak: 200, timeoutMs: 300_000 };
  inRounds('has each acknowledged one, and the keychain has no other', counts, async (random) => {
    const own = mkdtempSync(join(folder, 'killed-'));
    const profileId = randomUUID();
    const otherEntries = await service.entryCount();
    const app = await KilledProcess.start<VaultProgress>({
      entry: built('tests/support/vault-app-process'),
      argument: { folder: own, profileId, seed: random.integer(0, 2 ** 31) },
      env: service.env,
    });
    let left = random.integer(1, 20);
    const told = await app.goUntilKilled({ isTime: () => --left <= 0, withinMs: 30, random });
    const pids = told.flatMap((progress) => (progress.state === 'vault process' ? [progress.pid] : []));
    await eventually(() => !pids.some(isRunning), { what: 'the end of the vault process' });

    const database = await Database.open(own);
    const index = new SqliteCredentialIndex(database, new Preferences(database));
    const vault = new Vault({
      formatOf,
      spawn: (entry, options) => spawnNodeChild(entry, { ...options, env: service.env }),
      entry: built('electron/vault/process'),
      index,
      audit: new AuditLog(database, { nameOf: () => undefined, onAdded: () => {} }),
      folder: own,
    });
    await vault.start();
    expect(vault.status).toMatchObject({ state: 'unlocked', store: 'keychain' });
    const { vaultId } = index.readMeta();
    const records = index.list({});
    expect(records.filter(({ state }) => state !== 'stored')).toEqual([]);
    // Only whether they are equal: a failed expectation would print them.
    const found: Record<string, string | null> = {};
    for (const record of records) {
      found[placeName(record)] = await keyring.call('read', `${vaultId}/${record.credentialId}`);
    }
    const [before, after] = expectedSecrets(told);
    expect(isSame(found, before) || isSame(found, after), 'as acknowledged, or with the next change').toBe(
      true,
    );
    // With the canary.
    expect((await service.entryCount()) - otherEntries).toBe(records.length + 1);

    await vault.removeAllOf(profileId);
    await keyring.call('remove', `${vaultId}/canary`);
    vault.close();
    database.close();
    rmSync(own, { recursive: true });
  });

  function expectedSecrets(told: readonly VaultProgress[]): [acknowledged: Secrets, withNext: Secrets] {
    let secrets: Secrets = {};
    let next: Secrets = {};
    for (const progress of told) {
      if (progress.state !== 'about' && progress.state !== 'done') continue;
      next = secretsAfter(secrets, progress.change);
      if (progress.state === 'done') secrets = next;
    }
    return [secrets, next];
  }

  function isSame(found: Readonly<Record<string, string | null>>, expected: Secrets): boolean {
    const names = new Set([...Object.keys(found), ...Object.keys(expected)]);
    return [...names].every((name) => found[name] === expected[name]);
  }
});
