/**
 * The index of the log: a few numbers for each line, in typed arrays and not in objects, so that a million lines
 * take 30 MB. Channel and event names are numbers into a table of names.
 */
import type { RowKind } from '#shared/contract/history.ts';

export const bytesPerLine = 30;

/** No name: the frame has no channel, or no event. */
export const noName = 0;
/** A name that the table had no room for: it is read from the line. */
export const unlistedName = 0xffff_ffff;

export interface Columns {
  readonly buffer: ArrayBuffer;
  /** Milliseconds since 1970, with fractions. */
  readonly atMs: Float64Array;
  /** Of the line in its segment. */
  readonly offset: Uint32Array;
  /** Of the line, with its line feed. */
  readonly length: Uint32Array;
  readonly channel: Uint32Array;
  readonly event: Uint32Array;
  /** Bytes of the frame on the wire. */
  readonly size: Uint32Array;
  readonly flags: Uint8Array;
  /** The app's connection, from 1; 0: none. */
  readonly connection: Uint8Array;
}

export function columnsOver(buffer: ArrayBuffer, count: number): Columns {
  const numbers = (index: number) => new Uint32Array(buffer, count * (8 + 4 * index), count);
  return {
    buffer,
    atMs: new Float64Array(buffer, 0, count),
    offset: numbers(0),
    length: numbers(1),
    channel: numbers(2),
    event: numbers(3),
    size: numbers(4),
    flags: new Uint8Array(buffer, count * 28, count),
    connection: new Uint8Array(buffer, count * 29, count),
  };
}

export function createColumns(count: number): Columns {
  return columnsOver(new ArrayBuffer(count * bytesPerLine), count);
}

export function copyColumns(
  from: Columns,
  fromStart: number,
  to: Columns,
  toStart: number,
  count: number,
): void {
  const end = fromStart + count;
  to.atMs.set(from.atMs.subarray(fromStart, end), toStart);
  to.offset.set(from.offset.subarray(fromStart, end), toStart);
  to.length.set(from.length.subarray(fromStart, end), toStart);
  to.channel.set(from.channel.subarray(fromStart, end), toStart);
  to.event.set(from.event.subarray(fromStart, end), toStart);
  to.size.set(from.size.subarray(fromStart, end), toStart);
  to.flags.set(from.flags.subarray(fromStart, end), toStart);
  to.connection.set(from.connection.subarray(fromStart, end), toStart);
}

/** The same columns with room for more. */
export function growColumns(columns: Columns, count: number): Columns {
  const larger = createColumns(count);
  copyColumns(columns, 0, larger, 0, columns.flags.length);
  return larger;
}

const rowKindCodes: readonly RowKind[] = ['event', 'client', 'protocol', 'undecodable', 'note'];
const directionCodes = ['in', 'out', 'note'] as const;
export type Direction = (typeof directionCodes)[number];
/** How a line holds its frame: JSON as it was, text that is not JSON, bytes that are not text, or a note. */
const formCodes = ['frame', 'text', 'base64', 'note'] as const;
export type LineForm = (typeof formCodes)[number];

export interface LineFlags {
  readonly kind: RowKind;
  readonly direction: Direction;
  readonly form: LineForm;
  /** The data should be encrypted, by the channel's name. */
  readonly isEncrypted: boolean;
}

/** Bits 0–2 the kind, 3–4 the direction, 5 encrypted, 6–7 the form. */
export function packFlags({ kind, direction, form, isEncrypted }: LineFlags): number {
  return (
    rowKindCodes.indexOf(kind) |
    (directionCodes.indexOf(direction) << 3) |
    (isEncrypted ? encryptedFlag : 0) |
    (formCodes.indexOf(form) << 6)
  );
}

const encryptedFlag = 32;

export function unpackFlags(flags: number): LineFlags {
  return {
    kind: rowKindCodes[flags & 7] ?? 'undecodable',
    direction: directionCodes[(flags >> 3) & 3] ?? 'note',
    form: formCodes[flags >> 6] ?? 'note',
    isEncrypted: (flags & encryptedFlag) !== 0,
  };
}

/** Whether a line shows what its bytes don't say: an encrypted one, or one in base64. */
export function hidesContent(flags: number): boolean {
  return (flags & encryptedFlag) !== 0 || flags >> 6 === base64Code;
}

const base64Code = formCodes.indexOf('base64');

const linesPerChunk = 65_536;

/** Columns that grow. In chunks, so that growing never copies what is there. */
export class ColumnStore {
  readonly #chunks: Columns[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  append(columns: Columns, count: number): void {
    for (let done = 0; done < count; ) {
      const start = this.#count % linesPerChunk;
      if (start === 0) this.#chunks.push(createColumns(linesPerChunk));
      const chunk = this.chunkOf(this.#count);
      const part = Math.min(count - done, linesPerChunk - start);
      copyColumns(columns, done, chunk, start, part);
      done += part;
      this.#count += part;
    }
  }

  /** The chunk that holds a line; the line's place in it is `indexInChunk(line)`. */
  chunkOf(line: number): Columns {
    const chunk = this.#chunks[Math.floor(line / linesPerChunk)];
    if (!chunk) throw new RangeError(`The log has ${this.#count} lines; line ${line} was asked for.`);
    return chunk;
  }

  slice(start: number, end: number): Columns {
    const result = createColumns(end - start);
    for (let line = start; line < end; ) {
      const index = indexInChunk(line);
      const part = Math.min(end - line, linesPerChunk - index);
      copyColumns(this.chunkOf(line), index, result, line - start, part);
      line += part;
    }
    return result;
  }
}

export function indexInChunk(line: number): number {
  return line % linesPerChunk;
}
