/**
 * The longest part of a text that raw lines can spell in one way only, but for the case of its letters: bytes, of
 * which each is one of two. A line without it does not hold the text, unless it has `\u` escapes, which may spell
 * anything.
 */

/** Characters that a JSON string can or must escape with a backslash; all others stand as themselves or as `\u` escapes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what JSON escapes.
const spelledDifferently = /["\\/\u0000-\u001f\ud800-\udfff]/u;

/**
 * Folded characters that more than two spellings fold to, or one of another length: the Kelvin sign becomes a k.
 * A test goes through all of Unicode.
 */
const foldedFromOthers = new Set('ikåςσωθǆǉǌǳ\u0307');

/** What is looked for, as it can be told to another thread. */
export interface ProbeBytes {
  /** Both forms of each byte; the same where there is one. */
  readonly small: Uint8Array;
  readonly large: Uint8Array;
  /** Of two neighbouring bytes that are rare in logs. Of a probe of one byte: 0. */
  readonly pairStart: number;
}

export class RawProbe implements ProbeBytes {
  readonly small: Uint8Array;
  readonly large: Uint8Array;
  readonly pairStart: number;

  static of(folded: string): RawProbe | undefined {
    let best: Spelled[] = [];
    let run: Spelled[] = [];
    for (const character of folded) {
      const spelled = spellings(character);
      if (spelled) run.push(spelled);
      if (sizeOf(run) > sizeOf(best)) best = [...run];
      if (!spelled) run = [];
    }
    return best.length === 0 ? undefined : new RawProbe(best);
  }

  private constructor(spelled: readonly Spelled[]) {
    this.small = Buffer.concat(spelled.map(({ small }) => small));
    this.large = Buffer.concat(spelled.map(({ large }) => large));
    const pairs = Array.from({ length: Math.max(1, this.small.length - 1) }, (_, start) => start);
    const rarity = (start: number) => rarityOf(this.small[start] ?? 0) + rarityOf(this.small[start + 1] ?? 0);
    this.pairStart = pairs.reduce((rarest, start) => (rarity(start) > rarity(rarest) ? start : rarest));
  }

  get length(): number {
    return this.small.length;
  }
}

/** @param place where the pair was found */
export function isProbeAt(
  { small, large, pairStart }: ProbeBytes,
  bytes: Uint8Array,
  place: number,
): boolean {
  const start = place - pairStart;
  for (let index = 0; index < small.length; index++) {
    const byte = bytes[start + index];
    if (byte !== small[index] && byte !== large[index]) return false;
  }
  return true;
}

interface Spelled {
  readonly small: Buffer;
  readonly large: Buffer;
}

function sizeOf(run: readonly Spelled[]): number {
  return run.reduce((size, { small }) => size + small.length, 0);
}

function spellings(character: string): Spelled | undefined {
  if (spelledDifferently.test(character) || foldedFromOthers.has(character)) return undefined;
  const small = Buffer.from(character);
  const upper = character.toUpperCase();
  // Such as `ß` and `ᾀ`: they have other large forms beside this one.
  if ([...upper].length > 1) return undefined;
  const large = upper.toLowerCase() === character ? Buffer.from(upper) : small;
  return small.length === large.length ? { small, large } : undefined;
}

/** A guess, for logs of JSON in Western languages: it decides on speed alone. */
function rarityOf(byte: number): number {
  if (byte >= 0xc0) return 6;
  if (byte >= 0x80) return 5;
  const character = String.fromCharCode(byte);
  if (/[qxzjw]/.test(character)) return 4;
  if (/[vkbfgpy!#%&*+;<=>?@^`|~]/.test(character)) return 3;
  if (/[a-z]/.test(character)) return 1;
  return /[0-9.()'$]/.test(character) ? 2 : 0;
}
