/** Runs an action soon after it is asked for, but not more often than once in an interval. */
export class Throttle {
  readonly #intervalMs: number;
  readonly #action: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isAskedAgain = false;
  #isStopped = false;

  constructor(intervalMs: number, action: () => void) {
    this.#intervalMs = intervalMs;
    this.#action = action;
  }

  /** The first request is answered at once, those of the next interval together at its end. */
  request(): void {
    if (this.#isStopped) return;
    if (this.#timer) {
      this.#isAskedAgain = true;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#isAskedAgain) return;
      this.#isAskedAgain = false;
      this.request();
    }, this.#intervalMs);
    this.#action();
  }

  /** At once, whatever went before: what somebody waits for. */
  requestNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.request();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
