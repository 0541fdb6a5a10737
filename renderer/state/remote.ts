/** What the main side holds, as the page knows it: loaded once, then kept by events; loaded again after a loss. */
import { AppError } from '#shared/lib/app-error.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import { type Readable, Value } from './value.ts';

export type Loadable<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly error: AppError };

export interface RemoteOptions<T> {
  load(): Promise<T>;
  /** Starts listening to events. `set` replaces the value; `change` works on what there is, if there is something. */
  listen(handle: { set(value: T): void; change(update: (value: T) => T): void }): Disposer;
}

export class Remote<T> implements Readable<Loadable<T>> {
  readonly #value = new Value<Loadable<T>>({ state: 'loading' });
  readonly #options: RemoteOptions<T>;
  readonly #stop: Disposer;
  /** Counts events, so that an answer overtaken by an event does not undo it. */
  #changes = 0;

  constructor(options: RemoteOptions<T>) {
    this.#options = options;
    this.#stop = options.listen({
      set: (value) => this.set(value),
      change: (update) => {
        const current = this.#value.get();
        this.#changes++;
        if (current.state === 'ready') this.#value.set({ state: 'ready', value: update(current.value) });
      },
    });
  }

  readonly get = (): Loadable<T> => this.#value.get();

  readonly subscribe = (listener: () => void): Disposer => this.#value.subscribe(listener);

  /** For a caller that has just been given the newest value, by an answer or an event. */
  set(value: T): void {
    this.#changes++;
    this.#value.set({ state: 'ready', value });
  }

  /** Keeps showing the old value while it loads again. */
  async load(): Promise<void> {
    if (this.#value.get().state === 'failed') this.#value.set({ state: 'loading' });
    for (;;) {
      const before = this.#changes;
      try {
        const value = await this.#options.load();
        const current = this.#value.get();
        // An event came in between: ask once more, unless the event brought the whole value.
        if (before !== this.#changes && current.state !== 'ready') continue;
        if (before === this.#changes) this.#value.set({ state: 'ready', value });
        return;
      } catch (error) {
        if (this.#value.get().state !== 'ready')
          this.#value.set({ state: 'failed', error: asAppError(error) });
        return;
      }
    }
  }

  dispose(): void {
    this.#stop();
  }
}

/** The value once it is there, else the fallback. */
export function valueOr<T, F>(loadable: Loadable<T>, fallback: F): T | F {
  return loadable.state === 'ready' ? loadable.value : fallback;
}

/** A failure that is not expected is still shown as one, and never swallowed. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : 'Something went wrong in the page.';
  return new AppError('internal', message, { cause: error });
}
