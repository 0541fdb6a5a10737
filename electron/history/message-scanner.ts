/**
 * Recognises the usual frame, `{"event":"…","channel":"…","data":"…"}` with its members in any order, byte by byte and
 * without making anything: the writer's time is mostly this. Whatever is not of exactly this form (blanks, data that
 * is no string, escapes in a name) is left to JSON.parse; what is recognised, JSON.parse accepts as well.
 */

const quote = 0x22;
const backslash = 0x5c;
const notFound = -1;

/** Bytes that a JSON string holds as themselves. Those from 0x80 on are UTF-8, which the caller has checked. */
const isPlain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte !== quote && byte !== backslash ? 1 : 0,
);
const isShortEscape = marks('"\\/bfnrt');
const isHexDigit = marks('0123456789abcdefABCDEF');

function marks(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) table[byte] = 1;
  return table;
}

/** A part of the scanned bytes. */
export interface Span {
  start: number;
  end: number;
  isPresent: boolean;
}

export class MessageScanner {
  /** Of the message that was scanned last. */
  readonly event: Span = { start: 0, end: 0, isPresent: false };
  readonly channel: Span = { start: 0, end: 0, isPresent: false };
  #hasEscapes = false;

  /** False: not the usual form. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.event.isPresent = false;
    this.channel.isPresent = false;
    if (bytes[start] !== 0x7b) return false;
    let position = start + 1;
    for (;;) {
      if (bytes[position] !== quote) return false;
      const keyStart = position + 1;
      const keyEnd = this.#endOfString(bytes, keyStart);
      if (keyEnd === notFound || this.#hasEscapes) return false;
      if (bytes[keyEnd + 1] !== 0x3a || bytes[keyEnd + 2] !== quote) return false;
      const valueStart = keyEnd + 3;
      const valueEnd = this.#endOfString(bytes, valueStart);
      // A string without an end may have found one in the frame that lies behind.
      if (valueEnd === notFound || valueEnd >= end - 1) return false;
      const named = this.#spanOf(bytes, keyStart, keyEnd);
      if (named) {
        if (this.#hasEscapes) return false;
        named.start = valueStart;
        named.end = valueEnd;
        named.isPresent = true;
      }
      const next = bytes[valueEnd + 1];
      if (next === 0x7d) return valueEnd + 2 === end;
      if (next !== 0x2c) return false;
      position = valueEnd + 2;
    }
  }

  #spanOf(bytes: Uint8Array, start: number, end: number): Span | undefined {
    if (end - start === 5 && isWord(bytes, start, eventWord)) return this.event;
    if (end - start === 7 && isWord(bytes, start, channelWord)) return this.channel;
    return undefined;
  }

  /** @param start after the opening quote. Answers the place of the closing one. */
  #endOfString(bytes: Uint8Array, start: number): number {
    this.#hasEscapes = false;
    let position = start;
    for (;;) {
      while (isPlain[bytes[position] ?? 0] === 1) position++;
      const byte = bytes[position];
      if (byte === quote) return position;
      if (byte !== backslash) return notFound;
      this.#hasEscapes = true;
      const escaped = bytes[position + 1] ?? 0;
      if (isShortEscape[escaped] === 1) position += 2;
      else if (escaped === 0x75 && isHex(bytes, position + 2)) position += 6;
      else return notFound;
    }
  }
}

const eventWord = Buffer.from('event');
const channelWord = Buffer.from('channel');

function isWord(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index++) {
    if (bytes[start + index] !== word[index]) return false;
  }
  return true;
}

function isHex(bytes: Uint8Array, start: number): boolean {
  for (let index = start; index < start + 4; index++) {
    if (isHexDigit[bytes[index] ?? 0] !== 1) return false;
  }
  return true;
}
