/**
 * One store call in flight: a second one beside a hung one takes another thread of the pool, and a few of them take
 * the process. Says when each starts and ends, so that the main side can time it.
 */
import { AppError } from '#shared/lib/app-error.ts';
import type { SecretStore } from '../store.ts';

/** The most calls that wait for the one in flight. */
export const queuedCallLimit = 256;

export interface StoreCallListener {
  started(): void;
  ended(): void;
}

export class OneAtATime implements SecretStore {
  readonly #store: SecretStore;
  readonly #listener: StoreCallListener;
  #last: Promise<unknown> = Promise.resolve();
  #queued = 0;

  constructor(store: SecretStore, listener: StoreCallListener) {
    this.#store = store;
    this.#listener = listener;
  }

  read(account: string): Promise<string | null> {
    return this.#queue(() => this.#store.read(account));
  }

  write(account: string, value: string): Promise<void> {
    return this.#queue(() => this.#store.write(account, value));
  }

  remove(account: string): Promise<void> {
    return this.#queue(() => this.#store.remove(account));
  }

  #queue<T>(call: () => Promise<T>): Promise<T> {
    if (this.#queued >= queuedCallLimit) {
      const message = 'Too many calls wait for the system keychain.';
      const hint = 'Answer its prompt, or cancel, and try again.';
      return Promise.reject(new AppError('vault_waiting', message, { hint, retryable: true }));
    }
    this.#queued++;
    const result = this.#last.then(async () => {
      this.#listener.started();
      try {
        return await call();
      } finally {
        this.#queued--;
        this.#listener.ended();
      }
    });
    this.#last = result.catch(() => {});
    return result;
  }
}
