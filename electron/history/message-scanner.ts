/**
 * Recognises the usual frame, `{"event":"…","channel":"…","data":"…"}` with its members in any order, without
 * making anything: the writer's time is mostly this. Whatever is not of exactly this form (blanks, data that
 * is no string, escapes in a name) is left to JSON.parse; what is recognised, JSON.parse accepts as well.
 */

import { StringEnds } from './string-ends.ts';

const quote = 0x22;
const backslash = 0x5c;
const notFound = -1;

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
  readonly #strings = new StringEnds();
  #bytes: Uint8Array = new Uint8Array();

  /**
   * Takes the frames, one after the other, that are to be scanned: more than half a megabyte of them are left to
   * JSON.parse. They must not change meanwhile.
   */
  take(bytes: Uint8Array): void {
    this.#bytes = this.#strings.take(bytes) ? bytes : nothing;
  }

  /** False: not the usual form. */
  scan(start: number, end: number): boolean {
    this.event.isPresent = false;
    this.channel.isPresent = false;
    const bytes = this.#bytes;
    if (bytes[start] !== 0x7b) return false;
    let position = start + 1;
    for (;;) {
      if (bytes[position] !== quote) return false;
      const keyStart = position + 1;
      const keyEnd = endOfName(bytes, keyStart);
      if (keyEnd === notFound || bytes[keyEnd + 1] !== 0x3a || bytes[keyEnd + 2] !== quote) return false;
      const named = this.#spanOf(bytes, keyStart, keyEnd);
      const valueStart = keyEnd + 3;
      const valueEnd = named ? endOfName(bytes, valueStart) : this.#strings.after(valueStart);
      // A string without an end may have found one in the frame that lies behind.
      if (valueEnd === notFound || valueEnd >= end - 1) return false;
      if (named) {
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
}

const nothing = new Uint8Array();
const eventWord = Buffer.from('event');
const channelWord = Buffer.from('channel');

function isWord(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index++) {
    if (bytes[start + index] !== word[index]) return false;
  }
  return true;
}

/** The place of the quote that ends a name: it is short, and has no escapes. */
function endOfName(bytes: Uint8Array, start: number): number {
  for (let place = start; ; place++) {
    const byte = bytes[place] ?? 0;
    if (byte === quote) return place;
    if (byte < 0x20 || byte === backslash) return notFound;
  }
}
