/**
 * The index beside a finished segment: its columns and the names that they use. It only saves reading the segment
 * again, so one that is missing or does not fit is made anew from the segment.
 */
import { closeSync, fstatSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { bytesPerLine, type Columns, createColumns, noName, packFlags } from './columns.ts';
import { type FrameFacts, frameFacts } from './frame-kind.ts';
import { LogLine, lineBeginning } from './line-reader.ts';
import { unfinishedIndexPathOf } from './torn-line.ts';

/** Gives names their ids. */
export interface NameIds {
  idOf(name: string | null): number;
}

const magic = 'LKINDEX2';
const headerBytes = 32;

export interface SegmentIndex {
  readonly columns: Columns;
  readonly count: number;
  /** Names by the id that the columns have. */
  readonly names: ReadonlyMap<number, string>;
}

export function writeIndexFile(
  path: string,
  columns: Columns,
  count: number,
  segmentBytes: number,
  names: readonly string[],
): void {
  const used = new Map<number, string>();
  for (const ids of [columns.channel, columns.event]) {
    for (const id of ids) {
      const name = names[id];
      if (id !== noName && name !== undefined) used.set(id, name);
    }
  }
  const nameBytes = Buffer.from(JSON.stringify([...used]));
  const header = Buffer.alloc(headerBytes);
  header.write(magic);
  header.writeUInt32LE(count, 8);
  header.writeUInt32LE(nameBytes.length, 12);
  header.writeDoubleLE(segmentBytes, 16);
  const unfinished = unfinishedIndexPathOf(path);
  writeFileSync(unfinished, Buffer.concat([header, new Uint8Array(columns.buffer), nameBytes]), {
    mode: 0o600,
  });
  renameSync(unfinished, path);
}

/** How many lines an index is of. Undefined: there is none. */
export async function indexCount(path: string): Promise<number | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const header = Buffer.alloc(headerBytes);
    const { bytesRead } = await file.read(header, 0, headerBytes, 0);
    const isIndex = bytesRead === headerBytes && header.toString('latin1', 0, 8) === magic;
    return isIndex ? header.readUInt32LE(8) : undefined;
  } finally {
    await file.close();
  }
}

/** Undefined when there is none, it is damaged, or it is of another segment size: made before the segment's end. */
export function readIndexFile(path: string, segmentBytes: number): SegmentIndex | undefined {
  const bytes = readIfThere(path);
  if (!bytes || bytes.length < headerBytes || bytes.toString('latin1', 0, 8) !== magic) return undefined;
  const count = bytes.readUInt32LE(8);
  const namesStart = headerBytes + count * bytesPerLine;
  if (bytes.readDoubleLE(16) !== segmentBytes) return undefined;
  if (bytes.length !== namesStart + bytes.readUInt32LE(12)) return undefined;
  const columns = createColumns(count);
  new Uint8Array(columns.buffer).set(bytes.subarray(headerBytes, namesStart));
  const names = readNames(bytes.toString('utf8', namesStart));
  return names && { columns, count, names };
}

function readNames(json: string): ReadonlyMap<number, string> | undefined {
  try {
    return new Map(JSON.parse(json) as [number, string][]);
  } catch {
    return undefined;
  }
}

export interface IndexedSegment {
  readonly columns: Columns;
  readonly count: number;
  /** Up to the end of the last whole line. */
  readonly indexedBytes: number;
  /** Lines that are not of the log's form. */
  readonly foreignCount: number;
}

/** Makes the columns of a segment by reading its lines. Lines that this app did not write keep their place, as undecodable. */
export function indexSegment(path: string, names: NameIds): IndexedSegment {
  const bytes = readWhole(path);
  const starts: number[] = [];
  for (let start = 0; start < bytes.length; ) {
    const lineFeed = bytes.indexOf(0x0a, start);
    if (lineFeed === -1) break;
    starts.push(start);
    start = lineFeed + 1;
  }
  const end = bytes.lastIndexOf(0x0a) + 1;
  const columns = createColumns(starts.length);
  let foreignCount = 0;
  for (const [index, start] of starts.entries()) {
    const lineEnd = starts[index + 1] ?? end;
    columns.offset[index] = start;
    columns.length[index] = lineEnd - start;
    if (!indexLine(bytes.toString('utf8', start, lineEnd - 1), columns, index, names)) foreignCount++;
  }
  return { columns, count: starts.length, indexedBytes: end, foreignCount };
}

/** Answers whether the line is of the log's form. */
function indexLine(line: string, columns: Columns, index: number, names: NameIds): boolean {
  const start = lineBeginning(line);
  const form = start?.form ?? 'text';
  const facts = start ? factsOf(new LogLine(line, form, true), form) : frameFacts('');
  columns.atMs[index] = start?.atMs ?? 0;
  columns.channel[index] = names.idOf(facts.channel);
  columns.event[index] = names.idOf(facts.event);
  columns.size[index] = start ? wireSize(new LogLine(line, form, true), line, form) : 0;
  columns.flags[index] = packFlags({
    kind: facts.kind,
    direction: start?.direction ?? 'note',
    form,
    isEncrypted: facts.isEncrypted,
  });
  columns.connection[index] = start?.connection ?? 0;
  // A line of the log's form holds JSON where it says so: else it was damaged.
  return start !== undefined && (form !== 'frame' || facts.isJson);
}

function factsOf(line: LogLine, form: string): FrameFacts {
  if (form !== 'note') return frameFacts(form === 'base64' ? '' : line.frame);
  return { isJson: true, kind: 'note', channel: null, event: line.name('event'), isEncrypted: false };
}

function wireSize(line: LogLine, text: string, form: string): number {
  if (form === 'note') return 0;
  if (form !== 'base64') return Buffer.byteLength(line.frame);
  return Buffer.byteLength(/"base64":"([^"]*)"/.exec(text)?.[1] ?? '', 'base64');
}

/** An index can be made anew, so why it can't be read does not matter. */
function readIfThere(path: string): Buffer | undefined {
  try {
    return readWhole(path);
  } catch {
    return undefined;
  }
}

function readWhole(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(fstatSync(file).size);
    let read = 0;
    while (read < bytes.length) {
      const part = readSync(file, bytes, read, bytes.length - read, read);
      if (part === 0) break;
      read += part;
    }
    return bytes.subarray(0, read);
  } finally {
    closeSync(file);
  }
}
