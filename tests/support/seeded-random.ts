/** Random cases that can be made again from their seed. */
export class SeededRandom {
  #state: number;

  /** @param seed an integer */
  constructor(seed: number) {
    this.#state = seed;
  }

  /** Mulberry32: 0 to less than 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** From `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.integer(0, choices.length - 1)];
    if (choice === undefined) throw new Error('Nothing to pick from.');
    return choice;
  }

  text(alphabet: string, least: number, most: number): string {
    const characters = [...alphabet];
    return Array.from({ length: this.integer(least, most) }, () => this.pick(characters)).join('');
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.integer(0, 255));
  }

  /** A value that JSON can hold, with characters of every width. */
  json(depth = 3): unknown {
    const kind = this.integer(0, depth > 0 ? 6 : 4);
    if (kind === 0) return this.integer(-1_000_000, 1_000_000);
    if (kind === 1) return this.fraction() < 0.5;
    if (kind === 2) return null;
    if (kind <= 4) return this.text('abc ÄßИ中😀"\\/\n\u2028:&=+%', 0, 30);
    if (kind === 5) return Array.from({ length: this.integer(0, 4) }, () => this.json(depth - 1));
    const names = Array.from({ length: this.integer(0, 4) }, () => this.text('abcdé', 1, 6));
    return Object.fromEntries(names.map((name) => [name, this.json(depth - 1)]));
  }
}
