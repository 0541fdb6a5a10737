/** The vault's states in words: what happened, and what to do. */
import type { StoreKind, VaultStatus } from '#shared/contract/vault.ts';
import { AppError, type ErrorCode } from '#shared/lib/app-error.ts';
import type { CredentialRecord } from './credential-index.ts';
import { otherPlaces } from './store.ts';

type Chosen = StoreKind | null;
type Sealable = Exclude<StoreKind, 'session'>;
const sealedNames = { file: 'The vault file is', keychain: 'What is in the keychain is' } as const;
/** Without what the lifecycle adds. */
export type Said = Omit<VaultStatus, 'hasVaultFile' | 'isKeychainSealed'>;

export function notOpenedYet(store: Chosen): Said {
  return { state: 'locked', store, reason: 'The vault has not been opened yet.', hint: null };
}

/** A vault file, or a sealed keychain, that nobody has opened or that was locked. */
export function sealed(store: Sealable, reason = `${sealedNames[store]} sealed.`): Said {
  return { state: 'locked', store, reason, hint: 'Enter the passphrase to unlock the vault.' };
}

export function opening(store: StoreKind): Said {
  return { state: 'opening', store, reason: null, hint: null };
}

export function unlocked(store: StoreKind): Said {
  return { state: 'unlocked', store, reason: null, hint: null };
}

export function waiting(store: Chosen, waitedMs: number): Said {
  return {
    state: 'waiting',
    store,
    reason: `The system keychain has not answered for ${Math.round(waitedMs / 100) / 10} seconds.`,
    hint: 'It may be showing a prompt behind another window. Answer it, or cancel.',
  };
}

/** @param isSealed It wants a passphrase. */
export function lockedByUser(store: Chosen, hasForgotten: boolean, isSealed: boolean): Said {
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
  if (isSealed && (store === 'file' || store === 'keychain')) return sealed(store, status.reason);
  return store === null ? toChoose(status.reason, 'Choose where secrets are kept.') : status;
}

/** Why the vault was locked without anybody having asked for it. */
export type LockRule = 'idle' | 'screen' | 'sleep';

export function lockedByRule(store: Chosen, rule: LockRule, isSealed: boolean): Said {
  const causes: Readonly<Record<LockRule, string>> = {
    idle: 'as it was not used for the time that is set',
    screen: 'with the screen',
    sleep: 'as the machine went to sleep',
  };
  const reason = `The vault was locked ${causes[rule]}.`;
  return { ...lockedByUser(store, false, isSealed), reason };
}

export function stoppedWaiting(store: Chosen): Said {
  const reason = 'The system keychain did not answer, and you stopped waiting.';
  if (store === null) return toChoose(reason, `Try the keychain again, ${otherPlaces}.`);
  return {
    state: 'locked',
    store,
    reason,
    hint: 'If its prompt is still shown, answer or dismiss it. Unlock the vault to ask the keychain again.',
  };
}

export function sessionLost(): Said {
  return {
    state: 'locked',
    store: 'session',
    reason: 'The vault process ended unexpectedly, and the secrets of this session are gone with it.',
    hint: 'Unlock the vault and enter them again.',
  };
}

export function sealedLost(store: Sealable): Said {
  const again = `${sealedNames[store]} sealed again.`;
  return sealed(store, `The vault process ended unexpectedly. Nothing is lost. ${again}`);
}

export function keepsEnding(store: Chosen): Said {
  const reason = 'The vault process keeps ending unexpectedly, or losing the system keychain.';
  if (store === null) return toChoose(reason, `Try the keychain again, ${otherPlaces}.`);
  return { state: 'unavailable', store, reason, hint: 'Unlock the vault to try again.' };
}

/** What the user can mend by unlocking the keychain, or with another passphrase. */
const lockedCodes: readonly ErrorCode[] = [
  'keychain_locked',
  'passphrase_required',
  'wrong_passphrase',
  'invalid_input',
  'not_found',
];

/** After an open that failed. */
export function failed(error: unknown, store: Chosen): Said {
  const known = error instanceof AppError && error.code !== 'internal' ? error : undefined;
  const reason = known?.message ?? 'The vault could not be opened.';
  const hint = known?.hint ?? 'Unlock the vault to try again.';
  if (store === null) return toChoose(reason, known?.code === 'keychain_locked' ? lockedAtFirst : hint);
  const isLocked = known !== undefined && lockedCodes.includes(known.code);
  return { state: isLocked ? 'locked' : 'unavailable', store, reason, hint };
}

const lockedAtFirst = `Unlock your login keychain and try the keychain again, ${otherPlaces}.`;

function toChoose(reason: string, hint: string): Said {
  return { state: 'choose', store: null, reason, hint };
}

export function lockedFailure(status: Said): AppError {
  return new AppError('vault_locked', status.reason ?? 'The vault is locked.', {
    hint: status.hint ?? 'Unlock it and try again.',
  });
}

export function waitingFailure(status: Said): AppError {
  return new AppError('vault_waiting', status.reason ?? 'The vault waits for the system keychain.', {
    hint: status.hint ?? 'Answer its prompt, or cancel.',
    retryable: true,
  });
}

/** For what was to be removed, when nobody knows whether it was. */
export function removalPending({ code, message, hint }: AppError): AppError {
  const pending = 'What was to be removed is out of use, and goes for good when the vault is opened next.';
  return new AppError(code, `${message} ${pending}`, hint === undefined ? {} : { hint });
}

export function passphraseRequired(): AppError {
  return new AppError('passphrase_required', 'The vault wants its passphrase.', {
    hint: 'Enter it in the vault’s panel.',
  });
}

const places: Readonly<Record<StoreKind, string>> = {
  keychain: 'in the system keychain',
  file: 'in the vault file',
  session: 'in this session',
};

export function storeInUse(store: StoreKind, count: number): AppError {
  const lock =
    store === 'session'
      ? 'or lock the vault, which forgets them'
      : 'or lock the vault first: they stay there';
  return new AppError(
    'conflict',
    `${count === 1 ? 'One secret is' : `${count} secrets are`} kept ${places[store]}, and would be out of reach.`,
    { hint: `Move ${count === 1 ? 'it' : 'them'} there in the vault’s panel, ${lock}.` },
  );
}

export function isElsewhere(store: StoreKind): AppError {
  return new AppError('not_found', `This credential is kept ${places[store]}, which is not in use now.`, {
    hint: 'Choose that place in the vault’s panel first.',
  });
}

export function isThereAlready(store: StoreKind): AppError {
  return new AppError('conflict', `Secrets are kept ${places[store]} already.`);
}

export function notToSeal(store: StoreKind, isSealed: boolean): AppError {
  if (store !== 'keychain') {
    return new AppError('conflict', `The secrets are kept ${places[store]}, and not in the keychain.`);
  }
  const message = `What is in the keychain is ${isSealed ? 'sealed with a passphrase already' : 'not sealed'}.`;
  return new AppError('conflict', message);
}

/** What ended a move before anything was switched. */
export function notMoved(
  { code, message, hint, retryable }: AppError,
  store: StoreKind,
  isSessionLost: boolean,
): AppError {
  const nothing = isSessionLost
    ? 'Nothing was moved, and the secrets of that session are gone.'
    : `Nothing was moved: the secrets are ${places[store]}, as before.`;
  return new AppError(code, `${message} ${nothing}`, { retryable, ...(hint === undefined ? {} : { hint }) });
}

/** What the store was to have, and does not. */
export function missingSecret(store: StoreKind): AppError {
  const missing: Readonly<Record<StoreKind, string>> = {
    keychain: 'The system keychain no longer has this secret.',
    file: 'The vault file that is open does not have this secret.',
    session: 'This session no longer has this secret.',
  };
  return new AppError('no_credential', missing[store], {
    hint: 'Enter it again where its app’s or service’s keys are.',
  });
}

/** Of others, a service has several: the fingerprint tells which. */
const lostKinds: Readonly<Record<string, string>> = { secret: 'app secret', masterKey: 'master key' };

/** Another program has taken it out of the store. */
export function lostSecret({ slot, kind, fingerprint }: CredentialRecord): AppError {
  const what = lostKinds[kind] ?? 'secret';
  return new AppError('no_credential', `The ${slot} ${what} with fingerprint ${fingerprint} is gone.`, {
    hint: 'Enter it again where its app’s or service’s keys are, or remove it there. Then move.',
  });
}

export function placesTaken(store: StoreKind, count: number): AppError {
  const others =
    count === 1 ? 'There is another secret' : `There are other secrets for ${count} of the same apps’ places`;
  return new AppError('conflict', `${others} ${places[store]} already, and none may be replaced.`, {
    hint: 'Lock the vault, choose that place, and remove there what is no longer needed. Then move.',
  });
}
