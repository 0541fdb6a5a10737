/** One value that can be watched. The smallest store that `useSyncExternalStore` can read. */
import { type Disposer, Listeners } from '#shared/lib/disposer.ts';

export interface Readable<T> {
  get(): T;
  subscribe(listener: () => void): Disposer;
}

export class Value<T> implements Readable<T> {
  #value: T;
  readonly #listeners = new Listeners<void>();

  constructor(value: T) {
    this.#value = value;
  }

  // Arrow functions, as React is handed them without their object.
  readonly get = (): T => this.#value;

  readonly subscribe = (listener: () => void): Disposer => this.#listeners.add(listener);

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#listeners.emit();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }
}
