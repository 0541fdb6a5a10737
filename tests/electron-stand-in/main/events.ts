/** The events of one of Electron's objects. A listener for an event that the stand-in never emits is refused. */
import { EventEmitter } from 'node:events';

// biome-ignore lint/suspicious/noExplicitAny: Electron's listeners, each with parameters of its own.
export type Listener = (...args: any[]) => void;

/** Every event that somebody has listened to in this process, as `Owner “event”`. */
export const heardEvents = new Set<string>();
/** Every event that the stand-in emits. */
export const knownEvents = new Set<string>();

export class Events<Payloads extends Record<string, readonly unknown[]>> {
  readonly #emitter = new EventEmitter();
  readonly #owner: string;
  readonly #names: ReadonlySet<string>;

  constructor(owner: string, names: readonly (keyof Payloads & string)[]) {
    this.#owner = owner;
    this.#names = new Set(names);
    for (const name of names) knownEvents.add(`${owner} “${name}”`);
  }

  on(name: string, listener: Listener): void {
    this.#check(name);
    this.#emitter.on(name, listener);
  }

  once(name: string, listener: Listener): void {
    this.#check(name);
    this.#emitter.once(name, listener);
  }

  off(name: string, listener: Listener): void {
    this.#emitter.off(name, listener);
  }

  /** @returns whether anybody listened */
  emit<Name extends keyof Payloads & string>(name: Name, ...payload: Payloads[Name]): boolean {
    // `error` is an event like any other to Electron, while an emitter of Node's throws it.
    if (name === 'error' && this.#emitter.listenerCount(name) === 0) return false;
    return this.#emitter.emit(name, ...payload);
  }

  #check(name: string): void {
    if (!this.#names.has(name)) {
      throw new Error(`The stand-in for Electron never emits “${name}” of ${this.#owner}.`);
    }
    heardEvents.add(`${this.#owner} “${name}”`);
  }
}
