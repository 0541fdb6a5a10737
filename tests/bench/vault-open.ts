/**
 * A vault file with 1,000 credentials in 200 apps: from locked to open, and all of them listed. The peers do the same
 * work bare: a process that makes the key, opens the box and parses it; and one query of the same table.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { AuditLog } from '../../electron/audit/index.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import { Database, Preferences } from '../../electron/storage/index.ts';
import { SqliteCredentialIndex, Vault } from '../../electron/vault/index.ts';
import { formatOf } from '../support/secret-formats.ts';
import { type Benchmark, compare } from './measure.ts';

const apps = 200;
const secretsPerApp = 5;
const runs = 7;

interface Stage {
  readonly folder: string;
  readonly profileIds: readonly string[];
  readonly passphrase: string;
  open(): Promise<{ vault: Vault; close(): void }>;
}

async function withStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const passphrase = randomBytes(12).toString('hex');
  const profileIds = Array.from({ length: apps }, () => randomUUID());
  const open = async () => {
    const database = await Database.open(folder);
    const vault = new Vault({
      formatOf,
      spawn: spawnNodeChild,
      entry: new URL('../../electron/vault/process.ts', import.meta.url),
      index: new SqliteCredentialIndex(database, new Preferences(database)),
      audit: new AuditLog(database, { nameOf: () => undefined, onAdded: () => {} }),
      folder,
    });
    const close = () => {
      vault.close();
      database.close();
    };
    return { vault, close };
  };
  try {
    await fill(await open(), profileIds, passphrase);
    return await work({ folder, profileIds, passphrase, open });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(
  { vault, close }: { vault: Vault; close(): void },
  profileIds: readonly string[],
  passphrase: string,
): Promise<void> {
  await vault.chooseStore('file', { passphrase: { value: passphrase } });
  for (const profileId of profileIds) {
    for (let copy = 0; copy < secretsPerApp; copy++) {
      const value = randomBytes(20).toString('hex');
      await vault.enterSecret({ profileId, kind: 'secret', slot: 'extra', key: `key-${copy}`, value });
    }
  }
  close();
}

export const unlockBenchmark: Benchmark = {
  name: 'unlock-1000',
  run: () =>
    withStage(async ({ folder, passphrase, open }) => {
      const { vault, close } = await open();
      const peer = fileURLToPath(new URL('./children/bare-unlock.ts', import.meta.url));
      const result = await compare({
        name: 'unlock-1000',
        unit: 'ms',
        goal: null,
        lowerIsBetter: true,
        runs,
        ours: async () => {
          vault.lock();
          const startedAt = performance.now();
          const { state } = await vault.unlock({ value: passphrase });
          assert.equal(state, 'unlocked');
          return performance.now() - startedAt;
        },
        peer: async () => {
          const startedAt = performance.now();
          const child = fork(peer, [folder]);
          child.send(passphrase);
          const [entries] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
          const took = performance.now() - startedAt;
          // With the canary.
          assert.equal(entries, apps * secretsPerApp + 1);
          if (child.exitCode === null) await once(child, 'exit');
          return took;
        },
      });
      close();
      return result;
    }),
};

export const listBenchmark: Benchmark = {
  name: 'list-1000',
  run: () =>
    withStage(async ({ folder, profileIds, open }) => {
      const { vault, close } = await open();
      const bare = join(folder, 'copy.db');
      // The database itself is held by its owner.
      const ours = () => profileIds.flatMap((profileId) => vault.credentials(profileId));
      const rows = ours();
      const table = new DatabaseSync(bare);
      table.exec(
        'CREATE TABLE credentials (profile_id TEXT, body TEXT); CREATE INDEX by_profile ON credentials (profile_id)',
      );
      const insert = table.prepare('INSERT INTO credentials VALUES (?, ?)');
      for (const row of rows) insert.run(row.profileId, JSON.stringify(row));
      const select = table.prepare('SELECT body FROM credentials WHERE profile_id = ?');
      const peer = () =>
        profileIds.flatMap((profileId) => select.all(profileId).map(({ body }) => JSON.parse(String(body))));
      const timed = (list: () => unknown[]) => () => {
        const startedAt = performance.now();
        assert.equal(list().length, apps * secretsPerApp);
        return (performance.now() - startedAt) * 1000;
      };
      const result = await compare({
        name: 'list-1000',
        unit: 'µs',
        goal: null,
        lowerIsBetter: true,
        runs: runs * 3,
        ours: timed(ours),
        peer: timed(peer),
      });
      table.close();
      close();
      return result;
    }),
};
