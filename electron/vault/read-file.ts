/**
 * Reads a file that the user has named, in the vault process: nothing of it passes elsewhere. Whatever the path leads
 * to, there is an answer soon: a pipe that nobody writes to, a device and a disk that hangs are no reason to wait.
 */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '#shared/lib/app-error.ts';
import { importLimits, tooLarge } from './import/index.ts';
import { afterTime, type Later } from './later.ts';

export const readLimitMs = 10_000;
/** Until two of them are the same: what is read of a file that is being written may be half old, half new. */
const readings = 4;

/**
 * Links are followed: a `.env` is often one, and the user has named it. What is opened is what is looked at and read.
 * Without waiting (`O_NONBLOCK`), as opening a pipe would.
 */
const howToOpen = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

export interface FileReading {
  readonly bytes: Promise<Uint8Array>;
  /** When the last thing that was asked of the system is done, which may be long after `bytes` has failed. */
  readonly settled: Promise<void>;
}

/**
 * `bytes` fails with an AppError: `not_found`, `refused` (not allowed, no file, no answer), `invalid_input` when it is
 * larger than the limit. None of them repeats the path.
 */
export function readFile(path: string, later: Later = afterTime): FileReading {
  const reading = read(path).catch((error: unknown) => {
    throw explained(error);
  });
  const { promise: outOfTime, reject } = Promise.withResolvers<never>();
  const stopTimer = later(readLimitMs, () =>
    reject(
      new AppError('refused', 'The file could not be read within ten seconds.', {
        hint: 'Copy it to a disk of this machine, and try again.',
        retryable: true,
      }),
    ),
  );
  return {
    bytes: Promise.race([reading, outOfTime]).finally(stopTimer),
    settled: reading.then(
      () => undefined,
      () => undefined,
    ),
  };
}

async function read(path: string): Promise<Uint8Array> {
  const file = await open(path, howToOpen);
  try {
    requireFile(await file.stat());
    let former = await readUpTo(file);
    for (let reading = 2; reading <= readings; reading++) {
      const bytes = await readUpTo(file);
      const isSame = Buffer.compare(former, bytes) === 0;
      former.fill(0);
      if (isSame) return bytes;
      former = bytes;
    }
    former.fill(0);
    throw new AppError('refused', 'The file changes while it is being read.', {
      hint: 'Wait until it is written, and try again.',
      retryable: true,
    });
  } finally {
    await file.close();
  }
}

function requireFile(stats: Stats): void {
  if (stats.isDirectory()) {
    throw new AppError('refused', 'That is a folder.', { hint: 'Name a file in it.' });
  }
  if (!stats.isFile()) {
    throw new AppError('refused', 'That is no file: it is a device, a pipe or a socket.', {
      hint: 'Name a file on a disk.',
    });
  }
  if (stats.size > importLimits.bytes) throw tooLarge(stats.size);
}

/** Not by its size: a file of the system's own may say that it has none. */
async function readUpTo(file: FileHandle): Promise<Uint8Array> {
  const buffer = Buffer.alloc(importLimits.bytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length > importLimits.bytes) {
    buffer.fill(0);
    throw tooLarge(length);
  }
  return buffer.subarray(0, length);
}

function explained(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError('not_found', 'There is no file at this path.', {
        hint: 'Check the path. A link may lead to what is gone.',
      });
    case 'EACCES':
    case 'EPERM':
      return new AppError('refused', 'Latchkey is not allowed to read this file.', {
        hint: 'Change its permissions, or copy it to where you may read it.',
      });
    case 'ELOOP':
      return new AppError('refused', 'This path is a link that leads to itself.', {
        hint: 'Name the file itself.',
      });
    case 'ENAMETOOLONG':
      return new AppError('invalid_input', 'The path is too long.', {
        hint: 'Move the file, and try again.',
      });
    case 'EISDIR':
      return new AppError('refused', 'That is a folder.', { hint: 'Name a file in it.' });
    default:
      if (code === undefined || !/^E[A-Z0-9]{2,20}$/.test(code)) return error;
      return new AppError('refused', `The file can’t be read: the system says ${code}.`, {
        hint: 'Copy it to a disk of this machine, and try again.',
        retryable: true,
      });
  }
}
