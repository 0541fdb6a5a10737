/** A clock, and timers, that go on when the test says so. */
import type { Disposer } from '#shared/lib/disposer.ts';

export class ManualClock {
  #now = 1_700_000_000_000;
  readonly #timers = new Set<{ at: number; readonly call: () => void }>();

  readonly now = (): number => this.#now;

  readonly later = (delayMs: number, call: () => void): Disposer => {
    const timer = { at: this.#now + delayMs, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get timerCount(): number {
    return this.#timers.size;
  }

  /** Runs each timer at its time. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].toSorted((a, b) => a.at - b.at);
      if (!next || next.at > until) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = until;
  }

  /** As the machine sleeps, or the user sets it. Timers go by the time that passes while it is awake. */
  set(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) timer.at += ms;
  }
}
