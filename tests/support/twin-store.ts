/** A store that behaves as a system keychain does: locked, it shows nothing and ignores removals. */
import { type SecretStore, storeLocked } from '../../electron/vault/store.ts';

export class TwinStore implements SecretStore {
  readonly entries = new Map<string, string>();
  isLocked = false;
  /** Takes writes and forgets them. */
  isForgetful = false;
  reads = 0;

  async read(account: string): Promise<string | null> {
    this.reads++;
    return this.isLocked ? null : (this.entries.get(account) ?? null);
  }

  async write(account: string, value: string): Promise<void> {
    if (this.isLocked) throw storeLocked();
    if (!this.isForgetful) this.entries.set(account, value);
  }

  async remove(account: string): Promise<void> {
    if (!this.isLocked) this.entries.delete(account);
  }
}
