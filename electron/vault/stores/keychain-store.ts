/**
 * The operating system's keychain: Keychain on macOS, Credential Manager on Windows, the Secret Service on Linux.
 * The only file that knows keytar. Never `findCredentials`: on a locked collection it crashes the process.
 */
import type { AppError } from '#shared/lib/app-error.ts';
import { requireStorable, type SecretStore, storeLocked, storeUnavailable } from '../store.ts';

type Keytar = Pick<typeof import('keytar'), 'getPassword' | 'setPassword' | 'deletePassword'>;

const service = 'Latchkey';
const sessionOnly = 'or keep secrets for this session only';

export class KeychainStore implements SecretStore {
  readonly #keytar: Keytar;

  private constructor(keytar: Keytar) {
    this.#keytar = keytar;
  }

  /** @throws AppError `keychain_unavailable` when the system's library is missing. */
  static async open(): Promise<KeychainStore> {
    return new KeychainStore(await loadKeytar());
  }

  async read(account: string): Promise<string | null> {
    return translated(() => this.#keytar.getPassword(service, account));
  }

  async write(account: string, value: string): Promise<void> {
    requireStorable(value);
    await translated(() => this.#keytar.setPassword(service, account, value));
  }

  async remove(account: string): Promise<void> {
    await translated(() => this.#keytar.deletePassword(service, account));
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
        ? `Install libsecret (Debian and Ubuntu: libsecret-1-0; Fedora and Arch: libsecret) and start Latchkey again, ${sessionOnly}.`
        : `Install Latchkey again, ${sessionOnly}.`,
    );
  }
}

/** No cause is kept: whatever the system's text holds stays here. */
async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw failureFor(error instanceof Error ? error.message : '');
  }
}

/** By what libsecret, GLib and macOS's Security framework say. Linux texts were seen with GNOME Keyring. */
export function failureFor(message: string): AppError {
  if (/\blocked\b|interaction is not allowed|dismissed|cancell?ed|passphrase/i.test(message)) {
    return storeLocked();
  }
  if (/autolaunch|could not connect|connection is closed|connection refused/i.test(message)) {
    return storeUnavailable(
      'The system keychain can’t be reached: there is no D-Bus session.',
      `Start Latchkey from a desktop session, or with “dbus-run-session”, ${sessionOnly}.`,
    );
  }
  if (/not provided by any|serviceunknown/i.test(message)) {
    return storeUnavailable(
      'No keyring service is running.',
      `Install and start GNOME Keyring, or KWallet with its Secret Service, ${sessionOnly}.`,
    );
  }
  if (/does not exist at path/i.test(message)) {
    return storeUnavailable(
      'The keyring has no default collection to put secrets in.',
      `Make a default keyring, for example in “Passwords and Keys”, ${sessionOnly}.`,
    );
  }
  if (/timeout|timed out|reply|disconnected/i.test(message)) {
    return storeUnavailable(
      'The system keychain did not answer.',
      'It may be waiting for a prompt that is hidden. Answer it, or restart the keyring service, then unlock the vault.',
    );
  }
  return storeUnavailable(
    'The system keychain refused.',
    `Check that it opens in your system’s own keychain app, then unlock the vault, ${sessionOnly}.`,
  );
}
