/**
 * Free text over what the page shows of an event: channel, event name, and data with its quotes and escapes
 * resolved. Case is ignored. Reading a million lines that way is slow, so a filter also offers a quick look at a
 * line's raw text that can rule the line out.
 */

/** Characters that a JSON string can or must escape with a backslash; all others stand as themselves or as `\u` escapes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what JSON escapes.
const spelledDifferently = /["\\/\u0000-\u001f]/;

export class Filter {
  readonly #needle: string;
  /** The longest part of the text that raw text spells in the same way; empty when there is none. */
  readonly #probe: string;

  /** Undefined for text that filters nothing. */
  static from(text: string): Filter | undefined {
    const needle = fold(text.trim());
    return needle === '' ? undefined : new Filter(needle);
  }

  private constructor(needle: string) {
    this.#needle = needle;
    const parts = needle.split(new RegExp(spelledDifferently, 'g'));
    this.#probe = parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
  }

  matchesName(name: string): boolean {
    return fold(name).includes(this.#needle);
  }

  /** Matches data as text and, if it looks like JSON, as its tree shows it: without escapes. */
  matchesData(data: string): boolean {
    const folded = fold(data);
    if (folded.includes(this.#needle)) return true;
    if (!folded.includes('\\') || !/^\s*["[{]/.test(data)) return false;
    return fold(resolveEscapes(data)).includes(this.#needle);
  }

  /**
   * Tells of parts of raw text, asked for from front to back, whether they may match. `\u` escapes may spell anything.
   * @param text ASCII, so that places stay the same when case is folded; or one line, asked for as a whole.
   */
  quickLook(text: string): (start: number, end: number) => boolean {
    const folded = fold(text);
    const probes = new Occurrences(folded, this.#probe);
    const escapes = new Occurrences(folded, '\\u');
    return (start, end) => probes.isWithin(start, end) || escapes.isWithin(start, end);
  }
}

/** Walks the places of a text from front to back. */
class Occurrences {
  readonly #text: string;
  readonly #part: string;
  #next: number;

  constructor(text: string, part: string) {
    this.#text = text;
    this.#part = part;
    this.#next = text.indexOf(part);
  }

  isWithin(start: number, end: number): boolean {
    if (this.#part === '') return true;
    if (this.#next !== -1 && this.#next < start) this.#next = this.#text.indexOf(this.#part, start);
    return this.#next !== -1 && this.#next < end;
  }
}

/** The last letter of a Greek word has a form of its own, which toLowerCase picks by what follows. */
function fold(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

const escapes = /\\(?:u([0-9a-fA-F]{4})|(.))/gs;
const shortEscapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function resolveEscapes(json: string): string {
  return json.replace(escapes, (_, code: string | undefined, character: string | undefined) =>
    code === undefined
      ? (shortEscapes[character ?? ''] ?? character ?? '')
      : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
