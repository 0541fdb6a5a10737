/** The vault's states as the page shows them. What happened and what to do come from the main side, in `reason` and `hint`. */
import type { MoveTarget, StoreKind, VaultState, VaultStatus } from '#shared/contract/vault.ts';
import type { IconName, ToastMessage, Tone } from '../../components/index.ts';

export const storeNames: Readonly<Record<StoreKind, string>> = {
  keychain: 'the system keychain',
  file: 'the vault file',
  session: 'secrets kept for this session only',
};

export interface VaultLook {
  readonly title: string;
  /** On one line, for the status bar. */
  readonly short: string;
  readonly icon: IconName;
  readonly tone: Tone;
}

export function vaultLook({ state, store }: Pick<VaultStatus, 'state' | 'store'>): VaultLook {
  const where = store === 'session' ? 'session only' : store === 'file' ? 'vault file' : 'keychain';
  const looks: Readonly<Record<VaultState, VaultLook>> = {
    choose: {
      title: 'Choose where secrets are kept',
      short: 'vault: choose a place',
      icon: 'vault',
      tone: 'warning',
    },
    locked: { title: 'The vault is locked', short: 'vault locked', icon: 'locked', tone: 'idle' },
    opening: { title: 'Opening the vault', short: 'opening the vault', icon: 'vault', tone: 'notice' },
    unlocked: {
      title: 'The vault is unlocked',
      short: `vault unlocked · ${where}`,
      icon: 'unlocked',
      tone: 'ok',
    },
    waiting: {
      title: 'Waiting for the keychain',
      short: 'waiting for the keychain',
      icon: 'vault',
      tone: 'warning',
    },
    unavailable: {
      title: 'The vault can’t be reached',
      short: 'vault unavailable',
      icon: 'not-opened',
      tone: 'danger',
    },
  };
  return looks[state];
}

/** What keeping secrets there means, said plainly. */
export const storePromises: Readonly<Record<StoreKind, string>> = {
  keychain:
    'Secrets are kept in the system keychain, and read when they are needed. While the keychain itself is unlocked, Latchkey’s lock protects memory only: other programs of yours may be able to ask the keychain.',
  file: 'Secrets are kept in a file of the data folder, sealed with your passphrase. While the vault is locked, nobody reads them without it: you neither, if it is lost.',
  session:
    'Secrets are kept in the memory of the vault process, and nowhere else. They are gone when you lock the vault or quit, and you enter them again.',
};

/** As above, of the vault as it is. */
export function storePromise({ store, isKeychainSealed }: Pick<VaultStatus, 'store' | 'isKeychainSealed'>) {
  if (store === 'keychain' && isKeychainSealed) return sealedKeychainPromise;
  return store && storePromises[store];
}

const sealedKeychainPromise =
  'Secrets are kept in the system keychain, sealed with your passphrase. While the vault is locked, nobody reads them without it, not even programs that can ask the keychain: you neither, if it is lost.';

/** It opens with a passphrase only. */
export function wantsPassphrase({ store, isKeychainSealed }: VaultStatus): boolean {
  return store === 'file' || (store === 'keychain' && isKeychainSealed);
}

/** After a move. */
export function movedMessage(to: MoveTarget, isCleared: boolean): ToastMessage {
  return sealedMessage(`Every secret is in ${storeNames[to]} now.`, isCleared);
}

/** After the keychain’s secrets were sealed otherwise. */
export function sealedMessage(message: string, isCleared: boolean): ToastMessage {
  if (isCleared) return { message, tone: 'ok' };
  const left =
    'What is left in the place before could not be removed yet: Latchkey tries again at its next start.';
  return { message: `${message} ${left}`, tone: 'warning', timeoutMs: 20_000 };
}
