/** The port to whatever keeps secrets at rest. Only the vault process holds one. */
import { AppError } from '#shared/lib/app-error.ts';
import { utf8SizeBytes } from '#shared/protocol/limits.ts';

/**
 * Failures are AppErrors: `keychain_locked` (there, but closed) and `keychain_unavailable` (can't be reached). Their
 * text is written here and in the adapters, never taken from what the system said.
 */
export interface SecretStore {
  /** Null: nothing is stored there, or the store is locked and answers as if nothing were. */
  read(account: string): Promise<string | null>;
  /** Replaces what is there. @throws AppError `invalid_input` when the value is over the limit, or empty. */
  write(account: string, value: string): Promise<void>;
  /** Nothing there is no failure. A locked store may take the call and do nothing. */
  remove(account: string): Promise<void>;
}

/** What the user may do without a keychain, at the end of a sentence. */
export const otherPlaces = 'or keep secrets in a vault file, or for this session only';

/** Windows keeps at most 2,560 bytes in an entry; this leaves room for what adapters add. */
export const entryLimitBytes = 2400;

export function requireStorable(value: string, limitBytes = entryLimitBytes): void {
  if (value === '') throw new AppError('invalid_input', 'An empty value can’t be stored.');
  if (!value.isWellFormed()) {
    throw new AppError('invalid_input', 'The value is not valid Unicode text, so it can’t be stored.');
  }
  const sizeBytes = utf8SizeBytes(value);
  if (sizeBytes <= limitBytes) return;
  const hint =
    'Sealed with a passphrase, a secret takes more room in the keychain. A vault file has room for it.';
  throw new AppError(
    'invalid_input',
    `The value has ${sizeBytes} bytes; at most ${limitBytes} can be stored.`,
    limitBytes < entryLimitBytes && sizeBytes <= entryLimitBytes ? { hint } : {},
  );
}

export function storeLocked(): AppError {
  return new AppError('keychain_locked', 'The system keychain is locked.', {
    hint: 'Unlock your login keychain, then try again.',
    retryable: true,
  });
}

/** Entries are indexed, but the store shows none. It is never taken for empty: that would write over what is there. */
export function storeHidesEntries(): AppError {
  return new AppError(
    'keychain_locked',
    'The system keychain is locked, or it is not the one that Latchkey’s secrets were put in.',
    {
      hint: 'Unlock your login keychain, then try again. If the keychain was reset, its secrets are gone: start over and enter them again.',
      retryable: true,
    },
  );
}

export function storeUnavailable(message: string, hint: string): AppError {
  return new AppError('keychain_unavailable', message, { hint, retryable: true });
}
