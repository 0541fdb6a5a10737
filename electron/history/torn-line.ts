/**
 * What a crash can leave. The beginning of a line at the end of a segment: it was never durable, so nobody was told that
 * it is there, and it is cut off, and the cut is reported. And an index that was being written: it is taken away.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';

const blockBytes = 65_536;

/** Answers how many bytes were dropped: 0 when the segment ended with a whole line. */
export function dropTornLine(path: string): number {
  const file = openSync(path, 'r+');
  try {
    const { size } = fstatSync(file);
    const end = endOfLastLine(file, size);
    if (end === size) return 0;
    ftruncateSync(file, end);
    fdatasyncSync(file);
    return size - end;
  } finally {
    closeSync(file);
  }
}

function endOfLastLine(file: number, size: number): number {
  const block = Buffer.alloc(blockBytes);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - blockBytes);
    const read = readSync(file, block, 0, end - start, start);
    const lineFeed = block.lastIndexOf(0x0a, read - 1);
    if (read > 0 && lineFeed !== -1) return start + lineFeed + 1;
    end = start;
  }
  return 0;
}

export const segmentPattern = /^\d{6}\.ndjson$/;

/** Of a session's first segment. */
export const firstSegmentNumber = 1;

export function segmentName(number: number): string {
  return `${String(number).padStart(6, '0')}.ndjson`;
}

export function segmentNumber(name: string): number {
  return Number.parseInt(name, 10);
}

export function indexPathOf(segmentPath: string): string {
  return segmentPath.replace(/\.ndjson$/, '.index');
}

/** What an index is called until all of it is written. */
export function unfinishedIndexPathOf(indexPath: string): string {
  return `${indexPath}.new`;
}

const unfinishedIndexPattern = /^\d{6}\.index\.new$/;

/** A session folder's segments by name, oldest first. */
export function segmentsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => segmentPattern.test(name))
      .sort();
  } catch {
    return [];
  }
}

export interface TornLine {
  readonly path: string;
  readonly droppedBytes: number;
}

/** Looks at the last segment of every session that was not closed in order. */
export function dropTornLines(historyFolder: string): TornLine[] {
  const torn: TornLine[] = [];
  for (const folder of sessions(historyFolder)) {
    const last = segmentsIn(folder).at(-1);
    if (last === undefined || readdirSync(folder).includes(indexPathOf(last))) continue;
    const path = join(folder, last);
    const droppedBytes = dropTornLine(path);
    if (droppedBytes > 0) torn.push({ path, droppedBytes });
  }
  return torn;
}

/** Nothing is lost with them: an index is made anew from its segment. */
export function removeUnfinishedIndexes(historyFolder: string): void {
  for (const folder of sessions(historyFolder)) {
    for (const name of readdirSync(folder)) {
      if (unfinishedIndexPattern.test(name)) rmSync(join(folder, name));
    }
  }
}

function sessions(historyFolder: string): string[] {
  return folders(historyFolder).flatMap((profile) =>
    folders(join(historyFolder, profile)).map((session) => join(historyFolder, profile, session)),
  );
}

function folders(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}
