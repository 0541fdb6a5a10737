/**
 * Secrets in a file that a passphrase seals, for machines without a keychain. The file is replaced as a whole: a new
 * one is written beside it, read back and opened, and only then takes its name; what was there before stays until the
 * new one has been opened under that name as well.
 */
import { existsSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#shared/lib/app-error.ts';
import { requireStorable, type SecretStore } from '../store.ts';
import { DamagedFile, damaged, type OpenedFile, openSealed, sealEntries } from './sealed-file.ts';
import { newSealingKey, requirePassphrase, type SealingKey } from './sealing-key.ts';

export const sealedFileNames = {
  current: 'secrets.latchkey',
  /** The version before, while the new one is not proven. */
  previous: 'secrets.latchkey.previous',
  /** One that is being written. */
  unfinished: 'secrets.latchkey.new',
} as const;

/** Whether there is a vault file, or what a crash left of one. */
export function hasSealedFile(folder: string): boolean {
  return (
    existsSync(join(folder, sealedFileNames.current)) || existsSync(join(folder, sealedFileNames.previous))
  );
}

/** For a file that nothing is kept in any more. */
export async function removeSealedFile(folder: string): Promise<void> {
  await storageFailure(async () => {
    if (!existsSync(folder)) return;
    for (const name of Object.values(sealedFileNames)) await rm(join(folder, name), { force: true });
    await syncFolder(folder);
  });
}

export class SealedFileStore implements SecretStore {
  readonly #folder: string;
  #key: SealingKey;
  #entries: ReadonlyMap<string, string>;
  #hasFile: boolean;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, { key, entries }: OpenedFile, hasFile: boolean) {
    this.#folder = folder;
    this.#key = key;
    this.#entries = entries;
    this.#hasFile = hasFile;
  }

  /**
   * Gives a file whose passphrase is lost another name, for one that is made anew.
   * @param next The new file's passphrase: one that will not do takes nothing away.
   */
  static async setAside(folder: string, next: string): Promise<void> {
    requirePassphrase(next);
    await storageFailure(async () => {
      for (const name of [sealedFileNames.current, sealedFileNames.previous]) {
        const path = join(folder, name);
        if (await readIfThere(path)) await rename(path, `${path}.set-aside-${fileStamp()}`);
      }
      await syncFolder(folder);
    });
  }

  /** @throws AppError `invalid_input` for a passphrase that is too short, `conflict` when there is a file already. */
  static async create(folder: string, passphrase: string, cost?: number): Promise<SealedFileStore> {
    requirePassphrase(passphrase);
    if (hasSealedFile(folder)) {
      throw new AppError('conflict', 'There is a vault file already.', {
        hint: 'Open it with its passphrase, or move it away first.',
      });
    }
    await storageFailure(() => mkdir(folder, { recursive: true, mode: 0o700 }));
    const store = new SealedFileStore(
      folder,
      { key: await newSealingKey(passphrase, cost), entries: new Map() },
      false,
    );
    await store.#replace(new Map(), store.#key);
    return store;
  }

  /**
   * Opens the file, and clears away what a crash left beside it.
   * @throws AppError `wrong_passphrase`, `not_found`, `storage_failed` (damaged, of a later version, or the disk)
   */
  static async open(folder: string, passphrase: string): Promise<SealedFileStore> {
    const path = (name: keyof typeof sealedFileNames) => join(folder, sealedFileNames[name]);
    const [current, previous] = await Promise.all([
      readIfThere(path('current')),
      readIfThere(path('previous')),
    ]);
    if (!current && !previous) throw new AppError('not_found', 'There is no vault file in the data folder.');
    const { key, entries, newer } = await openEither(current, previous, passphrase);
    await storageFailure(async () => {
      if (newer !== 'good') {
        if (newer === 'damaged') await rename(path('current'), `${path('current')}.set-aside-${fileStamp()}`);
        await rename(path('previous'), path('current'));
        await syncFolder(folder);
      }
      for (const name of ['previous', 'unfinished'] as const) await rm(path(name), { force: true });
    });
    return new SealedFileStore(folder, { key, entries }, true);
  }

  get accounts(): readonly string[] {
    return [...this.#entries.keys()];
  }

  async read(account: string): Promise<string | null> {
    return this.#entries.get(account) ?? null;
  }

  write(account: string, value: string): Promise<void> {
    return this.writeAll([[account, value]]);
  }

  remove(account: string): Promise<void> {
    return this.removeAll([account]);
  }

  /** All or none, in one new file. @throws as `write` */
  async writeAll(values: Iterable<readonly [account: string, value: string]>): Promise<void> {
    const all = [...values];
    for (const [, value] of all) requireStorable(value);
    await this.#change((entries) => {
      for (const [account, value] of all) entries.set(account, value);
    });
  }

  /** As `writeAll`. */
  async removeAll(accounts: Iterable<string>): Promise<void> {
    const all = [...accounts];
    await this.#change((entries) => {
      for (const account of all) entries.delete(account);
    });
  }

  /** @throws AppError `wrong_passphrase` when `from` is not the one in use, and what `create` throws of `to`. */
  async changePassphrase(from: string, to: string): Promise<void> {
    requirePassphrase(to);
    await this.#queue(async () => {
      await openSealed(await readFile(join(this.#folder, sealedFileNames.current)), from);
      await this.#replace(this.#entries, await newSealingKey(to));
    });
  }

  #change(edit: (entries: Map<string, string>) => void): Promise<void> {
    return this.#queue(async () => {
      const entries = new Map(this.#entries);
      edit(entries);
      await this.#replace(entries, this.#key);
    });
  }

  #queue(work: () => Promise<void>): Promise<void> {
    const result = this.#last.then(() => storageFailure(work));
    this.#last = result.catch(() => {});
    return result;
  }

  /** Until the last step but one, a crash leaves a file under its name that opens with what was acknowledged. */
  async #replace(entries: ReadonlyMap<string, string>, key: SealingKey): Promise<void> {
    const path = (name: keyof typeof sealedFileNames) => join(this.#folder, sealedFileNames[name]);
    await rm(path('unfinished'), { force: true });
    const unfinished = await open(path('unfinished'), 'wx', 0o600);
    try {
      await unfinished.writeFile(sealEntries(entries, key));
      await unfinished.sync();
    } finally {
      await unfinished.close();
    }
    await requireProven(path('unfinished'), entries, key);
    await rm(path('previous'), { force: true });
    await keepAsPrevious(path('current'), path('previous'));
    await rename(path('unfinished'), path('current'));
    try {
      await syncFolder(this.#folder);
      await requireProven(path('current'), entries, key);
    } catch (error) {
      if (this.#hasFile) await rename(path('previous'), path('current'));
      throw error;
    }
    this.#hasFile = true;
    this.#entries = entries;
    this.#key = key;
    await rm(path('previous'), { force: true });
  }
}

async function requireProven(
  path: string,
  entries: ReadonlyMap<string, string>,
  key: SealingKey,
): Promise<void> {
  const read = await openSealed(await readFile(path), key);
  const isSame =
    read.entries.size === entries.size &&
    [...entries].every(([account, value]) => read.entries.get(account) === value);
  if (!isSame) throw damaged('what was written is not what can be read');
}

/** A second name for the same bytes; where the file system has no such thing, a copy of them. */
async function keepAsPrevious(current: string, previous: string): Promise<void> {
  try {
    await link(current, previous);
  } catch (error) {
    // The first file of all has none before it.
    if (codeOf(error) === 'ENOENT') return;
    const copy = await open(previous, 'wx', 0o600);
    try {
      await copy.writeFile(await readFile(current));
      await copy.sync();
    } finally {
      await copy.close();
    }
  }
}

/** A rename is durable when its folder is. Windows has no such call for folders, and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle: FileHandle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw asStorageFailure(error);
  }
}

/**
 * The version before is tried where the newer one is damaged, and where it has another passphrase: a crash while the
 * passphrase was changed leaves both, and nobody was told that the new one holds.
 */
async function openEither(
  current: Buffer | undefined,
  previous: Buffer | undefined,
  passphrase: string,
): Promise<OpenedFile & { readonly newer: 'good' | 'damaged' | 'missing' | 'unacknowledged' }> {
  if (!current) return { ...(await openSealed(previous ?? Buffer.alloc(0), passphrase)), newer: 'missing' };
  try {
    return { ...(await openSealed(current, passphrase)), newer: 'good' };
  } catch (error) {
    const newer = error instanceof DamagedFile ? 'damaged' : 'unacknowledged';
    const isOtherPassphrase = error instanceof AppError && error.code === 'wrong_passphrase';
    if (!previous || !(newer === 'damaged' || isOtherPassphrase)) throw error;
    try {
      return { ...(await openSealed(previous, passphrase)), newer };
    } catch {
      // What is wrong with the newer one is what the user has to know.
      throw error;
    }
  }
}

function fileStamp(): string {
  return new Date().toISOString().replaceAll(':', '-');
}

async function storageFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStorageFailure(error);
  }
}

function asStorageFailure(error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  return new AppError('storage_failed', `The vault file could not be read or written (${code}).`, {
    hint: 'Check that the disk has room and that the data folder belongs to you. Nothing that was kept is lost.',
    retryable: true,
  });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code?.match(/^E[A-Z0-9]+$/)?.[0];
}
