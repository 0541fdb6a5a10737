/** One secret store in a process of its own: keytar takes the session bus from its process's environment. */
import { parentPort } from '../../electron/processes/parent-port.ts';
import { serveRpc } from '../../electron/processes/rpc.ts';
import type { SecretStore } from '../../electron/vault/store.ts';
import { KeychainStore } from '../../electron/vault/stores/keychain-store.ts';
import { SealedEntries } from '../../electron/vault/stores/sealed-entries.ts';
import { hasSealedFile, SealedFileStore } from '../../electron/vault/stores/sealed-file-store.ts';
import { SessionStore } from '../../electron/vault/stores/session-store.ts';

const sealAccount = 'vault/seal';

let opened: SecretStore | undefined;

/** A file is opened where there is one, and made where there is none. */
export type StoreChoice =
  | { readonly kind: 'keychain' }
  | { readonly kind: 'session' }
  | { readonly kind: 'sealed keychain'; readonly passphrase: string }
  | { readonly kind: 'file'; readonly folder: string; readonly passphrase: string };

export type StoreApi = {
  open(how: StoreChoice): Promise<null>;
  read(account: string): Promise<string | null>;
  write(entry: { account: string; value: string }): Promise<null>;
  remove(account: string): Promise<null>;
  /** All of Latchkey’s, without opening. Of an unlocked keychain only: on a locked one it ends the process. */
  entries(input: null): Promise<readonly { readonly account: string; readonly password: string }[]>;
};

serveRpc<StoreApi>(parentPort(), {
  async open(how) {
    opened = await openStore(how);
    return null;
  },
  read: (account) => store().read(account),
  async write({ account, value }) {
    await store().write(account, value);
    return null;
  },
  async remove(account) {
    await store().remove(account);
    return null;
  },
  entries: async () => (await import('keytar')).default.findCredentials('Latchkey'),
});

async function openStore(how: StoreChoice): Promise<SecretStore> {
  if (how.kind === 'session') return new SessionStore();
  if (how.kind === 'keychain') return KeychainStore.open();
  if (how.kind === 'sealed keychain') {
    const keychain = await KeychainStore.open();
    return (await keychain.read(sealAccount)) === null
      ? SealedEntries.create(keychain, sealAccount, how.passphrase, 2 ** 14)
      : SealedEntries.open(keychain, sealAccount, how.passphrase);
  }
  return hasSealedFile(how.folder)
    ? SealedFileStore.open(how.folder, how.passphrase)
    : SealedFileStore.create(how.folder, how.passphrase);
}

function store(): SecretStore {
  if (!opened) throw new Error('Open a store first');
  return opened;
}
