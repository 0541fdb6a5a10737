/**
 * How long to wait before the next attempt to connect. A server that is down is tried again and again, so that its
 * return is noticed at once; one that answers and turns us away is left alone for longer each time.
 */
const firstDelayMs = 250;
const downLimitMs = 1000;
/** Down for about two minutes: no need to knock every second. */
const longDownAttempts = 120;
const longDownLimitMs = 5000;
/** Well under the 15 s after which pusher-js replaces a socket that has not opened. */
const turnedAwayLimitMs = 5000;
/** A connection that lived this long was a real one. */
export const settledAfterMs = 5000;

export class AttemptPacer {
  #unreachable = 0;
  #turnedAway = 0;

  delayMs(): number {
    const downMs = this.#unreachable > longDownAttempts ? longDownLimitMs : downLimitMs;
    return Math.max(backoffMs(this.#unreachable, downMs), backoffMs(this.#turnedAway, turnedAwayLimitMs));
  }

  /** Nothing answered. */
  unreachable(): void {
    this.#unreachable++;
  }

  /**
   * A connection that worked was cut off: the server died, or was started anew. pusher-js itself waits a second after
   * that, so one that dies again and again is not stormed, and its return is still noticed at once.
   */
  lost(): void {
    this.#unreachable = 0;
    this.#turnedAway = 0;
  }

  /** Something answered, and refused, or ended the connection after `livedMs`. */
  ended(livedMs: number): void {
    this.#unreachable = 0;
    this.#turnedAway = livedMs < settledAfterMs ? this.#turnedAway + 1 : 0;
  }
}

function backoffMs(failures: number, limitMs: number): number {
  return failures === 0 ? 0 : Math.min(limitMs, firstDelayMs * 2 ** Math.min(failures - 1, 20));
}
