/** Ends a subscription. Calling it again does nothing. */
export type Disposer = () => void;

/** A set of listeners for one kind of value. Constructed, never global. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  add(listener: (value: T) => void): Disposer {
    const entry = (value: T) => listener(value);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Tells all of them, also when one throws; then throws what the first one threw. */
  emit(value: T): void {
    const thrown: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        thrown.push(error);
      }
    }
    if (thrown.length > 0) throw thrown[0];
  }
}
