/**
 * The log as a filter goes through it: blocks of lines, in order. Of a block first the columns are asked; then, if
 * that leaves lines open, its bytes are searched for what a match would have in it. In a long search the blocks ahead
 * are searched as well, by whoever comes to it first: the search thread, or this one, which then never waits for a
 * block that nobody has begun.
 */
import { type Found, tooMany } from './byte-search.ts';
import { indexInChunk, unpackFlags } from './columns.ts';
import { type Filter, unknown } from './filter.ts';
import { LogLine } from './line-reader.ts';
import type { LogReader } from './log-reader.ts';
import type { ProbeBytes } from './raw-probe.ts';
import type { Extent, Help, SearchLink } from './search-link.ts';
import { type Room, roomBytes, roomStates, roomsAhead } from './search-memory.ts';
import { Subject } from './subject.ts';

const blockLines = 16_384;
/** What stays in a processor's own memory between being read and being searched. */
export const blockBytes = roomBytes / 2;
/** The first answer is to come soon, however slow the filter is. */
const firstBlockLines = 2048;
/** One open line in so many, or fewer: read one by one. */
const sparseness = 64;
/** Shorter searches need no help. */
const blocksAlone = 8;

/** So many blocks are planned together: of each the columns may have to be asked, while rows and details wait. */
const plannedTogether = 3;

/** Lines from `start` to `end`, of which is known what can be known without their text. */
export interface Block {
  readonly start: number;
  readonly end: number;
  /** One for each line. */
  readonly verdicts: Uint8Array;
  /** Until the next block is asked for, or the thread's other work gets its turn. */
  line(sequence: number, lengthBytes: number): LogLine;
}

/** A block before its bytes are searched. */
interface Plan {
  readonly start: number;
  readonly end: number;
  /** By the columns; undefined: they decide nothing. */
  readonly verdicts: Uint8Array | undefined;
  /** Undefined: the columns left so few lines open that these are read one by one. */
  readonly extent: Extent | undefined;
}

interface Asked {
  readonly room: Room;
  readonly extent: Extent;
}

interface PlanAhead {
  readonly plan: Plan;
  /** Undefined: there is nothing to be searched, or no room for it. */
  readonly asked: Asked | undefined;
  /** Once it was searched. */
  block: Block | undefined;
}

export class Blocks {
  readonly #log: LogReader;
  readonly #filter: Filter;
  readonly #probes: readonly ProbeBytes[] | undefined;
  readonly #search: SearchLink;
  readonly #now: () => number;
  readonly #subject = new Subject();
  #doneAlone = 0;
  #help: Help | undefined;
  readonly #ahead: PlanAhead[] = [];

  /** @param now milliseconds of a clock that never goes back */
  constructor(log: LogReader, filter: Filter, search: SearchLink, now: () => number) {
    this.#now = now;
    this.#log = log;
    this.#filter = filter;
    this.#probes = filter.probes;
    this.#search = search;
  }

  /**
   * The block that a line is in. Undefined: the search thread is not done with it, after `mostMs` of searching others
   * and waiting.
   * @param sequence rises, until `release`
   */
  at(sequence: number, mostMs: number): Block | undefined {
    if (!this.#probes) return this.#searchAlone(this.#plan(sequence));
    if (this.#doneAlone >= blocksAlone) this.#help ??= this.#search.help(this.#probes);
    if (!this.#help) return this.#searchAlone(this.#plan(sequence));
    while (this.#ahead[0] && this.#ahead[0].plan.end <= sequence) this.#dropFirst(this.#help);
    this.#planAhead(this.#help, sequence);
    const [first] = this.#ahead;
    if (!first) throw new RangeError(`The log has no line ${sequence}.`);
    // What lies in the thread's own room is not there any more after a pause.
    if (!first.asked) return this.#searchAlone(first.plan);
    first.block ??= this.#searchAhead(first.plan, first.asked, this.#probes, mostMs);
    return first.block;
  }

  /** Nothing more is wanted, or something else is. */
  release(): void {
    this.#help?.release();
    this.#help = undefined;
    this.#ahead.length = 0;
    this.#doneAlone = 0;
  }

  #plan(start: number): Plan {
    const mostLines = start === this.#log.floor ? firstBlockLines : blockLines;
    const end = this.#log.blockEnd(start, mostLines, blockBytes);
    const verdicts = this.#filter.usesColumns ? new Uint8Array(end - start) : undefined;
    let open = end - start;
    if (verdicts) {
      for (let index = 0; index < verdicts.length; index++) {
        this.#subject.turnTo(start + index, this.#log.chunkOf(start + index));
        const verdict = this.#filter.test(this.#subject);
        verdicts[index] = verdict;
        if (verdict !== unknown) open--;
      }
    }
    const isSparse = open * sparseness <= end - start;
    return { start, end, verdicts, extent: isSparse ? undefined : this.#log.extent(start, end) };
  }

  /** Several at once, as each wakes the search thread. */
  #planAhead(help: Help, sequence: number): void {
    if (this.#ahead.length > roomsAhead - plannedTogether) return;
    let next = this.#ahead.at(-1)?.plan.end ?? sequence;
    for (let planned = 0; planned < plannedTogether && next < this.#log.count; planned++) {
      const plan = this.#plan(next);
      const { extent } = plan;
      const room = extent && extent.sizeBytes <= roomBytes ? help.ask(extent) : undefined;
      this.#ahead.push({ plan, asked: extent && room && { room, extent }, block: undefined });
      next = plan.end;
    }
    help.wake();
  }

  #dropFirst(help: Help): void {
    const first = this.#ahead.shift();
    if (first?.asked) help.free(first.asked.room);
  }

  #searchAlone(plan: Plan): Block {
    const { extent } = plan;
    if (!extent) return this.#blockOfLines(plan);
    this.#doneAlone++;
    const { own } = this.#search;
    const bytes = this.#log.bytes(extent, own.bytes);
    const fits = extent.sizeBytes <= own.bytes.length;
    const found = this.#probes && fits ? this.#search.findLines(this.#probes, own, extent) : undefined;
    return this.#blockOfBytes(plan, extent, bytes, own.places, found);
  }

  #searchAhead(
    plan: Plan,
    { room, extent }: Asked,
    probes: readonly ProbeBytes[],
    mostMs: number,
  ): Block | undefined {
    const until = this.#now() + mostMs;
    while (room.state !== roomStates.searched) {
      const isOurs =
        room.change(roomStates.wanted, roomStates.taken) || room.change(roomStates.failed, roomStates.taken);
      if (isOurs) {
        this.#searchHere(room, extent, probes);
        break;
      }
      const leftMs = until - this.#now();
      if (leftMs <= 0) return undefined;
      const next = this.#ahead.find((each) => each.asked?.room.change(roomStates.wanted, roomStates.taken));
      if (next?.asked) this.#searchHere(next.asked.room, next.asked.extent, probes);
      else {
        room.waitWhileTaken(leftMs);
        if (room.state === roomStates.taken) return undefined;
      }
    }
    return this.#blockOfBytes(plan, extent, room.bytes, room.places, room.found);
  }

  #searchHere(room: Room, extent: Extent, probes: readonly ProbeBytes[]): void {
    try {
      this.#log.bytes(extent, room.bytes);
      room.finish(this.#search.findLines(probes, room, extent));
    } catch (error) {
      // One that is taken for ever is no room any more.
      room.fail();
      throw error;
    }
  }

  #blockOfLines({ start, end, verdicts }: Plan): Block {
    return {
      start,
      end,
      verdicts: verdicts ?? new Uint8Array(end - start).fill(unknown),
      line: (sequence, lengthBytes) => this.#log.line(sequence, lengthBytes),
    };
  }

  /** @param found undefined: it was not searched */
  #blockOfBytes(
    plan: Plan,
    { offset }: Extent,
    bytes: Buffer,
    places: Uint32Array,
    found: Found | undefined,
  ): Block {
    if (found) this.#log.escapes.learn(plan.start, plan.end, found.hasEscapes);
    return {
      start: plan.start,
      end: plan.end,
      verdicts: this.#verdictsOf(plan, offset, places, found?.count ?? tooMany),
      line: (sequence, lengthBytes) => {
        const chunk = this.#log.chunkOf(sequence);
        const at = indexInChunk(sequence);
        const lineStart = (chunk.offset[at] ?? 0) - offset;
        const text = bytes.toString('utf8', lineStart, lineStart + lengthBytes - 1);
        return new LogLine(text, unpackFlags(chunk.flags[at] ?? 0).form, true);
      },
    };
  }

  /** Decides against lines that have none of the filter's probes, unless their bytes say nothing of what they show. */
  #verdictsOf(plan: Plan, offset: number, places: Uint32Array, found: number): Uint8Array {
    const { start, end, verdicts: known } = plan;
    if (found === tooMany) return known ?? new Uint8Array(end - start).fill(unknown);
    const verdicts = new Uint8Array(end - start);
    let [line, before] = [start, 0];
    for (let index = 0; index < found; index++) {
      const place = places[index] ?? 0;
      // Those of the next probe.
      if (place < before) line = start;
      before = place;
      line = this.#lineAt(place + offset, line, end - 1);
      verdicts[line - start] = known?.[line - start] ?? unknown;
    }
    for (let line = this.#log.nextHidden(start, end); line < end; line = this.#log.nextHidden(line + 1, end))
      verdicts[line - start] = known?.[line - start] ?? unknown;
    return verdicts;
  }

  /**
   * The line that holds a byte of the segment. It is one of those from `low` to `high`. Lines are often of one size, so
   * it is guessed where it is; each other look halves what is left, for when they are not.
   */
  #lineAt(place: number, low: number, high: number): number {
    let [from, to, isGuess] = [low, high, true];
    while (from < to) {
      const [first, last] = [this.#offsetOf(from), this.#offsetOf(to)];
      const share = isGuess ? (place - first) / (last - first) : 0.5;
      const middle = from + Math.max(1, Math.min(to - from, Math.ceil((to - from) * share)));
      if (this.#offsetOf(middle) <= place) from = middle;
      else to = middle - 1;
      isGuess = !isGuess;
    }
    return from;
  }

  #offsetOf(sequence: number): number {
    return this.#log.chunkOf(sequence).offset[indexInChunk(sequence)] ?? 0;
  }
}
