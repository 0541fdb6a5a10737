/**
 * What the query thread's regular expressions do, told through shared memory: a thread that an expression keeps busy
 * can tell nothing in any other way.
 */
const turnsPlace = 0;
const viewPlace = 1;
const sequencePlace = 2;

export function createRegexWatch(): SharedArrayBuffer {
  return new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
}

/** The query thread's end. */
export class RegexReporter {
  readonly #memory: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#memory = new Int32Array(memory);
  }

  /** @param viewNumber whose filter it is of */
  test(regex: RegExp, text: string, viewNumber: number, sequence: number): boolean {
    this.#memory[viewPlace] = viewNumber;
    this.#memory[sequencePlace] = sequence;
    Atomics.add(this.#memory, turnsPlace, 1);
    try {
      return regex.test(text);
    } finally {
      Atomics.add(this.#memory, turnsPlace, 1);
    }
  }
}

export interface StuckRegex {
  readonly viewNumber: number;
  readonly sequence: number;
}

/** The main thread's end. */
export class RegexObserver {
  readonly #memory: Int32Array;
  #turns = -1;
  #sinceMs = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#memory = new Int32Array(memory);
  }

  /** The expression that has been busy with one text since a look that was at least `limitMs` ago. */
  look(nowMs: number, limitMs: number): StuckRegex | undefined {
    const turns = Atomics.load(this.#memory, turnsPlace);
    if (turns !== this.#turns) {
      this.#turns = turns;
      this.#sinceMs = nowMs;
    }
    const isBusy = turns % 2 !== 0;
    if (!isBusy || nowMs - this.#sinceMs < limitMs) return undefined;
    return { viewNumber: this.#memory[viewPlace] ?? 0, sequence: this.#memory[sequencePlace] ?? 0 };
  }
}
