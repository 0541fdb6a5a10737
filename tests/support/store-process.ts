/** One secret store in a process of its own: keytar takes the session bus from its process's environment. */
import { parentPort } from '../../electron/processes/parent-port.ts';
import { serveRpc } from '../../electron/processes/rpc.ts';
import type { SecretStore } from '../../electron/vault/store.ts';
import { KeychainStore } from '../../electron/vault/stores/keychain-store.ts';
import { SessionStore } from '../../electron/vault/stores/session-store.ts';

let opened: SecretStore | undefined;

export type StoreApi = {
  open(kind: 'keychain' | 'session'): Promise<null>;
  read(account: string): Promise<string | null>;
  write(entry: { account: string; value: string }): Promise<null>;
  remove(account: string): Promise<null>;
};

serveRpc<StoreApi>(parentPort(), {
  async open(kind) {
    opened = kind === 'session' ? new SessionStore() : await KeychainStore.open();
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
});

function store(): SecretStore {
  if (!opened) throw new Error('Open a store first');
  return opened;
}
