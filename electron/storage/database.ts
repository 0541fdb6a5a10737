/**
 * The one SQLite database: profiles, settings, rotations, the index of credentials. No secret is ever in it.
 * The only file that knows node:sqlite.
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { AppError } from '#shared/lib/app-error.ts';
import { migrations as shippedMigrations } from './migrations.ts';
import { asStorageFailure, isBusy, isDamage } from './sqlite-errors.ts';

export type Row = Readonly<Record<string, string | number | bigint | null | Uint8Array>>;
export type Value = string | number | bigint | null;

const fileName = 'latchkey.db';
const lockName = 'latchkey.lock';
const backupsFolder = 'backups';
/** Backups made before migrations; older ones are taken away. */
const keptBackups = 3;
const backupPattern = /^[\dTZ.-]+-v\d+-latchkey\.db$/;
/** One that is being made, and its journal: it has a backup's name only when it is whole. */
const unfinishedBackupPattern = /-latchkey\.db\.part(-journal)?$/;

/** Whether Latchkey has ever been started on this folder, or something is in the place of its database. */
export function hasDatabase(folder: string): boolean {
  return existsSync(join(folder, fileName));
}

/**
 * A data folder is one process's own while this is held: SQLite's lock on a file in it, which goes with the process,
 * however that ends.
 */
export class FolderLock {
  readonly folder: string;
  readonly #file: DatabaseSync;

  private constructor(folder: string, file: DatabaseSync) {
    this.folder = folder;
    this.#file = file;
  }

  /**
   * Makes the folder, owner-only, when it is not there.
   * @throws AppError `conflict` when another Latchkey has it, `storage_failed` when it can't be made or written to.
   */
  static take(folder: string): FolderLock {
    const path = join(folder, lockName);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
      return new FolderLock(folder, lockFile(folder));
    } catch (error) {
      throw asFolderFailure(folder, error);
    }
  }

  release(): void {
    this.#file.close();
  }
}

export class Database {
  readonly #database: DatabaseSync;
  /** By their text, of which there are few: values never are part of it. */
  readonly #statements = new Map<string, StatementSync>();
  readonly #lock: FolderLock | undefined;
  /** What the user should know about how the file was opened. */
  readonly notices: readonly string[];

  private constructor(database: DatabaseSync, notices: readonly string[], lock?: FolderLock) {
    this.#database = database;
    this.#lock = lock;
    this.notices = notices;
  }

  /**
   * Opens or makes the database in a folder that is this process's own, or becomes so for as long as the database is
   * open. A damaged file, or one of a later version, is set aside under another name and named in `notices`; it is
   * never overwritten.
   * @param at A lock stays its holder's to release; a folder's path has one taken.
   * @throws AppError `conflict` when another Latchkey has it, `storage_failed` when the disk is at fault.
   */
  static async open(at: FolderLock | string, migrations = shippedMigrations): Promise<Database> {
    const taken = typeof at === 'string' ? FolderLock.take(at) : undefined;
    const folder = typeof at === 'string' ? at : at.folder;
    let database: DatabaseSync | undefined;
    try {
      const path = join(folder, fileName);
      removeUnfinishedBackups(join(folder, backupsFolder));
      const notices = setAsideUnusable(path, migrations.length);
      database = new DatabaseSync(path, { timeout: 0 });
      chmodSync(path, 0o600);
      database.exec(
        `PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON; BEGIN IMMEDIATE; COMMIT;`,
      );
      await migrate(database, migrations, folder);
      return new Database(database, notices, taken);
    } catch (error) {
      // Closing rolls back the migration that failed: the file is as it was.
      database?.close();
      taken?.release();
      throw isBusy(error) ? ownedByAnother(folder, error) : asStorageFailure(error);
    }
  }

  /** A database that is gone when it is closed. */
  static async inMemory(): Promise<Database> {
    const database = new DatabaseSync(':memory:');
    await migrate(database, shippedMigrations);
    return new Database(database, []);
  }

  all(sql: string, ...values: Value[]): Row[] {
    return guarded(() => this.#prepared(sql).all(...(values as SQLInputValue[])) as Row[]);
  }

  one(sql: string, ...values: Value[]): Row | undefined {
    return guarded(() => this.#prepared(sql).get(...(values as SQLInputValue[])) as Row | undefined);
  }

  /** Gives the number of rows changed. @throws AppError `storage_failed`, as everything here. */
  run(sql: string, ...values: Value[]): number {
    return guarded(() => Number(this.#prepared(sql).run(...(values as SQLInputValue[])).changes));
  }

  /** All of `work`, or nothing of it. Inside another transaction, it becomes part of that one. */
  transaction<T>(work: () => T): T {
    if (this.#database.isTransaction) return work();
    guarded(() => this.#database.exec('BEGIN IMMEDIATE'));
    try {
      const result = work();
      guarded(() => this.#database.exec('COMMIT'));
      return result;
    } catch (error) {
      // A full disk has SQLite roll back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const prepared = this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  close(): void {
    this.#database.close();
    this.#lock?.release();
  }
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asStorageFailure(error);
  }
}

/**
 * A file of its own, for the database can't be locked before it is known to be one, nor on every system be renamed
 * while it is. The transaction is never ended. IMMEDIATE: of several that ask at once, exactly one gets it.
 */
function lockFile(folder: string): DatabaseSync {
  const path = join(folder, lockName);
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path, { timeout: 0 });
    chmodSync(path, 0o600);
    file.exec('BEGIN IMMEDIATE');
    return file;
  } catch (error) {
    file?.close();
    throw isBusy(error) ? ownedByAnother(folder, error) : asStorageFailure(error);
  }
}

/** What the file system says of the folder itself, such as that it may not be written to. */
function asFolderFailure(folder: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  const isNoFolder = error.code === 'EEXIST' || error.code === 'ENOTDIR';
  const what = isNoFolder ? 'is not a folder' : 'can’t be made or written to';
  return new AppError('storage_failed', `The data folder ${folder} ${what} (${error.code}).`, {
    hint: 'Check its permissions and its disk, or choose another folder with --data.',
    retryable: true,
    cause: error,
  });
}

function ownedByAnother(folder: string, cause: unknown): AppError {
  return new AppError('conflict', `Another Latchkey is using the data folder ${folder}.`, {
    hint: 'Use the one that runs, or end it, or choose another folder with --data.',
    cause,
  });
}

type Usability = 'usable' | 'damaged' | 'later-version';

/** Gives the notice for the user, if it was needed. */
function setAsideUnusable(path: string, newestVersion: number): string[] {
  const usability = existsSync(path) ? inspect(path, newestVersion) : 'usable';
  if (usability === 'usable') return [];
  const label = usability === 'damaged' ? 'unreadable' : 'later-version';
  const aside = `${path}.${label}-${new Date().toISOString().replaceAll(':', '-')}`;
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  const secrets = 'Secrets in the keychain were not touched.';
  return [
    usability === 'damaged'
      ? `The database could not be read. It was set aside as ${aside}, and a new one was started: apps and settings are missing until it is repaired. ${secrets}`
      : `The database was written by a later version of Latchkey, which this one can’t read. It was set aside, unchanged, as ${aside}, and a new one was started. To have its apps and settings back, install the later version, and give the file its name back: ${fileName}. ${secrets}`,
  ];
}

/** @throws what SQLite says of anything that is not the file's content, such as a disk that fails. */
function inspect(path: string, newestVersion: number): Usability {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    if (schemaVersion(database) > newestVersion) return 'later-version';
    const [first] = database.prepare('PRAGMA quick_check(1)').all() as Row[];
    return first?.quick_check === 'ok' ? 'usable' : 'damaged';
  } catch (error) {
    if (isDamage(error)) return 'damaged';
    throw error;
  } finally {
    database?.close();
  }
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
  if (from === 0) {
    // All at once: what is killed on the way has no earlier version, of which there would be something to back up.
    database.exec(
      `BEGIN IMMEDIATE; ${migrations.join(';')}; PRAGMA user_version = ${migrations.length}; COMMIT;`,
    );
    return;
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < from) continue;
    database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}

async function backUp(database: DatabaseSync, folder: string, version: number): Promise<void> {
  const target = join(folder, backupsFolder);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  const stamp = new Date().toISOString().replaceAll(':', '-');
  const path = join(target, `${stamp}-v${version}-${fileName}`);
  await backup(database, `${path}.part`);
  chmodSync(`${path}.part`, 0o600);
  renameSync(`${path}.part`, path);
  syncFolder(target);
  const backups = readdirSync(target).filter((name) => backupPattern.test(name));
  for (const old of backups.sort().slice(0, -keptBackups)) rmSync(join(target, old));
}

/** What a run left that was ended while it made one. */
function removeUnfinishedBackups(target: string): void {
  if (!existsSync(target)) return;
  for (const name of readdirSync(target)) {
    if (unfinishedBackupPattern.test(name)) rmSync(join(target, name));
  }
}

/** A file's new name is durable only when its folder is. Windows can't open folders, and needs no such call. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
