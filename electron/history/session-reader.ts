/**
 * Opens the log of a run that has ended, or was imported: all of its segments at once, as far as they can be read. A
 * finished segment's index saves reading the segment; without one that fits, the segment itself is read.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Columns, noName } from './columns.ts';
import { indexSegment, readIndexFile } from './index-file.ts';
import type { LogReader } from './log-reader.ts';
import type { SessionContent } from './messages.ts';
import { NameTable } from './names.ts';
import { firstSegmentNumber, indexPathOf, segmentNumber, segmentsIn } from './torn-line.ts';

/** Fills `log` from a session's folder. `problems` is what could not be read, in sentences for the user. */
export function openSession(folder: string, log: LogReader): SessionContent {
  const problems: string[] = [];
  const names = new NameTable();
  let expected: number | undefined;
  let isBeginningGone = false;
  for (const name of segmentsIn(folder)) {
    const number = segmentNumber(name);
    if (expected === undefined) isBeginningGone = number > firstSegmentNumber;
    if (expected !== undefined && number > expected) problems.push(missingText(expected, number - 1));
    expected = number + 1;
    const path = join(folder, name);
    try {
      const { columns, count, problem } = readSegment(path, name, names);
      if (problem) problems.push(problem);
      log.load(path, columns, count, names.names);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      problems.push(
        `The segment ${name} can’t be read (${code}): its events are missing here. ${hintFor(message)}`,
      );
    }
  }
  return { events: log.count, ...log.times, isBeginningGone, problems };
}

function hintFor(message: string): string {
  return /EACCES|EPERM/.test(message) ? 'Check who may read the file.' : 'Check the disk.';
}

function missingText(first: number, last: number): string {
  return first === last
    ? `Segment ${first} is not there: its events are missing here.`
    : `Segments ${first} to ${last} are not there: their events are missing here.`;
}

interface Segment {
  readonly columns: Columns;
  readonly count: number;
  readonly problem: string | undefined;
}

function readSegment(path: string, name: string, names: NameTable): Segment {
  const { size } = statSync(path);
  const index = readIndexFile(indexPathOf(path), size);
  if (index) {
    useNames(index.columns, index.names, names);
    return { columns: index.columns, count: index.count, problem: undefined };
  }
  const { columns, count, indexedBytes, foreignCount } = indexSegment(path, names);
  const problems: string[] = [];
  if (indexedBytes < size) {
    problems.push(
      `The segment ${name} ends within a line: its last ${size - indexedBytes} bytes are left out.`,
    );
  }
  if (foreignCount > 0) {
    problems.push(
      `The segment ${name} has ${foreignCount} damaged ${foreignCount === 1 ? 'line' : 'lines'}.`,
    );
  }
  return { columns, count, problem: problems.length === 0 ? undefined : problems.join(' ') };
}

/** Gives the columns the ids that `names` has, in place of those of their index. */
function useNames(columns: Columns, known: ReadonlyMap<number, string>, names: NameTable): void {
  const ids = new Map<number, number>();
  let isSame = true;
  for (const [id, name] of known) {
    const own = names.idOf(name);
    ids.set(id, own);
    if (own !== id) isSame = false;
  }
  if (isSame) return;
  for (const column of [columns.channel, columns.event]) {
    for (let line = 0; line < column.length; line++) {
      const id = column[line] ?? noName;
      if (id !== noName) column[line] = ids.get(id) ?? id;
    }
  }
}
