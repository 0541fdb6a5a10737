/**
 * Finds where a JSON string ends, sixteen bytes at a time: of what the writer does for an event this is the largest
 * part, as the data of an event is a string full of escaped quotes. So the loop is WebAssembly, put together here:
 *   for (;;) {
 *     quotes, backslashes, controls = which of 16 bytes from `place` on are one
 *     if (no controls, no two backslashes side by side, and a quote behind each backslash but one in the last place) {
 *       if (a quote has no backslash before it) return its place;
 *       place += the last is a backslash ? 15 : 16;
 *       continue;
 *     }
 *     place += the first of them;
 *     if (it is a quote) return place;
 *     if (it is a control) return -1;
 *     if (a short escape follows) place += 2;
 *     else if (u and four hexadecimal digits follow) place += 6;
 *     else return -1;
 *   }
 */
import { leb, name, section, signedLeb, sized } from './wasm-encoding.ts';

const quote = 0x22;
const backslash = 0x5c;
const isShort = 1;
const isHex = 2;
/** What each byte may be in an escape lies before the text. */
const tableBytes = 256;
/** Behind the text there is a quote, and room for what is looked at beyond it. */
const beyondBytes = 32;
const pageBytes = 65_536;
const pages = 8;
/** Room for a batch of the usual size. Each memory reserves gigabytes of addresses, so there is one, and it never grows. */
const mostBytes = pages * pageBytes - tableBytes - beyondBytes;

/** The types of Node have none of it, and those of the browser have too much. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (descriptor: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

type End = (place: number) => number;

interface Room {
  readonly bytes: Uint8Array;
  readonly end: End;
}

export class StringEnds {
  /** Undefined: there is no memory for it. */
  readonly #room = createRoom();

  /** Takes a copy of a text in UTF-8, in place of the one before. False: there is no room for it. */
  take(text: Uint8Array): boolean {
    if (!this.#room || text.length > mostBytes) return false;
    this.#room.bytes.set(text, tableBytes);
    this.#room.bytes[tableBytes + text.length] = quote;
    return true;
  }

  /**
   * Where the string ends whose first byte, after its quote, is at `start`: the place of the closing quote, which is
   * behind the text if it has none. -1: it has a byte or an escape that JSON does not allow; or no text was taken.
   */
  after(start: number): number {
    const end = this.#room?.end(start + tableBytes) ?? -1;
    return end === -1 ? -1 : end - tableBytes;
  }
}

function createRoom(): Room | undefined {
  try {
    const memory = new WebAssembly.Memory({ initial: pages });
    const module = new WebAssembly.Module(moduleBytes());
    const { exports } = new WebAssembly.Instance(module, { host: { memory } });
    const bytes = new Uint8Array(memory.buffer);
    for (const byte of Buffer.from('"\\/bfnrt')) bytes[byte] = isShort;
    for (const byte of Buffer.from('0123456789abcdefABCDEF')) bytes[byte] = (bytes[byte] ?? 0) | isHex;
    return { bytes, end: (exports as { readonly end: End }).end };
  } catch (error) {
    // What WebAssembly throws when it gets no memory.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const i32 = 0x7f;
const v128 = 0x7b;
const [place, byte, quotes, backslashes, controls, escaped, sixteen] = [0, 1, 2, 3, 4, 5, 6];

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const tee = (local: number) => [0x22, local];
const constant = (value: number) => [0x41, ...signedLeb(value)];
const add = [0x6a];
const and = [0x71];
const or = [0x72];
const xor = [0x73];
const shiftLeft = [0x74];
const equal = [0x46];
const isZero = [0x45];
const countTrailingZeros = [0x68];
const loadByte = (offset: number) => [0x2d, 0x00, ...leb(offset)];
const ifTrue = [0x04, 0x40];
const branch = (depth: number) => [0x0c, depth];
const leave = [0x0f];
const finish = [0x0b];
const load16 = [0xfd, 0x00, 0x00, 0x00];
const all = (value: number) => [0xfd, 0x0c, ...new Array<number>(16).fill(value)];
const equal16 = [0xfd, 0x23];
const below16 = [0xfd, 0x26];
const bitmask = [0xfd, 0x64];

/** Format: https://webassembly.github.io/spec/core/binary/ */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const forward = (by: number) => [...get(place), ...constant(by), ...add, ...set(place)];
  const isHexAt = (offset: number) => [...get(place), ...loadByte(offset), ...loadByte(0)];
  const which = (value: number, comparison: readonly number[], local: number) => [
    ...[...get(sixteen), ...all(value), ...comparison, ...bitmask, ...set(local)],
  ];
  const body = [
    ...[0x03, 0x40],
    ...[...get(place), ...load16, ...set(sixteen)],
    ...which(quote, equal16, quotes),
    ...which(backslash, equal16, backslashes),
    ...which(0x20, below16, controls),
    ...[...get(backslashes), ...constant(1), ...shiftLeft, ...constant(0xffff), ...and, ...tee(escaped)],
    // What follows on a backslash and is no quote, a backslash among it; or any control.
    ...[...get(quotes), ...constant(-1), ...xor, ...and, ...get(controls), ...or, ...isZero, ...ifTrue],
    ...[
      ...get(escaped),
      ...constant(-1),
      ...xor,
      ...get(quotes),
      ...and,
      ...tee(quotes),
      ...isZero,
      ...ifTrue,
    ],
    ...[...get(backslashes), ...constant(0x8000), ...and, ...isZero],
    ...[...ifTrue, ...forward(16), ...branch(3), ...finish, ...forward(15), ...branch(2), ...finish],
    ...[...get(place), ...get(quotes), ...countTrailingZeros, ...add, ...leave, ...finish],
    ...[...get(quotes), ...get(backslashes), ...or, ...get(controls), ...or, ...countTrailingZeros],
    ...[...get(place), ...add, ...tee(place), ...loadByte(0), ...tee(byte)],
    ...[...constant(quote), ...equal, ...ifTrue, ...get(place), ...leave, ...finish],
    ...[...get(byte), ...constant(backslash), ...equal, ...ifTrue],
    ...[...get(place), ...loadByte(1), ...tee(byte), ...loadByte(0), ...constant(isShort), ...and],
    ...[...ifTrue, ...forward(2), ...branch(2), ...finish],
    ...[...get(byte), ...constant(0x75), ...equal, ...ifTrue],
    ...[...isHexAt(2), ...isHexAt(3), ...and, ...isHexAt(4), ...and, ...isHexAt(5), ...and],
    ...[...constant(isHex), ...and, ...ifTrue, ...forward(6), ...branch(3), ...finish],
    ...finish,
    ...finish,
    ...finish,
    ...[...constant(-1), ...finish],
  ];
  const locals = [2, 5, i32, 1, v128];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 1, i32, 1, i32]),
    ...section(2, [1, ...name('host'), ...name('memory'), 2, 0, 0]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('end'), 0, 0]),
    ...section(10, [1, ...sized([...locals, ...body])]),
  ]);
}
