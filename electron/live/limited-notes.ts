/** Notes that a server can provoke: at most one a second, which then says how many were left out. */
import type { Recorder } from './recorder.ts';

const intervalMs = 1000;

export class LimitedNotes {
  readonly #recorder: Recorder;
  readonly #kind: string;
  readonly #now: () => number;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #leftOut = 0;

  constructor(recorder: Recorder, kind: string, now: () => number) {
    this.#recorder = recorder;
    this.#kind = kind;
    this.#now = now;
  }

  write(text: string): void {
    const atMs = this.#now();
    if (atMs - this.#lastAtMs < intervalMs) {
      this.#leftOut++;
      return;
    }
    const leftOut = this.#leftOut === 0 ? '' : ` (${this.#leftOut} more like it since the last note.)`;
    this.#lastAtMs = atMs;
    this.#leftOut = 0;
    this.#recorder.note(this.#kind, `${text}${leftOut}`);
  }
}
