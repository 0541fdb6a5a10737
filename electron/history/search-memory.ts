/**
 * The memory in which two threads search: rooms for blocks, and for each room what is asked of it and what was found.
 * A room belongs to the query thread, but for the time in which the search thread has taken it.
 */
import { createMemory, type Found, overlookBytes, pageBytes, type WasmMemory } from './byte-search.ts';

/** Of a room. A block is smaller, but for a single line. */
export const roomBytes = 1024 * 1024;
/** That are searched ahead, besides the query thread's own: enough to keep busy who is faster. */
export const roomsAhead = 12;
/** More lines that may match, and every line of a block may. */
const mostPlaces = 4096;

/** What has become of a room. `wanted` becomes `taken`, or `idle` again, by whoever exchanges it first. */
export const roomStates = { idle: 0, wanted: 1, taken: 2, searched: 3, failed: 4 } as const;
export type RoomState = (typeof roomStates)[keyof typeof roomStates];

/** Of a room's head, in numbers of four bytes. */
const [statePlace, turnPlace, taskPlace, offsetPlace, sizePlace, escapesPlace, countPlace] = [
  0, 1, 2, 3, 4, 5, 6,
];
const headNumbers = 8;
const headBytes = 4 * (headNumbers + mostPlaces);
/** The first bytes of the memory count what was asked. */
const firstHead = 64;
const firstRoom = Math.ceil((firstHead + (roomsAhead + 1) * headBytes) / pageBytes) * pageBytes;
const pages = Math.ceil((firstRoom + (roomsAhead + 1) * roomBytes + overlookBytes) / pageBytes);

/** Bytes of a segment. */
export interface Range {
  readonly offset: number;
  readonly sizeBytes: number;
  /** A `\u` may be in them, which may spell anything. */
  readonly mayHaveEscapes: boolean;
}

export class Room {
  /** Of its first byte in the memory. */
  readonly address: number;
  readonly bytes: Buffer;
  /** Of lines that may match: see `ByteSearch.findLines`. */
  readonly places: Uint32Array;
  readonly #head: Int32Array;

  constructor({ buffer }: WasmMemory, index: number) {
    const head = firstHead + index * headBytes;
    this.address = firstRoom + index * roomBytes;
    this.bytes = Buffer.from(buffer, this.address, roomBytes);
    this.#head = new Int32Array(buffer, head, headNumbers);
    this.places = new Uint32Array(buffer, head + 4 * headNumbers, mostPlaces);
  }

  get state(): RoomState {
    return Atomics.load(this.#head, statePlace) as RoomState;
  }

  /** The place of what is asked among all that its search has asked: the first is to be searched first. */
  get turn(): number {
    return Atomics.load(this.#head, turnPlace);
  }

  /** What is to be searched, and for what: `SearchTask.id`. */
  get task(): number {
    return Atomics.load(this.#head, taskPlace);
  }

  /** In the task's file. */
  get range(): Range {
    return {
      offset: Atomics.load(this.#head, offsetPlace) >>> 0,
      sizeBytes: Atomics.load(this.#head, sizePlace),
      mayHaveEscapes: Atomics.load(this.#head, escapesPlace) !== 0,
    };
  }

  get found(): Found {
    return {
      count: Atomics.load(this.#head, countPlace),
      hasEscapes: Atomics.load(this.#head, escapesPlace) !== 0,
    };
  }

  ask(turn: number, task: number, { offset, sizeBytes, mayHaveEscapes }: Range): void {
    Atomics.store(this.#head, turnPlace, turn);
    Atomics.store(this.#head, taskPlace, task);
    Atomics.store(this.#head, offsetPlace, offset | 0);
    Atomics.store(this.#head, sizePlace, sizeBytes);
    Atomics.store(this.#head, escapesPlace, mayHaveEscapes ? 1 : 0);
    Atomics.store(this.#head, statePlace, roomStates.wanted);
  }

  /** Whether it was. */
  change(from: RoomState, to: RoomState): boolean {
    return Atomics.compareExchange(this.#head, statePlace, from, to) === from;
  }

  finish({ count, hasEscapes }: Found): void {
    Atomics.store(this.#head, countPlace, count);
    Atomics.store(this.#head, escapesPlace, hasEscapes ? 1 : 0);
    this.#leave(roomStates.searched);
  }

  fail(): void {
    this.#leave(roomStates.failed);
  }

  #leave(state: RoomState): void {
    Atomics.store(this.#head, statePlace, state);
    Atomics.notify(this.#head, statePlace);
  }

  /** Stops the thread until the search thread is done with it, or for so long. */
  waitWhileTaken(mostMs: number): void {
    Atomics.wait(this.#head, statePlace, roomStates.taken, mostMs);
  }
}

export class SearchMemory {
  readonly wasm: WasmMemory;
  /** The query thread's, for what it searches alone. */
  readonly own: Room;
  readonly ahead: readonly Room[];
  readonly #asked: Int32Array;

  constructor(wasm: WasmMemory) {
    this.wasm = wasm;
    this.own = new Room(wasm, roomsAhead);
    this.ahead = Array.from({ length: roomsAhead }, (_, index) => new Room(wasm, index));
    this.#asked = new Int32Array(wasm.buffer, 0, 1);
  }

  static create(): SearchMemory {
    return new SearchMemory(createMemory(pages));
  }

  /** Changes whenever something is asked. */
  get asked(): number {
    return Atomics.load(this.#asked, 0);
  }

  wakeSearcher(): void {
    Atomics.add(this.#asked, 0, 1);
    Atomics.notify(this.#asked, 0);
  }

  /** Stops the thread until more was asked than `asked`. */
  waitForMore(asked: number): void {
    Atomics.wait(this.#asked, 0, asked);
  }
}
