/**
 * Free text over what the page shows of an event: channel, event name, and data with its quotes and escapes
 * resolved. Case is ignored.
 */
import { RawProbe } from './raw-probe.ts';

export class TextNeedle {
  readonly #folded: string;
  /** What a line that matches has in its raw text. Undefined: nothing is known of it. */
  readonly probe: RawProbe | undefined;

  constructor(text: string) {
    this.#folded = fold(text);
    this.probe = RawProbe.of(this.#folded);
  }

  matchesName(name: string): boolean {
    return fold(name).includes(this.#folded);
  }

  /** Matches data as text and, if it looks like JSON, as its tree shows it: without escapes. */
  matchesData(data: string): boolean {
    const folded = fold(data);
    if (folded.includes(this.#folded)) return true;
    const shown = resolvedData(data);
    return shown !== undefined && fold(shown).includes(this.#folded);
  }
}

/** The last letter of a Greek word has a form of its own, which toLowerCase picks by what follows. */
export function fold(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/** Data as its tree shows it. Undefined: the same as the text. */
export function resolvedData(data: string): string | undefined {
  return data.includes('\\') && /^\s*["[{]/.test(data) ? resolveEscapes(data) : undefined;
}

const escapes = /\\(?:u([0-9a-fA-F]{4})|(.))/gs;
const shortEscapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function resolveEscapes(json: string): string {
  // Mostly quotes are escaped and nothing else, which takes a tenth of the time.
  const withoutQuotes = json.includes('\\\\') ? json : json.replaceAll('\\"', '"');
  if (!withoutQuotes.includes('\\')) return withoutQuotes;
  return json.replace(escapes, (_, code: string | undefined, character: string | undefined) =>
    code === undefined
      ? (shortEscapes[character ?? ''] ?? character ?? '')
      : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
