/** Runs something at most once in an interval, and once more for what was asked in between. */
export class Throttle {
  readonly #intervalMs: number;
  readonly #run: () => void;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMs: number, run: () => void) {
    this.#intervalMs = intervalMs;
    this.#run = run;
  }

  request(): void {
    if (this.#timer) return;
    const waitMs = Math.max(0, this.#lastAtMs + this.#intervalMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#lastAtMs = performance.now();
      this.#run();
    }, waitMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
