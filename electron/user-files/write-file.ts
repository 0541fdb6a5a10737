/**
 * A file of Latchkey's own making, in the place that the user named. It is written whole beside that place, read back,
 * and only then gets its name; only its owner may read it.
 */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, link, lstat, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '#shared/lib/app-error.ts';

export interface FileToWrite {
  readonly path: string;
  /** The user has agreed that a file of this name is replaced. */
  readonly overwrite: boolean;
  /** Where it is until it is whole: from `temporaryFor`. */
  readonly temporary: string;
}

const temporaryName = /^\.latchkey-[0-9a-f]{16}\.part$/;

export interface WrittenFile {
  /** The disk failed as it was asked to keep the file's name: the file is there, and a power cut may undo that. */
  readonly mayBeLost: boolean;
}

/** Another one each time. */
export function temporaryFor(path: string): string {
  return join(dirname(path), `.latchkey-${randomBytes(8).toString('hex')}.part`);
}

/**
 * What can be known before anything is written. Nothing is changed.
 * @throws AppError `not_found` without such a folder; `confirmation_required` when there is a file, and `overwrite` is
 * not set; `refused` for what is no file of its own: a folder, a link, a device; `storage_failed`
 */
export async function requireWritable({ path, overwrite }: Omit<FileToWrite, 'temporary'>): Promise<void> {
  await explained(async () => {
    if (basename(path) === '' || !(await stat(dirname(path))).isDirectory()) throw noFolder();
    requireReplaceable(await lstatIfThere(path), overwrite);
  });
}

/**
 * @param write Gives the file its content.
 * @param prove Told what can be read of it, before it gets its name. Throws what is wrong with that.
 * @throws AppError as `requireWritable`; then nothing was changed, and what was there is there. Once the file has its
 * name, nothing that fails is thrown: what can't be taken away of the temporary file is left to `removeTemporary`
 */
export async function writeUserFile(
  { path, overwrite, temporary }: FileToWrite,
  write: (file: FileHandle) => Promise<void>,
  prove?: (content: Buffer) => void | Promise<void>,
): Promise<WrittenFile> {
  if (dirname(temporary) !== dirname(path) || !temporaryName.test(basename(temporary))) {
    throw new Error('A temporary file is beside the one that it becomes.');
  }
  await requireWritable({ path, overwrite });
  return explained(async () => {
    const file = await open(temporary, 'wx', 0o600);
    try {
      try {
        await write(file);
        await file.sync();
      } finally {
        await file.close();
      }
      await prove?.(await readFile(temporary));
      await giveName(temporary, path, overwrite);
    } catch (error) {
      await removeTemporary(temporary);
      throw error;
    }
    await removeTemporary(temporary);
    return { mayBeLost: !(await syncFolder(dirname(path))) };
  });
}

/** In one step: nobody ever sees a part of it, and a file that has come meanwhile is not replaced unasked. */
async function giveName(temporary: string, path: string, overwrite: boolean): Promise<void> {
  if (!overwrite) {
    try {
      await link(temporary, path);
      return;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw isThere();
      // Not every file system has second names for a file.
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error) ?? '')) throw error;
    }
  }
  // A link would be replaced and not followed; it is refused all the same, for it was not what the user agreed to.
  requireReplaceable(await lstatIfThere(path), overwrite);
  await rename(temporary, path);
}

function requireReplaceable(there: Stats | undefined, overwrite: boolean): void {
  if (!there) return;
  if (!there.isFile()) {
    const what = there.isDirectory()
      ? 'a folder'
      : there.isSymbolicLink()
        ? 'a link'
        : 'something that is no file';
    throw new AppError('refused', `There is ${what} of this name.`, { hint: 'Choose another name.' });
  }
  if (!overwrite) throw isThere();
}

/**
 * Takes away what a crash left of a file that was being written. Anything else of that name is left alone.
 * @returns False: it can't be told, or it is still there.
 */
export async function removeTemporary(path: string): Promise<boolean> {
  if (!temporaryName.test(basename(path))) return true;
  try {
    if ((await lstat(path)).isFile()) await rm(path);
    return true;
  } catch (error) {
    return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
  }
}

async function lstatIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** There is no such call for this folder, or not for this user. */
const unaskable: ReadonlySet<string | undefined> = new Set([
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EISDIR',
  'EBADF',
  'EACCES',
  'EPERM',
  'EROFS',
]);

/**
 * A new name is durable when its folder is. Windows has no such call for folders, and does not need it.
 * @returns False: the disk failed. Where it can't be asked, the file is as safe as files are there.
 */
async function syncFolder(folder: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    return unaskable.has(codeOf(error));
  }
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explanation(error);
  }
}

/** None of them repeats the path: it may be anything. */
function explanation(error: unknown): unknown {
  const code = codeOf(error);
  if (error instanceof AppError || code === undefined) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return noFolder();
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new AppError('storage_failed', 'There is no room for the file on this disk.', {
      hint: 'Make room, or choose another disk. Nothing was written.',
      retryable: true,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new AppError('storage_failed', 'Latchkey may not write in this folder.', {
      hint: 'Choose a folder of yours. Nothing was written.',
    });
  }
  return new AppError('storage_failed', `The file could not be written (${code}).`, {
    hint: 'Choose another place. Nothing was written.',
    retryable: true,
  });
}

/** For those who prove what was written. */
export function notAsWritten(): AppError {
  return new AppError('storage_failed', 'What was written is not what can be read from the disk.', {
    hint: 'Choose another place. The file was taken away again.',
    retryable: true,
  });
}

function isThere(): AppError {
  return new AppError('confirmation_required', 'There is a file of this name already.', {
    hint: 'Say that it may be replaced, or choose another name.',
  });
}

function noFolder(): AppError {
  return new AppError('not_found', 'There is no such folder to write to.', {
    hint: 'Check the path, or make the folder first.',
  });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code?.match(/^E[A-Z0-9]+$/)?.[0];
}
