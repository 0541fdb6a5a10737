/** What SQLite's errors mean here. Codes: https://www.sqlite.org/rescode.html */
import { AppError } from '#shared/lib/app-error.ts';

const codes = {
  permission: 3,
  busy: 5,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

/** Another connection has the lock. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === codes.busy;
}

/** The file's content is at fault: trying again can't help. */
export function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === codes.corrupt || code === codes.notADatabase;
}

/** An AppError for what the disk, or whoever looks after it, can mend; anything else is a bug and stays what it is. */
export function asStorageFailure(error: unknown): unknown {
  const words = wordsFor(primaryCode(error));
  if (!words) return error;
  const [message, hint] = words;
  return new AppError('storage_failed', message, { hint, retryable: true, cause: error });
}

function wordsFor(code: number | undefined): readonly [message: string, hint: string] | undefined {
  switch (code) {
    case codes.full:
      return ['There is no room on the disk: nothing was changed.', 'Make room on it, and try again.'];
    case codes.readOnly:
    case codes.permission:
      return [
        'Latchkey’s database can’t be written to: nothing was changed.',
        'Check that the data folder, and the disk that it is on, may be written to.',
      ];
    case codes.inputOutput:
    case codes.cannotOpen:
      return [
        'Latchkey’s database could not be read or written.',
        'Check that the disk with the data folder is there and works, and try again.',
      ];
    case codes.corrupt:
    case codes.notADatabase:
      return [
        'Latchkey’s database is damaged.',
        'Start Latchkey again: it sets the damaged file aside, and begins a new one.',
      ];
    default:
      return undefined;
  }
}

/** Without what SQLite adds in the upper bits. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
