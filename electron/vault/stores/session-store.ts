/** Secrets for this session only: they are gone with the process that holds them. */
import { requireStorable, type SecretStore } from '../store.ts';

export class SessionStore implements SecretStore {
  readonly #values = new Map<string, string>();

  async read(account: string): Promise<string | null> {
    return this.#values.get(account) ?? null;
  }

  async write(account: string, value: string): Promise<void> {
    requireStorable(value);
    this.#values.set(account, value);
  }

  async remove(account: string): Promise<void> {
    this.#values.delete(account);
  }
}
