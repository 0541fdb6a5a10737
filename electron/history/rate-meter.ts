/** Events of the last second, in tenths of a second. */
const slotMs = 100;
const slotCount = 10;

export class RateMeter {
  readonly #now: () => number;
  readonly #counts = new Float64Array(slotCount);
  #slot = 0;

  /** @param now Milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(count: number): void {
    this.#advance();
    const index = this.#slot % slotCount;
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
  }

  get perSecond(): number {
    this.#advance();
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #advance(): void {
    const slot = Math.floor(this.#now() / slotMs);
    const steps = Math.min(slot - this.#slot, slotCount);
    for (let step = 0; step < steps; step++) this.#counts[(slot - step) % slotCount] = 0;
    this.#slot = Math.max(slot, this.#slot);
  }
}
