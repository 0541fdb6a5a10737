/**
 * Looks for two neighbouring bytes, in either case, and for `\u`, sixteen places at a time: the search over raw
 * segments is mostly this. `Buffer.indexOf` knows one spelling, and goes byte by byte where its first byte is
 * frequent; of a log of JSON in JSON every tenth byte is a backslash. So the loop is WebAssembly, put together here:
 *   for (; place < end; place += 16)
 *     if (any of 16: (b[p] ∈ {a0,a1} && b[p + distance] ∈ {b0,b1}) || (b[p] = '\' && b[p + 1] = 'u')) return p;
 *   return -1;
 */
import type { RawProbe } from './raw-probe.ts';

/** Room for a block. */
export const searchBytes = 1024 * 1024;
const pageBytes = 65_536;

/** The types of Node have none of it, and those of the browser have too much. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Exports {
  readonly find: Find;
  readonly memory: { readonly buffer: ArrayBuffer };
}

type Find = (
  start: number,
  end: number,
  distance: number,
  a0: number,
  a1: number,
  b0: number,
  b1: number,
) => number;

export class ByteSearch {
  /** What is searched is to be read into here. */
  readonly room: Buffer;
  readonly #find: Find;

  constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(searchModule()));
    const { find, memory } = exports as Exports;
    this.#find = find;
    this.room = Buffer.from(memory.buffer, 0, searchBytes);
  }

  /** The next place from `start` where the probe is, or a `\u`, in the first `end` bytes of the room; or -1. */
  next(probe: RawProbe, start: number, end: number): number {
    const { small, large, pairStart, length } = probe;
    const distance = length > 1 ? 1 : 0;
    const a0 = small[pairStart] ?? 0;
    const a1 = large[pairStart] ?? 0;
    const b0 = small[pairStart + distance] ?? 0;
    const b1 = large[pairStart + distance] ?? 0;
    for (let from = start; ; ) {
      const place = this.#find(from, end, distance, a0, a1, b0, b1);
      if (place === -1 || this.room[place] === backslash || probe.isAt(this.room, place)) return place;
      from = place + 1;
    }
  }
}

const backslash = 0x5c;

const i32 = 0x7f;
const v128 = 0x7b;
const [start, end, distance, a0, a1, b0, b1] = [0, 1, 2, 3, 4, 5, 6];
const [allA0, allA1, allB0, allB1, allBackslash, allU, first, second] = [7, 8, 9, 10, 11, 12, 13, 14];
const found = 15;

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
const bitmask = [0xfd, 0x64];

/** Format: https://webassembly.github.io/spec/core/binary/ */
function searchModule(): Uint8Array<ArrayBuffer> {
  const isOneOf = (value: number, one: number, other: number) => [
    ...[...get(value), ...get(one), ...equal],
    ...[...get(value), ...get(other), ...equal, ...or],
  ];
  const body = [
    ...[...get(a0), ...splat, ...set(allA0), ...get(a1), ...splat, ...set(allA1)],
    ...[...get(b0), ...splat, ...set(allB0), ...get(b1), ...splat, ...set(allB1)],
    ...[...constant(backslash), ...splat, ...set(allBackslash)],
    ...[...constant(0x75), ...splat, ...set(allU)],
    ...[0x03, 0x40],
    // Past the end: the bytes behind it are of an earlier block.
    ...[...get(start), ...get(end), ...lessThan, 0x45, ...ifNothing, ...constant(-1), ...leave, ...finish],
    ...[...get(start), ...load(0), ...set(first)],
    ...[...get(start), ...get(distance), ...add, ...load(0), ...set(second)],
    ...[...isOneOf(first, allA0, allA1), ...isOneOf(second, allB0, allB1), ...and],
    ...[...get(first), ...get(allBackslash), ...equal],
    ...[...get(start), ...load(1), ...get(allU), ...equal, ...and, ...or],
    ...[...bitmask, ...tee(found), ...ifNothing],
    ...[...get(start), ...get(found), ...countTrailingZeros, ...add, ...tee(start)],
    ...[
      ...get(end),
      ...lessThan,
      0x04,
      i32,
      ...get(start),
      0x05,
      ...constant(-1),
      ...finish,
      ...leave,
      ...finish,
    ],
    ...[...get(start), ...constant(16), ...add, ...set(start), 0x0c, 0x00, ...finish],
    ...[0x00, ...finish],
  ];
  const locals = [2, 8, v128, 1, i32];
  // One page more, as sixteen bytes are looked at from the last one on.
  const pages = searchBytes / pageBytes + 1;
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 7, i32, i32, i32, i32, i32, i32, i32, 1, i32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...leb(pages)]),
    ...section(7, [2, ...exported('find', 0), ...exported('memory', 2)]),
    ...section(10, [1, ...sized([...locals, ...body])]),
  ]);
}

function exported(name: string, type: number): number[] {
  return [...sized([...Buffer.from(name)]), type, 0];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

function sized(content: readonly number[]): number[] {
  return [...leb(content.length), ...content];
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function signedLeb(value: number): number[] {
  const isLast = value >= -64 && value < 64;
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)];
}
