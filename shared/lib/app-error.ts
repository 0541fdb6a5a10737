/**
 * Expected failures. A bug is not an AppError: it is thrown as it is, logged once, and crosses to the page as
 * `internal` without its text.
 */

export const errorCodes = [
  'invalid_input',
  'not_found',
  'conflict',
  'cancelled',
  'vault_locked',
  'vault_waiting',
  'keychain_unavailable',
  'keychain_locked',
  'passphrase_required',
  'wrong_passphrase',
  'no_credential',
  'confirmation_required',
  'not_connected',
  'offline',
  'unauthorized',
  'refused',
  'storage_failed',
  'sandbox_failed',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface Failure {
  readonly code: ErrorCode;
  /** What happened, in a sentence, without secrets. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** Trying the same again may work. */
  readonly retryable: boolean;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
  }

  toFailure(): Failure {
    const { code, message, hint, retryable } = this;
    return hint === undefined ? { code, message, retryable } : { code, message, hint, retryable };
  }

  static fromFailure(failure: Failure): AppError {
    return new AppError(failure.code, failure.message, {
      retryable: failure.retryable,
      ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    });
  }
}

export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${String(value)}`);
}
