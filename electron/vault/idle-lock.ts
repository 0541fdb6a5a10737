/**
 * Locks the vault after a time in which nobody used it. Use is input in a page (`vault.touch`), and what goes on without
 * input: a live subscription, which may need a signature at any time, and a move of secrets.
 */
import type { VaultStatus } from '#shared/contract/vault.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import { afterTime, type Later } from './later.ts';

export interface IdleLockOptions {
  /** 0: never. */
  minutes(): number;
  /** What goes on by itself counts as use for as long as it does. */
  isInUse(): boolean;
  lock(): void;
  /** Of the wall: a machine that slept has not been used meanwhile. */
  now?(): number;
  readonly later?: Later;
}

export class IdleLock {
  readonly #options: IdleLockOptions;
  readonly #now: () => number;
  readonly #later: Later;
  #isWatching = false;
  #wasInUse = false;
  #usedAt = 0;
  #stopTimer: Disposer | undefined;

  constructor(options: IdleLockOptions) {
    this.#options = options;
    this.#now = () => options.now?.() ?? Date.now();
    this.#later = options.later ?? afterTime;
  }

  /** A session is not locked by itself: that would lose its secrets. */
  vaultChanged({ state, store }: Pick<VaultStatus, 'state' | 'store'>): void {
    // A wait for the keychain goes over an open vault and one that opens alike.
    if (state === 'waiting') return;
    const isWatching = state === 'unlocked' && store !== 'session';
    if (isWatching === this.#isWatching) return;
    this.#isWatching = isWatching;
    this.#use();
    this.review();
  }

  /** Input. What comes when the time is over, before the timer does (which stood still while the machine slept), locks. */
  touch(): void {
    const limitMs = this.#options.minutes() * 60_000;
    const isOver = this.#stopTimer !== undefined && this.#now() - this.#usedAt >= limitMs;
    if (isOver && !this.#options.isInUse()) this.review();
    else this.#use();
  }

  #use(): void {
    this.#usedAt = this.#now();
  }

  /** To be told when what goes on by itself may have begun or ended. */
  useMayHaveChanged(): void {
    const isInUse = this.#options.isInUse();
    if (this.#wasInUse && !isInUse) this.#use();
    this.#wasInUse = isInUse;
  }

  /** Also when the setting has changed. */
  review(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const limitMs = this.#options.minutes() * 60_000;
    if (!this.#isWatching || limitMs === 0) return;
    this.useMayHaveChanged();
    if (this.#wasInUse) this.#use();
    // A clock that was set back does not keep it open for as much longer.
    this.#usedAt = Math.min(this.#usedAt, this.#now());
    const leftMs = this.#usedAt + limitMs - this.#now();
    if (leftMs <= 0) this.#options.lock();
    else this.#stopTimer = this.#later(leftMs, () => this.review());
  }

  close(): void {
    this.#isWatching = false;
    this.review();
  }
}
