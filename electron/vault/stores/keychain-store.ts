/**
 * The operating system's keychain: Keychain on macOS, Credential Manager on Windows, the Secret Service on Linux.
 * The only file that knows keytar. Never `findCredentials`: on a locked collection it crashes the process.
 */
import type { AppError } from '#shared/lib/app-error.ts';
import { otherPlaces, requireStorable, type SecretStore, storeLocked, storeUnavailable } from '../store.ts';

type Keytar = Pick<typeof import('keytar'), 'getPassword' | 'setPassword' | 'deletePassword'>;

const service = 'Latchkey';

export interface KeychainListener {
  /** Called before the call that found it fails: no later call of this process will succeed. */
  lost(): void;
}

export class KeychainStore implements SecretStore {
  readonly #keytar: Keytar;
  readonly #listener: KeychainListener | undefined;

  private constructor(keytar: Keytar, listener: KeychainListener | undefined) {
    this.#keytar = keytar;
    this.#listener = listener;
  }

  /** @throws AppError `keychain_unavailable` when the system's library is missing. */
  static async open(listener?: KeychainListener): Promise<KeychainStore> {
    return new KeychainStore(await loadKeytar(), listener);
  }

  async read(account: string): Promise<string | null> {
    return this.#call(() => this.#keytar.getPassword(service, account));
  }

  async write(account: string, value: string): Promise<void> {
    requireStorable(value);
    await this.#call(() => this.#keytar.setPassword(service, account, value));
  }

  async remove(account: string): Promise<void> {
    await this.#call(() => this.#keytar.deletePassword(service, account));
  }

  /** No cause is kept: whatever the system's text holds stays here. */
  async #call<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      if (isLostConnection(message)) this.#listener?.lost();
      throw failureFor(message);
    }
  }
}

/** Loaded late: importing keytar throws where libsecret is missing. */
async function loadKeytar(): Promise<Keytar> {
  try {
    return (await import('keytar')).default;
  } catch {
    // keytar does not say which library it missed; on Linux it is libsecret.
    throw storeUnavailable(
      'The system keychain can’t be used: its library could not be loaded.',
      process.platform === 'linux'
        ? `Install libsecret (Debian and Ubuntu: libsecret-1-0; Fedora and Arch: libsecret) and start Latchkey again, ${otherPlaces}.`
        : `Install Latchkey again, ${otherPlaces}.`,
    );
  }
}

/**
 * libsecret keeps one connection, one session and the service's own bus name for the life of the process: when the bus
 * or the service has been restarted, each of its calls fails with one of these, for ever.
 */
function isLostConnection(message: string): boolean {
  return /connection is closed|not provided by any|session wrapping the secret does not exist|message recipient disconnected/i.test(
    message,
  );
}

/** By what libsecret, GLib and macOS's Security framework say. Linux texts were seen with GNOME Keyring. */
export function failureFor(message: string): AppError {
  if (/\blocked\b|interaction is not allowed|dismissed|cancell?ed|passphrase/i.test(message)) {
    return storeLocked();
  }
  if (/autolaunch|could not connect|connection is closed|address is empty/i.test(message)) {
    return storeUnavailable(
      'The system keychain can’t be reached: there is no D-Bus session.',
      `Start Latchkey from a desktop session, or with “dbus-run-session”, ${otherPlaces}.`,
    );
  }
  if (/not provided by any|serviceunknown/i.test(message)) {
    return storeUnavailable(
      'No keyring service is running.',
      `Install and start GNOME Keyring, or KWallet with its Secret Service, ${otherPlaces}.`,
    );
  }
  if (/does not exist at path/i.test(message)) {
    return storeUnavailable(
      'The keyring has no default collection to put secrets in.',
      `Make a default keyring, for example in “Passwords and Keys”, ${otherPlaces}.`,
    );
  }
  if (/timeout|timed out|reply|disconnected/i.test(message)) {
    return storeUnavailable(
      'The system keychain did not answer.',
      'It may be waiting for a prompt that is hidden. Answer it, or restart the keyring service, then try again.',
    );
  }
  return storeUnavailable(
    'The system keychain refused.',
    `Check that it opens in your system’s own keychain app, then try again, ${otherPlaces}.`,
  );
}
