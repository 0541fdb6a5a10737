/** The vault's states in words: what happened, and what to do. */
import type { StoreKind, VaultStatus } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';

type Chosen = StoreKind | null;

export function notOpenedYet(store: Chosen): VaultStatus {
  return { state: 'locked', store, reason: 'The vault has not been opened yet.', hint: null };
}

export function opening(store: StoreKind): VaultStatus {
  return { state: 'opening', store, reason: null, hint: null };
}

export function unlocked(store: StoreKind): VaultStatus {
  return { state: 'unlocked', store, reason: null, hint: null };
}

export function waiting(store: Chosen, waitedMs: number): VaultStatus {
  return {
    state: 'waiting',
    store,
    reason: `The system keychain has not answered for ${Math.round(waitedMs / 100) / 10} seconds.`,
    hint: 'It may be showing a prompt behind another window. Answer it, or cancel.',
  };
}

export function lockedByUser(store: Chosen, hasForgotten: boolean): VaultStatus {
  const status = {
    state: 'locked',
    store,
    reason: hasForgotten
      ? 'The vault is locked, and the secrets of that session are forgotten.'
      : 'The vault is locked: its process has ended, and no secret is in memory.',
    hint: hasForgotten
      ? 'Unlock the vault and enter the secrets again.'
      : 'Unlock the vault to sign, encrypt and decrypt.',
  } as const;
  return store === null ? toChoose(status.reason, 'Choose where secrets are kept.') : status;
}

export function stoppedWaiting(store: Chosen): VaultStatus {
  const reason = 'The system keychain did not answer, and you stopped waiting.';
  if (store === null)
    return toChoose(reason, 'Try the keychain again, or keep secrets for this session only.');
  return { state: 'locked', store, reason, hint: 'Unlock the vault to ask the keychain again.' };
}

export function sessionLost(): VaultStatus {
  return {
    state: 'locked',
    store: 'session',
    reason: 'The vault process ended unexpectedly, and the secrets of this session are gone with it.',
    hint: 'Unlock the vault and enter them again.',
  };
}

export function keepsEnding(store: Chosen): VaultStatus {
  const reason = 'The vault process keeps ending unexpectedly.';
  if (store === null)
    return toChoose(reason, 'Try the keychain again, or keep secrets for this session only.');
  return { state: 'unavailable', store, reason, hint: 'Unlock the vault to try again.' };
}

/** After an open that failed. */
export function failed(error: unknown, store: Chosen): VaultStatus {
  const known = error instanceof AppError && error.code !== 'internal' ? error : undefined;
  const reason = known?.message ?? 'The vault could not be opened.';
  const hint = known?.hint ?? 'Unlock the vault to try again.';
  if (store === null) return toChoose(reason, hint);
  return { state: known?.code === 'keychain_locked' ? 'locked' : 'unavailable', store, reason, hint };
}

function toChoose(reason: string, hint: string): VaultStatus {
  return { state: 'choose', store: null, reason, hint };
}

export function lockedFailure(status: VaultStatus): AppError {
  return new AppError('vault_locked', status.reason ?? 'The vault is locked.', {
    hint: status.hint ?? 'Unlock it and try again.',
  });
}

export function waitingFailure(status: VaultStatus): AppError {
  return new AppError('vault_waiting', status.reason ?? 'The vault waits for the system keychain.', {
    hint: status.hint ?? 'Answer its prompt, or cancel.',
    retryable: true,
  });
}

export function storeInUse(store: StoreKind, count: number): AppError {
  const where = store === 'keychain' ? 'in the system keychain' : 'in this session';
  const lock =
    store === 'keychain'
      ? 'or lock the vault first: they stay there'
      : 'or lock the vault, which forgets them';
  return new AppError(
    'conflict',
    `${count === 1 ? 'One secret is' : `${count} secrets are`} kept ${where}, and would be out of reach.`,
    { hint: `Remove ${count === 1 ? 'it' : 'them'} first, ${lock}.` },
  );
}
