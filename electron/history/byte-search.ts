/**
 * Looks for two neighbouring bytes, in either case, and for `\u` where there may be one, thirty-two places at a time: the search over raw
 * segments is mostly this. `Buffer.indexOf` knows one spelling, and goes byte by byte where its first byte is
 * frequent; of a log of JSON in JSON every tenth byte is a backslash. So the loop is WebAssembly, put together here:
 *   for (; place < end; place += 32)
 *     if (any of 32: ((b[p] | aMask) = a && (b[p + 1] | bMask) = b) || (b[p] = '\' && b[p + 1] = 'u')) return p;
 *   return -1;
 * A mask holds the bits in which the two forms of a byte differ. It lets a few other bytes through as well, which is
 * no harm: whoever calls looks at all bytes of the probe. Of what is known to have no `\u`, the second half is left out.
 */

import { isProbeAt, type ProbeBytes } from './raw-probe.ts';
import { leb, name, section, signedLeb, sized } from './wasm-encoding.ts';

/** Bytes behind the end that are looked at as well. */
export const overlookBytes = 48;

/** The types of Node have none of it, and those of the browser have too much. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (options: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WasmMemory;
};

/** Can be given to other threads. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}

export const pageBytes = 65_536;

export function createMemory(pages: number): WasmMemory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

type Find = (start: number, end: number, aMask: number, a: number, bMask: number, b: number) => number;

/** Lines that may match. */
export interface Found {
  /** Of places; `tooMany`: any line may match. */
  readonly count: number;
  /** Whether a line has a `\u` escape, as far as that was looked for. */
  readonly hasEscapes: boolean;
}

export class ByteSearch {
  readonly #bytes: Buffer;
  readonly #find: Find;
  readonly #findOrEscape: Find;

  constructor(memory: WasmMemory) {
    const pages = memory.buffer.byteLength / pageBytes;
    const module = new WebAssembly.Module(searchModule(pages));
    const { exports } = new WebAssembly.Instance(module, { shared: { memory } });
    const { find, findOrEscape } = exports as { readonly find: Find; readonly findOrEscape: Find };
    this.#find = find;
    this.#findOrEscape = findOrEscape;
    this.#bytes = Buffer.from(memory.buffer);
  }

  /** The next place from `start` on and before `end` where the probe is, or a `\u` if there may be one; or -1. */
  next(probe: ProbeBytes, start: number, end: number, mayHaveEscapes: boolean): number {
    const { small, large, pairStart } = probe;
    const a = small[pairStart] ?? 0;
    const aMask = a ^ (large[pairStart] ?? 0);
    const isPair = small.length > 1;
    const b = isPair ? (small[pairStart + 1] ?? 0) : anyByte;
    const bMask = isPair ? b ^ (large[pairStart + 1] ?? 0) : anyByte;
    const find = mayHaveEscapes ? this.#findOrEscape : this.#find;
    for (let from = start; ; ) {
      const place = find(from, end, aMask, a | aMask, bMask, b | bMask);
      if (place === -1 || this.#bytes[place] === backslash || isProbeAt(probe, this.#bytes, place))
        return place;
      from = place + 1;
    }
  }

  /**
   * Finds the lines from `start` to `end` that may match: writes down one place in each, from `start`. They rise for
   * each probe.
   */
  findLines(
    probes: readonly ProbeBytes[],
    start: number,
    end: number,
    places: Uint32Array,
    mayHaveEscapes: boolean,
  ): Found {
    let count = 0;
    let hasEscapes = false;
    for (const probe of probes) {
      // The first probe's places are those of all escapes.
      const isEscapeLooked = mayHaveEscapes && probe === probes[0];
      for (let place = this.next(probe, start, end, isEscapeLooked); place !== -1; ) {
        if (count === places.length) return { count: tooMany, hasEscapes: mayHaveEscapes };
        places[count++] = place - start;
        const lineEnd = this.#bytes.indexOf(lineFeed, place);
        if (lineEnd === -1 || lineEnd >= end) break;
        if (isEscapeLooked && !hasEscapes) hasEscapes = this.#hasEscape(place, lineEnd);
        place = this.next(probe, lineEnd + 1, end, isEscapeLooked);
      }
    }
    return { count, hasEscapes };
  }

  #hasEscape(start: number, end: number): boolean {
    return this.#findOrEscape(start, end, 0, neverByte, 0, neverByte) !== -1;
  }
}

export const tooMany = -1;
const backslash = 0x5c;
const lineFeed = 0x0a;
const anyByte = 0xff;
/** Of UTF-8. */
const neverByte = 0xff;

const i32 = 0x7f;
const v128 = 0x7b;
const sharedWithMaximum = 0x03;
const [start, end, aMask, a, bMask, b] = [0, 1, 2, 3, 4, 5];
const [allAMask, allA, allBMask, allB, allBackslash, allU, first, second, low, high] = [
  6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];
const found = 16;
const width = 16;

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const tee = (local: number) => [0x22, local];
const constant = (value: number) => [0x41, ...signedLeb(value)];
const add = [0x6a];
const lessThan = [0x49];
const countTrailingZeros = [0x68];
const ifNothing = [0x04, 0x40];
const leave = [0x0f];
const finish = [0x0b];
const load = (offset: number) => [0xfd, 0x00, 0x00, offset];
const splat = [0xfd, 0x0f];
const equal = [0xfd, 0x23];
const and = [0xfd, 0x4e];
const or = [0xfd, 0x50];
const anyTrue = [0xfd, 0x53];
const bitmask = [0xfd, 0x64];

/** Format: https://webassembly.github.io/spec/core/binary/ */
function searchModule(pages: number): Uint8Array<ArrayBuffer> {
  const isByte = (value: number, mask: number, byte: number) => [
    ...[...get(value), ...get(mask), ...or, ...get(byte), ...equal],
  ];
  const escapeSequence = [
    ...[...get(first), ...get(allBackslash), ...equal, ...get(second), ...get(allU), ...equal, ...and, ...or],
  ];
  const looked = (offset: number, result: number, withEscapes: boolean) => [
    ...[...get(start), ...load(offset), ...set(first), ...get(start), ...load(offset + 1), ...set(second)],
    ...[...isByte(first, allAMask, allA), ...isByte(second, allBMask, allB), ...and],
    ...(withEscapes ? escapeSequence : []),
    ...set(result),
  ];
  const answered = (offset: number, result: number) => [
    ...[...get(result), ...bitmask, ...tee(found), ...ifNothing],
    ...[...get(start), ...get(found), ...countTrailingZeros, ...add, ...constant(offset), ...add],
    // Past the end: the bytes behind it are not part of what is searched.
    ...[...tee(start), ...get(end), ...lessThan, 0x04, i32, ...get(start), 0x05, ...constant(-1), ...finish],
    ...[...leave, ...finish],
  ];
  const body = (withEscapes: boolean) => [
    ...[...get(aMask), ...splat, ...set(allAMask), ...get(a), ...splat, ...set(allA)],
    ...[...get(bMask), ...splat, ...set(allBMask), ...get(b), ...splat, ...set(allB)],
    ...[...constant(backslash), ...splat, ...set(allBackslash)],
    ...[...constant(0x75), ...splat, ...set(allU)],
    ...[0x03, 0x40],
    ...[...get(start), ...get(end), ...lessThan, 0x45, ...ifNothing, ...constant(-1), ...leave, ...finish],
    ...[...looked(0, low, withEscapes), ...looked(width, high, withEscapes)],
    ...[...get(low), ...get(high), ...or, ...anyTrue, ...ifNothing],
    ...[...answered(0, low), ...answered(width, high), ...finish],
    ...[...get(start), ...constant(2 * width), ...add, ...set(start), 0x0c, 0x00, ...finish],
    ...[0x00, ...finish],
  ];
  const locals = [2, 10, v128, 1, i32];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 6, i32, i32, i32, i32, i32, i32, 1, i32]),
    ...section(2, [
      1,
      ...name('shared'),
      ...name('memory'),
      2,
      sharedWithMaximum,
      ...leb(pages),
      ...leb(pages),
    ]),
    ...section(3, [2, 0, 0]),
    ...section(7, [2, ...name('find'), 0, 0, ...name('findOrEscape'), 0, 1]),
    ...section(10, [2, ...sized([...locals, ...body(false)]), ...sized([...locals, ...body(true)])]),
  ]);
}
