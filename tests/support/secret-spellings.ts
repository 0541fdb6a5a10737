/** In which forms a secret may lie about: how its characters are written, and how wide each of them is in bytes. */

export interface Secret {
  /** What reports call it. */
  readonly name: string;
  /** As it was entered: UTF-8 text. Or bytes that are a secret themselves, such as a master key behind its base64. */
  readonly value: string | Uint8Array;
}

export interface Spelling {
  /** Such as `base64 +1, UTF-16`. */
  readonly name: string;
  readonly bytes: Buffer;
  /** A run of this many bytes gives away what a run of `leastCharacters` of the secret does. */
  readonly leastRun: number;
}

/** A piece of a secret that is shorter than this is not looked for: the last four characters are shown on purpose. */
export const leastCharacters = 12;

/**
 * All of them, without doubles. Base64 is cut at both ends to what does not depend on the bytes around it: it is found
 * whatever follows and however it is padded.
 */
export function spellingsOf({ value }: Secret): Spelling[] {
  const bytes = Buffer.from(value);
  const text = typeof value === 'string' ? value : undefined;
  const found = new Map<string, Spelling>();
  const add = (name: string, form: Buffer, leastRun: number) => {
    const key = form.toString('latin1');
    if (form.length >= leastRun && !found.has(key)) found.set(key, { name, bytes: form, leastRun });
  };
  if (text === undefined) add('bytes', bytes, leastCharacters);
  for (const [name, characters, perByte] of [...textForms(text), ...byteForms(bytes)]) {
    const least = Math.ceil(leastCharacters * perByte);
    add(name, Buffer.from(characters, 'utf8'), least);
    // V8 keeps one byte for each character of a text that has none beyond U+00FF.
    if (!/[^\0-\xff]/.test(characters)) add(`${name}, Latin-1`, Buffer.from(characters, 'latin1'), least);
    const wide = Buffer.from(characters, 'utf16le');
    // Both orders of the bytes have one name: between zeros, ASCII reads both ways.
    add(`${name}, UTF-16`, wide, 2 * least);
    add(`${name}, UTF-16`, Buffer.from(wide).swap16(), 2 * least);
  }
  return [...found.values()];
}

/** A name, the characters, and how many of them one byte of the secret becomes at least. */
type Form = readonly [name: string, characters: string, perByte: number];

function byteForms(bytes: Buffer): Form[] {
  const hex = bytes.toString('hex');
  return [
    ['hex', hex, 2],
    ['HEX', hex.toUpperCase(), 2],
    ...[0, 1, 2].flatMap((offset): Form[] => {
      const standard = base64Core(bytes, offset);
      const url = standard.replaceAll('+', '-').replaceAll('/', '_');
      return [
        [`base64 +${offset}`, standard, 4 / 3],
        [`base64url +${offset}`, url, 4 / 3],
      ];
    }),
  ];
}

/** The characters of base64 that are the secret's alone when `offset` other bytes come before it in its group of three. */
function base64Core(bytes: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const from = Math.ceil((offset * 4) / 3);
  const to = Math.floor(((offset + bytes.length) * 4) / 3);
  return whole.slice(from, to);
}

function textForms(text: string | undefined): Form[] {
  if (text === undefined) return [];
  const json = inJson(text);
  const ascii = escapeNonAscii(json);
  const component = encodeURIComponent(text);
  // Browsers write an apostrophe in a query in another way than `encodeURIComponent`.
  const inQuery = component.replaceAll("'", '%27');
  const urls = [component, inQuery, formEncoded(text), strictlyEncoded(text)];
  return [
    ['text', text, 1],
    ...urls.flatMap((url): Form[] => [
      ['URL', url, 1],
      ['URL', lowerCaseEscapes(url), 1],
    ]),
    ...[json, inJson(json), json.replaceAll('/', '\\/'), ascii, upperCaseEscapes(ascii), inJson(ascii)].map(
      (form): Form => ['JSON', form, 1],
    ),
  ];
}

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);

/** As `application/x-www-form-urlencoded` has it. */
const formEncoded = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);

/** All but the unreserved characters of RFC 3986. */
const strictlyEncoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${hexCode(character, 2).toUpperCase()}`);

const lowerCaseEscapes = (text: string) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());

const escapeNonAscii = (text: string) => text.replace(/[^\0-\x7f]/g, (unit) => `\\u${hexCode(unit, 4)}`);

const upperCaseEscapes = (text: string) =>
  text.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`);

const hexCode = (unit: string, width: number) => unit.charCodeAt(0).toString(16).padStart(width, '0');
