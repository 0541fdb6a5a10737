/**
 * `MessagePortMain`: a channel of a page's, on its way through the main process. What is said on it is carried below the
 * bundle, page to child process and back. Latchkey's main process only holds the end and passes it on, so that listening
 * on it is not even there: the bundle would throw.
 */
import type { MessagePortMain } from 'electron';
import { standsFor } from '../stands-for.ts';

/** The way to one side. */
export interface Side {
  send(data: unknown): void;
  close(): void;
}

const ports = new WeakMap<MessagePortMain, RelayedPort>();

/** Every one that the bundle was given. */
export const relayedPorts: RelayedPort[] = [];

export class RelayedPort {
  readonly handle: MessagePortMain;
  readonly #page: Side;
  #child: Side | undefined;
  /** Said before a child had the other end. */
  #waiting: unknown[] = [];
  #isClosed = false;

  constructor(page: Side) {
    this.#page = page;
    this.handle = standsFor<MessagePortMain>('MessagePortMain')({ close: () => this.close() });
    ports.set(this.handle, this);
    relayedPorts.push(this);
  }

  static of(handle: MessagePortMain): RelayedPort {
    const port = ports.get(handle);
    if (!port) throw new TypeError('Port at index 0 is not a valid port');
    return port;
  }

  get state() {
    return { isPassedOn: this.#child !== undefined, isClosed: this.#isClosed };
  }

  passTo(child: Side): void {
    if (this.#child) throw new TypeError('Port at index 0 is already neutered');
    this.#child = child;
    if (this.#isClosed) {
      child.close();
      return;
    }
    for (const data of this.#waiting) child.send(data);
    this.#waiting = [];
  }

  fromPage(data: unknown): void {
    if (this.#child) this.#child.send(data);
    else this.#waiting.push(data);
  }

  fromChild(data: unknown): void {
    if (!this.#isClosed) this.#page.send(data);
  }

  /** Whichever side closes, the other is told. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#page.close();
    this.#child?.close();
  }
}
