/**
 * What stands before and behind a frame in its line: `{"t":1700000000000.000,"dir":"in","frame":` and `}` with a line
 * feed. Between 2001 and 2286 the bytes before are as many for every frame of one connection and direction: so whoever
 * copies a frame leaves room for them, and the line is made around the frame where it lies.
 */
import { connectionOf, type FrameCode, frameKinds, kindOf } from './frame-code.ts';

const closing = Buffer.from('}\n');
export const closingBytes = closing.length;
/** `1700000000000.000` */
const timeBytes = 17;

const lengths = new Uint8Array(256);

/** Bytes to leave before a frame. @param code its kind and connection */
export function prefixBytes(code: FrameCode): number {
  const known = lengths[code] ?? 0;
  if (known > 0) return known;
  const length = timeBytes + `{"t":,${origin(code)},"frame":`.length;
  lengths[code] = length;
  return length;
}

/** The members of a line that say where it is from. */
export function origin(code: FrameCode): string {
  const connection = connectionOf(code);
  const direction = `"dir":"${directionOf(code)}"`;
  return connection === 1 ? direction : `${direction},"conn":${connection}`;
}

export function directionOf(code: FrameCode): 'in' | 'out' | 'note' {
  const kind = kindOf(code);
  if (kind === frameKinds.note) return 'note';
  return kind === frameKinds.out ? 'out' : 'in';
}

/** The bytes before the frames of one code. Of two in one millisecond only three digits differ, so only these are written. */
export class FramePrefix {
  readonly #origin: string;
  readonly #usualLength: number;
  #bytes = Buffer.alloc(0);
  #wholeMs = -1;
  #fractionStart = 0;

  constructor(code: FrameCode) {
    this.#origin = origin(code);
    this.#usualLength = prefixBytes(code);
  }

  at(atMs: number): Buffer {
    const wholeMs = Math.floor(atMs);
    if (wholeMs !== this.#wholeMs) {
      this.#wholeMs = wholeMs;
      this.#fractionStart = `{"t":${wholeMs}.`.length;
      this.#bytes = Buffer.from(`{"t":${wholeMs}.000,${this.#origin},"frame":`);
    }
    const fraction = Math.round((atMs - wholeMs) * 1000);
    this.#bytes[this.#fractionStart] = 0x30 + Math.floor(fraction / 100);
    this.#bytes[this.#fractionStart + 1] = 0x30 + (Math.floor(fraction / 10) % 10);
    this.#bytes[this.#fractionStart + 2] = 0x30 + (fraction % 10);
    return this.#bytes;
  }

  /** Makes the line around a frame that lies in a batch. False: its time does not fit into the room before it. */
  surround(atMs: number, bytes: Uint8Array, start: number, end: number): boolean {
    const prefix = this.at(atMs);
    if (prefix.length !== this.#usualLength) return false;
    bytes.set(prefix, start - prefix.length);
    bytes.set(closing, end);
    return true;
  }
}
