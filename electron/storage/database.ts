/**
 * The one SQLite database: profiles, settings, rotations, the index of credentials. No secret is ever in it.
 * The only file that knows node:sqlite.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { AppError } from '#shared/lib/app-error.ts';
import { migrations as shippedMigrations } from './migrations.ts';

export type Row = Readonly<Record<string, string | number | bigint | null | Uint8Array>>;
export type Value = string | number | bigint | null;

const fileName = 'latchkey.db';
/** SQLite's own: another connection has the lock. */
const busyCode = 5;
/** Backups made before migrations; older ones are taken away. */
const keptBackups = 3;

export class Database {
  readonly #database: DatabaseSync;
  /** What the user should know about how the file was opened. */
  readonly notices: readonly string[];

  private constructor(database: DatabaseSync, notices: readonly string[]) {
    this.#database = database;
    this.notices = notices;
  }

  /**
   * Opens or makes the database in `folder`, for this process alone: SQLite's lock on it says who owns the folder, and
   * goes with the process, however that ends. A file that can't be read is set aside under another name and named in
   * `notices`; it is never overwritten.
   * @throws AppError `conflict` when another Latchkey has it.
   */
  static async open(folder: string, migrations = shippedMigrations): Promise<Database> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, fileName);
    const notices: string[] = [];
    if (existsSync(path) && !isReadable(path, migrations.length)) {
      const aside = `${path}.unreadable-${new Date().toISOString().replaceAll(':', '-')}`;
      for (const suffix of ['', '-wal', '-shm']) {
        if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
      }
      notices.push(
        `The database could not be read. It was set aside as ${aside}, and a new one was started: apps and settings are missing until it is repaired. Secrets in the keychain were not touched.`,
      );
    }
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      chmodSync(path, 0o600);
      database.exec(
        `PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON; BEGIN IMMEDIATE; COMMIT;`,
      );
      await migrate(database, migrations, folder);
    } catch (error) {
      // Closing rolls back the migration that failed: the file is as it was.
      database.close();
      throw isBusy(error) ? ownedByAnother(folder, error) : error;
    }
    return new Database(database, notices);
  }

  /** A database that is gone when it is closed. */
  static async inMemory(): Promise<Database> {
    const database = new DatabaseSync(':memory:');
    await migrate(database, shippedMigrations);
    return new Database(database, []);
  }

  all(sql: string, ...values: Value[]): Row[] {
    return this.#database.prepare(sql).all(...(values as SQLInputValue[])) as Row[];
  }

  one(sql: string, ...values: Value[]): Row | undefined {
    return this.#database.prepare(sql).get(...(values as SQLInputValue[])) as Row | undefined;
  }

  /** Gives the number of rows changed. */
  run(sql: string, ...values: Value[]): number {
    return Number(this.#database.prepare(sql).run(...(values as SQLInputValue[])).changes);
  }

  /** All of `work`, or nothing of it. Inside another transaction, it becomes part of that one. */
  transaction<T>(work: () => T): T {
    if (this.#database.isTransaction) return work();
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }
}

function isReadable(path: string, newestVersion: number): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    const [first] = database.prepare('PRAGMA quick_check(1)').all() as Row[];
    const version = schemaVersion(database);
    return first?.quick_check === 'ok' && version <= newestVersion;
  } catch (error) {
    // In use, it is not damaged. Whatever else SQLite says: this file can't be used as it is.
    return isBusy(error);
  } finally {
    database?.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === busyCode;
}

function ownedByAnother(folder: string, cause: unknown): AppError {
  return new AppError('conflict', `Another Latchkey is using the data folder ${folder}.`, {
    hint: 'Use the one that runs, or end it, or choose another folder with --data.',
    cause,
  });
}

function schemaVersion(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA user_version').get() as Row;
  return Number(row.user_version);
}

async function migrate(
  database: DatabaseSync,
  migrations: readonly string[],
  folder?: string,
): Promise<void> {
  const from = schemaVersion(database);
  if (from === migrations.length) return;
  if (folder && from > 0) await backUp(database, folder, from);
  for (const [index, sql] of migrations.entries()) {
    if (index < from) continue;
    database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}

async function backUp(database: DatabaseSync, folder: string, version: number): Promise<void> {
  const target = join(folder, 'backups');
  mkdirSync(target, { recursive: true, mode: 0o700 });
  const stamp = new Date().toISOString().replaceAll(':', '-');
  const path = join(target, `${stamp}-v${version}-${fileName}`);
  await backup(database, path);
  chmodSync(path, 0o600);
  for (const old of readdirSync(target).sort().slice(0, -keptBackups)) rmSync(join(target, old));
}
