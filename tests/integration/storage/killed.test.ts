/**
 * The database of a process that is killed (SIGKILL) while it writes. As with the log, this can't show a power failure:
 * the kernel keeps what a killed process wrote. That a change is synced before it is acknowledged is shown in
 * `durable.test.ts`.
 */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect } from 'vitest';
import { Database } from '../../../electron/storage/index.ts';
import { migrations as shipped } from '../../../electron/storage/migrations.ts';
import { buildModules } from '../../support/built.ts';
import { KilledProcess, Turns } from '../../support/killed-process.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { inRounds } from '../../support/soak.ts';
import { after, emptyModel, type StorageProgress, StorageRooms } from '../../support/storage-work.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { KillMoments, whyNoTracing } from '../../support/traced-process.ts';

const folder = temporaryFolder();
const turns = new Turns();
const noTracing = whyNoTracing();
let built: (path: string) => URL;

beforeAll(async () => {
  built = await buildModules(['tests/support/storage-process', 'tests/support/migration-process']);
});

describe('a process that is killed while it changes profiles and settings', () => {
  const entry = () => built('tests/support/storage-process');

  const counts = { inTest: 50, inSoak: 2000, atOnce: 2, timeoutMs: 300_000 };
  inRounds('has every change that it acknowledged, and at most the next one', counts, async (random) => {
    const own = mkdtempSync(join(folder, 'changes-'));
    const seed = random.integer(0, 2 ** 31);
    const writer = await KilledProcess.start<StorageProgress>({
      entry: entry(),
      argument: { folder: own, seed },
    });
    let left = Math.floor(2 ** (random.fraction() * 8));
    // The first message comes before the database is made, which takes longer than a change.
    const withinMs = left === 1 ? 60 : 5;
    const told = await turns.take(() =>
      writer.goUntilKilled({ isTime: () => --left <= 0, withinMs, random }),
    );
    await expectChanges(own, told);
    rmSync(own, { recursive: true });
  });

  describe.skipIf(noTracing)('just before it changes the disk', () => {
    let moments: KillMoments;
    const argument = { seed: 7, changes: 12 };
    beforeAll(async () => {
      const own = mkdtempSync(join(folder, 'moments-'));
      moments = await KillMoments.of({ entry: entry(), argument: { ...argument, folder: own } });
      // The traced run is complete, and has told nothing that is not there: the check itself works.
      expect(moments.count).toBeGreaterThan(30);
    });

    const tracedCounts = { inTest: 15, inSoak: 200, atOnce: 2, timeoutMs: 300_000 };
    inRounds(
      'has every change that it acknowledged, and at most the next one',
      tracedCounts,
      async (random) => {
        const own = mkdtempSync(join(folder, 'traced-'));
        const options = { entry: entry(), argument: { ...argument, folder: own } };
        await expectChanges(own, await moments.killAtOne<StorageProgress>(options, random));
        rmSync(own, { recursive: true });
      },
    );
  });

  async function expectChanges(own: string, told: readonly StorageProgress[]): Promise<void> {
    let model = emptyModel;
    let next = emptyModel;
    for (const progress of told) {
      if (progress.state === 'opening') continue;
      next = after(model, progress.change);
      if (progress.state === 'done') model = next;
    }
    const database = await Database.open(own);
    expect(database.notices).toEqual([]);
    expect([model.contents, next.contents]).toContainEqual(new StorageRooms(database).contents());
    expect(database.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    database.close();
    expect(readdirSync(own).sort()).toEqual(['latchkey.db', 'latchkey.lock']);
  }
});

describe('a process that is killed while it migrates', () => {
  const entry = () => built('tests/support/migration-process');
  const migrations = [
    ...shipped,
    'ALTER TABLE profiles ADD COLUMN note TEXT',
    "UPDATE profiles SET note = 'migrated'",
    'CREATE TABLE later (x INTEGER) STRICT',
  ];
  /** Of the migration after which all profiles have a note. */
  const noted = shipped.length + 2;
  const usersFile = 'notes of my own.txt';
  const backupName = /^[\dTZ.-]+-v(\d+)-latchkey\.db$/;
  const sizes = { small: 3, large: 5000 } as const;

  /** A folder as it was before the update, with some backups of earlier ones. */
  async function folderOfEarlierVersion(own: string, profiles: number, backups: number): Promise<void> {
    const database = await Database.open(own);
    database.transaction(() => {
      const rooms = new StorageRooms(database);
      rooms.make({ kind: 'save', name: 'first', appId: '1' });
      for (let copy = 1; copy < profiles; copy++) {
        database.run(
          `INSERT INTO profiles SELECT 'copy ' || ?, name, environment, provider, details, created_at, updated_at, removed_at, undo_token
           FROM profiles WHERE profile_id NOT LIKE 'copy%'`,
          copy,
        );
      }
    });
    database.close();
    mkdirSync(join(own, 'backups'));
    writeFileSync(join(own, 'backups', usersFile), 'kept');
    for (let backup = 0; backup < backups; backup++) {
      const name = `2026-01-0${backup + 1}T00-00-00.000Z-v${shipped.length}-latchkey.db`;
      copyFileSync(join(own, 'latchkey.db'), join(own, 'backups', name));
    }
  }

  /** The version and the number of profiles in a database file, which is whole. */
  function look(path: string): { version: number; profiles: number; noted: number } {
    const database = new DatabaseSync(path);
    try {
      expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
      const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
        user_version: number;
      };
      const count = (where: string) =>
        Number(database.prepare(`SELECT count(*) AS count FROM profiles WHERE ${where}`).get()?.count);
      return {
        version,
        profiles: count('true'),
        noted: version > shipped.length ? count('note IS NOT NULL') : 0,
      };
    } finally {
      database.close();
    }
  }

  function expectWholeBackups(own: string, profiles: number): string[] {
    const names = readdirSync(join(own, 'backups')).filter((name) => backupName.test(name));
    for (const name of names) {
      const copy = mkdtempSync(join(folder, 'backup-'));
      copyFileSync(join(own, 'backups', name), join(copy, name));
      expect(look(join(copy, name)), name).toMatchObject({
        version: Number(backupName.exec(name)?.[1]),
        profiles,
      });
      rmSync(copy, { recursive: true });
    }
    return names;
  }

  /** What a user would find who looked before the next start. */
  function expectOneVersion(own: string, profiles: number): void {
    const copy = mkdtempSync(join(folder, 'copy-'));
    cpSync(own, copy, { recursive: true });
    const found = look(join(copy, 'latchkey.db'));
    expect(found.profiles).toBe(profiles);
    expect(found.noted).toBe(found.version >= noted ? profiles : 0);
    rmSync(copy, { recursive: true });
  }

  async function expectMigrated(own: string, profiles: number): Promise<void> {
    expectWholeBackups(own, profiles);
    expectOneVersion(own, profiles);
    const database = await Database.open(own, migrations);
    expect(database.notices).toEqual([]);
    database.close();
    expect(look(join(own, 'latchkey.db'))).toEqual({ version: migrations.length, profiles, noted: profiles });
    expect(readdirSync(own).sort()).toEqual(['backups', 'latchkey.db', 'latchkey.lock']);
    const backups = expectWholeBackups(own, profiles);
    expect(readdirSync(join(own, 'backups')).sort()).toEqual([...backups, usersFile].sort());
    expect(backups.length).toBeGreaterThanOrEqual(1);
    expect(backups.length).toBeLessThanOrEqual(3);
  }

  const templates = new Map<string, string>();
  beforeAll(async () => {
    for (const size of ['small', 'large'] as const) {
      for (const backups of [0, 3]) {
        const own = mkdtempSync(join(folder, 'template-'));
        await folderOfEarlierVersion(own, sizes[size], backups);
        templates.set(`${size} ${backups}`, own);
      }
    }
  });

  function copyOfTemplate(random: SeededRandom, size: keyof typeof sizes): string {
    const own = mkdtempSync(join(folder, 'migration-'));
    cpSync(templates.get(`${size} ${random.pick([0, 3])}`) ?? '', own, { recursive: true });
    return own;
  }

  const counts = { inTest: 20, inSoak: 500, atOnce: 2, timeoutMs: 300_000 };
  inRounds('leaves one version of the database, and whole backups', counts, async (random) => {
    const size = random.pick(['small', 'large'] as const);
    const own = copyOfTemplate(random, size);
    const migrating = await KilledProcess.start({ entry: entry(), argument: { folder: own, migrations } });
    const withinMs = size === 'small' ? 15 : 40;
    await turns.take(() => migrating.goUntilKilled({ isTime: () => true, withinMs, random }));
    await expectMigrated(own, sizes[size]);
    rmSync(own, { recursive: true });
  });

  describe.skipIf(noTracing)('just before it changes the disk', () => {
    const tracedCounts = { inTest: 15, inSoak: 200, atOnce: 2, timeoutMs: 300_000 };
    let moments: Promise<KillMoments> | undefined;
    const learned = () => {
      const own = mkdtempSync(join(folder, 'moments-'));
      cpSync(templates.get('large 3') ?? '', own, { recursive: true });
      moments ??= KillMoments.of({ entry: entry(), argument: { folder: own, migrations } });
      return moments;
    };

    inRounds('leaves one version of the database, and whole backups', tracedCounts, async (random) => {
      const own = copyOfTemplate(random, 'large');
      const options = { entry: entry(), argument: { folder: own, migrations } };
      await (await learned()).killAtOne(options, random);
      await expectMigrated(own, sizes.large);
      rmSync(own, { recursive: true });
    });
  });
});
