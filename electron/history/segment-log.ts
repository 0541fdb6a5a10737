/**
 * One app's log on disk, for one run of Latchkey: numbered segments of lines, each with its index beside it. Lines
 * are committed in groups. While the disk works on one group the next is filled, so the two take no time from each
 * other; a group that could not be written stays, and is written again at the same place.
 */
import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writev,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ColumnStore, type Columns } from './columns.ts';
import type { FrameBatch } from './frame-batch.ts';
import { indexSegment, writeIndexFile } from './index-file.ts';
import { LineEncoder } from './line-encoder.ts';
import { MessageScanner } from './message-scanner.ts';
import { NameTable } from './names.ts';
import { dropTornLine, firstSegmentNumber, indexPathOf, segmentName, segmentsIn } from './torn-line.ts';

export interface SegmentLimits {
  readonly bytes: number;
  readonly lines: number;
}

/** The second bounds what the index of the segment that is being written takes in memory. */
export const usualLimits: SegmentLimits = { bytes: 64 * 1024 * 1024, lines: 262_144 };

export interface Committed {
  readonly lines: CommittedLines;
  /** Those that all lines are durable of, but for sparse ones. */
  readonly batches: readonly ArrayBuffer[];
}

export interface CommittedLines {
  readonly path: string;
  /** The sequence number of the first line. */
  readonly firstLine: number;
  readonly columns: Columns;
  readonly count: number;
  /** Names that were new; the first has the id `firstName`. */
  readonly firstName: number;
  readonly newNames: readonly string[];
}

/** A finished segment, or what there is of the current one. */
export interface SegmentContent {
  readonly path: string;
  readonly firstLine: number;
  readonly count: number;
  /** Absent: to be read from the segment's index. */
  readonly columns?: Columns;
}

export class SegmentLog {
  readonly #folder: string;
  readonly #limits: SegmentLimits;
  readonly #names = new NameTable();
  /** The group that is being filled, and the one that is being written or is empty. */
  #filling: LineEncoder;
  #writing: LineEncoder;
  #finished: SegmentContent[] = [];
  #current = new ColumnStore();
  #number = firstSegmentNumber;
  #file: number | undefined;
  #sizeBytes = 0;
  #toldNames = 1;
  #namesInGroup = 1;
  #committedCount = 0;

  /** @param scanner the thread's: logs share it */
  constructor(folder: string, limits: SegmentLimits = usualLimits, scanner = new MessageScanner()) {
    this.#folder = folder;
    this.#limits = limits;
    this.#filling = new LineEncoder(this.#names, scanner);
    this.#writing = new LineEncoder(this.#names, scanner);
  }

  /** Lines on disk. */
  get committedCount(): number {
    return this.#committedCount;
  }

  get waitingCount(): number {
    return this.#filling.count;
  }

  /** The group that waits takes no more. */
  get isGroupFull(): boolean {
    return this.#filling.isFull;
  }

  get names(): readonly string[] {
    return this.#names.names;
  }

  /** Takes up what an earlier writer of the same run left. Answers how many bytes of a torn line were dropped. */
  resume(): number {
    let droppedBytes = 0;
    for (const name of segmentsIn(this.#folder)) {
      const path = join(this.#folder, name);
      droppedBytes += dropTornLine(path);
      const { columns, count } = indexSegment(path, this.#names);
      writeIndexFile(indexPathOf(path), columns, count, sizeOf(path), this.#names.names);
      this.#finished.push({ path, firstLine: this.#committedCount, count });
      this.#committedCount += count;
      this.#number++;
    }
    this.#toldNames = this.#names.names.length;
    return droppedBytes;
  }

  /**
   * Answers where it stopped; the group must be committed before the rest fits. The batch is the log's until it comes
   * back from a commit; a sparse one only until all of it was taken, and it does not come back.
   */
  encode(batch: FrameBatch, from: number): number {
    return this.#filling.encode(batch, from);
  }

  /** Makes the waiting lines durable. One at a time; after it threw, the next one goes on with the same lines. */
  async commit(): Promise<Committed | undefined> {
    if (this.#writing.count === 0) {
      [this.#filling, this.#writing] = [this.#writing, this.#filling];
      this.#namesInGroup = this.#names.names.length;
    }
    const { count, output, usedBytes } = this.#writing;
    if (count === 0) return undefined;
    const file = this.#openSegment();
    await writeAll(file, output, this.#sizeBytes);
    await syncData(file);
    const columns = this.#writing.columnsAt(this.#sizeBytes);
    const firstName = this.#toldNames;
    const newNames = this.#names.names.slice(firstName, this.#namesInGroup);
    const firstLine = this.#committedCount;
    const lines = { path: this.#path, firstLine, columns, count, firstName, newNames };
    this.#sizeBytes += usedBytes;
    this.#toldNames = this.#namesInGroup;
    this.#committedCount += count;
    this.#current.append(columns, count);
    const batches = this.#writing.reset();
    if (this.#sizeBytes >= this.#limits.bytes || this.#current.count >= this.#limits.lines) this.#roll();
    return { lines, batches };
  }

  /** All committed lines in order, for a reader that starts anew. */
  contents(): SegmentContent[] {
    const { count } = this.#current;
    if (count === 0) return [...this.#finished];
    const firstLine = this.#committedCount - count;
    return [
      ...this.#finished,
      { path: this.#path, firstLine, count, columns: this.#current.slice(0, count) },
    ];
  }

  /** The caller has committed. */
  close(): void {
    if (this.#file !== undefined) this.#roll();
  }

  get #path(): string {
    return join(this.#folder, segmentName(this.#number));
  }

  #openSegment(): number {
    if (this.#file !== undefined) return this.#file;
    const isNewFolder = mkdirSync(this.#folder, { recursive: true, mode: 0o700 }) !== undefined;
    const file = openSync(this.#path, constants.O_CREAT | constants.O_RDWR, 0o600);
    // Nothing of this number was committed: what is there is left of an attempt that failed.
    ftruncateSync(file);
    syncFolder(this.#folder);
    if (isNewFolder) {
      syncFolder(dirname(this.#folder));
      syncFolder(dirname(dirname(this.#folder)));
    }
    this.#file = file;
    this.#sizeBytes = 0;
    return file;
  }

  #roll(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    const path = this.#path;
    const { count } = this.#current;
    const columns = this.#current.slice(0, count);
    this.#current = new ColumnStore();
    this.#finished.push({ path, firstLine: this.#committedCount - count, count });
    this.#number++;
    try {
      writeIndexFile(indexPathOf(path), columns, count, this.#sizeBytes, this.#names.names);
    } catch {
      // The lines are durable, and a reader without the index reads them.
    }
  }
}

const writeParts = promisify(writev);
const syncData = promisify(fdatasync);

async function writeAll(file: number, parts: readonly Buffer[], position: number): Promise<void> {
  let [left, place] = [parts, position];
  while (left.length > 0) {
    const { bytesWritten } = await writeParts(file, left, place);
    place += bytesWritten;
    left = partsAfter(left, bytesWritten);
  }
}

/** What is left of some parts behind their first bytes. */
function partsAfter(parts: readonly Buffer[], done: number): readonly Buffer[] {
  let behind = done;
  for (const [index, part] of parts.entries()) {
    if (behind < part.length) return [part.subarray(behind), ...parts.slice(index + 1)];
    behind -= part.length;
  }
  return [];
}

function sizeOf(path: string): number {
  const file = openSync(path, 'r');
  try {
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

/** A new file is durable only when its folder is. Windows can't open folders, and needs no such call. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
