/**
 * Looks for many byte patterns at once in a stream of chunks: Wu and Manber's algorithm (“A fast algorithm for
 * multi-pattern searching”, 1994), which looks at a few bytes and leaps when no pattern has them.
 */
import { type Pattern, patternMinimumBytes } from './patterns.ts';

export interface Hit {
  readonly pattern: Pattern;
  /** Bytes from the beginning of the stream. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
}

const newline = 10;
/** So many bytes are looked at together. */
const blockBytes = 3;
/** The part of a pattern that is looked for; what follows it is compared. */
const windowBytes = patternMinimumBytes;
const tableBits = 18;

export class Searcher {
  /** By a block's hash: how far the window may move on. 0: a pattern may end its window here. */
  readonly #leap = new Uint8Array(2 ** tableBits).fill(windowBytes - blockBytes + 1);
  /** By the hash of the window's last block. */
  readonly #candidates = new Map<number, Pattern[]>();
  readonly #longest: number;

  /** @param patterns Of at least `patternMinimumBytes` each. */
  constructor(patterns: readonly Pattern[]) {
    for (const pattern of patterns) {
      for (let end = blockBytes; end <= windowBytes; end++) {
        const block = hashAt(pattern.bytes, end - blockBytes);
        this.#leap[block] = Math.min(this.#leap[block] as number, windowBytes - end);
      }
      const last = hashAt(pattern.bytes, windowBytes - blockBytes);
      this.#candidates.set(last, [...(this.#candidates.get(last) ?? []), pattern]);
    }
    this.#longest = Math.max(windowBytes, ...patterns.map(({ bytes }) => bytes.length));
  }

  /** Begins a stream. */
  stream(onHit: (hit: Hit) => void): { push(chunk: Uint8Array): void; end(): void } {
    let rest = new Uint8Array(0);
    let consumed = 0;
    let line = 1;
    /** Patterns may begin before `limit`; what follows it is there to be compared with. */
    const scan = (bytes: Uint8Array, limit: number) => {
      let counted = 0;
      this.#scan(bytes, limit, (pattern, at) => {
        line += newlines(bytes, counted, at);
        counted = at;
        onHit({ pattern, offset: consumed + at, line });
      });
      line += newlines(bytes, counted, limit);
      consumed += limit;
    };
    return {
      push: (chunk) => {
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        const limit = Math.max(0, bytes.length - (this.#longest - 1));
        scan(bytes, limit);
        rest = bytes.slice(limit);
      },
      end: () => {
        scan(rest, rest.length);
        rest = new Uint8Array(0);
      },
    };
  }

  /** For short ones, such as a name. Offsets are in its UTF-8. */
  inText(text: string): readonly Hit[] {
    const hits: Hit[] = [];
    const stream = this.stream((hit) => hits.push(hit));
    stream.push(Buffer.from(text));
    stream.end();
    return hits;
  }

  #scan(bytes: Uint8Array, limit: number, onMatch: (pattern: Pattern, at: number) => void): void {
    const leaps = this.#leap;
    const last = bytes.length - windowBytes;
    for (let at = 0; at < limit && at <= last; ) {
      const block = hashAt(bytes, at + windowBytes - blockBytes);
      const leap = leaps[block] as number;
      if (leap > 0) {
        at += leap;
        continue;
      }
      for (const pattern of this.#candidates.get(block) ?? []) {
        if (isAt(bytes, at, pattern.bytes)) onMatch(pattern, at);
      }
      at++;
    }
  }
}

/** Of three bytes, in `tableBits` bits. A block that shares another's hash only costs a comparison. */
function hashAt(bytes: Uint8Array, at: number): number {
  const block = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  return Math.imul(block, 0x9e3779b1) >>> (32 - tableBits);
}

function isAt(bytes: Uint8Array, at: number, pattern: Uint8Array): boolean {
  if (at + pattern.length > bytes.length) return false;
  for (let index = 0; index < pattern.length; index++) {
    if (bytes[at + index] !== pattern[index]) return false;
  }
  return true;
}

function newlines(bytes: Uint8Array, from: number, to: number): number {
  const part = bytes.subarray(from, to);
  let count = 0;
  for (let at = part.indexOf(newline); at >= 0; at = part.indexOf(newline, at + 1)) count++;
  return count;
}
