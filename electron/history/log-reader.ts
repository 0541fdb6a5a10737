/** One app's log as the query thread knows it: the columns of all its lines, and its segments to read them from. */
import { closeSync, openSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { AppError } from '#shared/lib/app-error.ts';
import {
  ColumnStore,
  type Columns,
  columnsOver,
  hidesContent,
  indexInChunk,
  type LineFlags,
  noName,
  unlistedName,
  unpackFlags,
} from './columns.ts';
import { EscapeMap } from './escape-map.ts';
import { indexSegment, readIndexFile } from './index-file.ts';
import { LogLine } from './line-reader.ts';
import type { Feed } from './messages.ts';
import { cutName } from './names.ts';
import { RateMeter } from './rate-meter.ts';
import { readWhole } from './read-whole.ts';
import type { Extent } from './search-link.ts';
import { indexPathOf, segmentNumber } from './torn-line.ts';

const openFilesLimit = 16;

interface Segment {
  readonly path: string;
  readonly firstLine: number;
}

export interface LineFacts extends LineFlags {
  readonly sequence: number;
  readonly atMs: number;
  readonly lengthBytes: number;
  readonly sizeBytes: number;
  readonly connection: number;
}

export class LogReader {
  readonly profileId: string;
  readonly rate: RateMeter;
  /** Lines before it were cleared from the views. */
  floor = 0;
  /** What searches have learnt of its lines. */
  readonly escapes = new EscapeMap();
  readonly #columns = new ColumnStore();
  readonly #segments: Segment[] = [];
  readonly #names: string[] = [''];
  readonly #files = new Map<string, number>();
  readonly #grown = new Set<() => void>();
  #isDeleted = false;

  constructor(profileId: string, now: () => number) {
    this.profileId = profileId;
    this.rate = new RateMeter(now);
  }

  get count(): number {
    return this.#columns.count;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** Of the first event and the last one. */
  get times(): { firstAt: number | null; lastAt: number | null } {
    if (this.count === 0) return { firstAt: null, lastAt: null };
    const last = this.count - 1;
    return {
      firstAt: this.chunkOf(0).atMs[0] ?? null,
      lastAt: this.chunkOf(last).atMs[indexInChunk(last)] ?? null,
    };
  }

  /** Where in the files a line is: it stays that when segments before it go. */
  placeOf(sequence: number): { segment: number; line: number } {
    const { path, firstLine } = this.#segmentOf(sequence);
    return { segment: segmentNumber(basename(path)), line: sequence - firstLine };
  }

  /** Undefined: it is not there any more, or can't be read. */
  sequenceAt({ segment, line }: { readonly segment: number; readonly line: number }): number | undefined {
    const index = this.#segments.findIndex(({ path }) => segmentNumber(basename(path)) === segment);
    const found = this.#segments[index];
    if (!found) return undefined;
    const sequence = found.firstLine + line;
    return sequence < (this.#segments[index + 1]?.firstLine ?? this.count) ? sequence : undefined;
  }

  /** Resolves when the log has `count` lines. */
  has(count: number): Promise<void> {
    if (this.count >= count) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (this.count < count) return;
        this.#grown.delete(look);
        resolve();
      };
      this.#grown.add(look);
    });
  }

  append({ path, firstLine, count, columns, firstName, newNames }: Extract<Feed, { type: 'lines' }>): void {
    // Told twice: a group that was committed while the writer started to tell everything.
    if (firstLine < this.count) return;
    for (const [index, name] of newNames.entries()) this.#names[firstName + index] = name;
    if (this.#segments.at(-1)?.path !== path) this.#segments.push({ path, firstLine: this.count });
    this.#columns.append(columns ? columnsOver(columns, count) : readColumns(path, count), count);
    if (columns) this.rate.add(count);
    for (const look of [...this.#grown]) look();
  }

  /** A whole segment of a run that has ended. @param names by id, of this segment and all before it */
  load(path: string, columns: Columns, count: number, names: readonly string[]): void {
    for (let id = this.#names.length; id < names.length; id++) this.#names.push(names[id] ?? '');
    if (count === 0) return;
    this.#segments.push({ path, firstLine: this.count });
    this.#columns.append(columns, count);
  }

  facts(sequence: number): LineFacts {
    const chunk = this.#columns.chunkOf(sequence);
    const index = indexInChunk(sequence);
    return {
      sequence,
      atMs: chunk.atMs[index] ?? 0,
      lengthBytes: chunk.length[index] ?? 0,
      sizeBytes: chunk.size[index] ?? 0,
      connection: chunk.connection[index] ?? 0,
      ...unpackFlags(chunk.flags[index] ?? 0),
    };
  }

  /** The columns that hold a line, for loops over many lines; its place there is `indexInChunk(sequence)`. */
  chunkOf(sequence: number): Columns {
    return this.#columns.chunkOf(sequence);
  }

  channel(sequence: number, line: () => LogLine): string | null {
    return this.#name(
      this.#columns.chunkOf(sequence).channel[indexInChunk(sequence)] ?? noName,
      'channel',
      line,
    );
  }

  event(sequence: number, line: () => LogLine): string | null {
    return this.#name(this.#columns.chunkOf(sequence).event[indexInChunk(sequence)] ?? noName, 'event', line);
  }

  /** The first line at or after a time, by halving: see `logPlace` of the contract. The count of lines: there is none. */
  firstAfter(atMs: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.chunkOf(middle).atMs[indexInChunk(middle)] ?? 0) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** At most the first `limitBytes` of a line. */
  line(sequence: number, limitBytes: number): LogLine {
    const { lengthBytes, form } = this.facts(sequence);
    const isWhole = lengthBytes <= limitBytes;
    const chunk = this.#columns.chunkOf(sequence);
    const offset = chunk.offset[indexInChunk(sequence)] ?? 0;
    const bytes = this.#read(this.#segmentOf(sequence).path, offset, Math.min(lengthBytes, limitBytes));
    return new LogLine(bytes.toString('utf8', 0, isWhole ? bytes.length - 1 : bytes.length), form, isWhole);
  }

  /** The end of the lines from `start` that lie together: as many as fit both limits and one segment, but one at least. */
  blockEnd(start: number, countLimit: number, limitBytes: number): number {
    const segment = this.#segmentOf(start);
    const segmentEnd = this.#segments[this.#segments.indexOf(segment) + 1]?.firstLine ?? this.count;
    let most = Math.min(start + countLimit, segmentEnd);
    let end = start + 1;
    const limit = this.#offsetOf(start) + limitBytes;
    while (end < most) {
      const middle = Math.ceil((end + most) / 2);
      const lastLength = this.#columns.chunkOf(middle - 1).length[indexInChunk(middle - 1)] ?? 0;
      if (this.#offsetOf(middle - 1) + lastLength <= limit) end = middle;
      else most = middle - 1;
    }
    return end;
  }

  /** The first line from `start` on and before `end` that shows what its bytes don't say: encrypted, or in base64. Or `end`. */
  nextHidden(start: number, end: number): number {
    for (let next = start; next < end; ) {
      const { flags } = this.#columns.chunkOf(next);
      const first = indexInChunk(next);
      const last = Math.min(flags.length, first + end - next);
      for (let at = first; at < last; at++) if (hidesContent(flags[at] ?? 0)) return next + at - first;
      next += last - first;
    }
    return end;
  }

  /** Where the lines lie. Their offsets in the columns are of its file. @param end from `blockEnd` */
  extent(start: number, end: number): Extent {
    const offset = this.#offsetOf(start);
    const lastLength = this.#columns.chunkOf(end - 1).length[indexInChunk(end - 1)] ?? 0;
    return {
      path: this.#segmentOf(start).path,
      offset,
      sizeBytes: this.#offsetOf(end - 1) + lastLength - offset,
      mayHaveEscapes: this.escapes.mayHave(start, end),
    };
  }

  /** The bytes of an extent, in `room` if they fit. */
  bytes({ path, offset, sizeBytes }: Extent, room: Buffer): Buffer {
    return this.#read(path, offset, sizeBytes, room);
  }

  /** Its files are about to go: whoever still reads is told so. */
  endReading(): void {
    this.#isDeleted = true;
    this.close();
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }

  #name(id: number, member: 'channel' | 'event', line: () => LogLine): string | null {
    if (id === noName) return null;
    const name = id === unlistedName ? line().name(member) : this.#names[id];
    return name === undefined || name === null ? null : cutName(name);
  }

  #segmentOf(sequence: number): Segment {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#segments[middle]?.firstLine ?? 0) <= sequence) low = middle;
      else high = middle - 1;
    }
    const segment = this.#segments[low];
    if (!segment) throw new RangeError('The log is empty.');
    return segment;
  }

  #offsetOf(sequence: number): number {
    return this.#columns.chunkOf(sequence).offset[indexInChunk(sequence)] ?? 0;
  }

  #read(path: string, offset: number, sizeBytes: number, room?: Buffer): Buffer {
    if (this.#isDeleted) throw deletedMeanwhile();
    const file = this.#open(path);
    const fits = room !== undefined && sizeBytes <= room.length;
    const bytes = fits ? room.subarray(0, sizeBytes) : Buffer.allocUnsafe(sizeBytes);
    let isWhole: boolean;
    try {
      isWhole = readWhole(file, bytes, offset);
    } catch (error) {
      throw unreadable(path, `can’t be read (${(error as NodeJS.ErrnoException).code})`);
    }
    if (!isWhole) throw unreadable(path, 'is shorter than it was');
    return bytes;
  }

  #open(path: string): number {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    for (const [oldest, file] of this.#files) {
      if (this.#files.size < openFilesLimit) break;
      closeSync(file);
      this.#files.delete(oldest);
    }
    try {
      const file = openSync(path, 'r');
      this.#files.set(path, file);
      return file;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw unreadable(path, code === 'ENOENT' ? 'is not there any more' : `can’t be read (${code})`);
    }
  }
}

/** What ends the reading of a session whose files go. */
export function deletedMeanwhile(): AppError {
  return new AppError('conflict', 'The session was deleted, or made shorter, while it was read.', {
    hint: 'Nothing more was taken from it.',
  });
}

/** The files changed under a log that is open, and not by what deletes sessions: that closes the log first. */
function unreadable(path: string, what: string): AppError {
  return new AppError('storage_failed', `The segment ${basename(path)} of the log ${what}.`, {
    hint: 'Something else than Latchkey changed its files. Open the session anew to see what is left.',
    retryable: true,
  });
}

function readColumns(path: string, count: number): Columns {
  const index = readIndexFile(indexPathOf(path), statSync(path).size);
  if (index?.count === count) return index.columns;
  return indexSegment(path, { idOf: (name) => (name === null ? noName : unlistedName) }).columns;
}
