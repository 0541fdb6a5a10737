/**
 * Turns frames into lines of the log, and keeps their columns, until they are written together:
 *   {"t":MS,"dir":"in","frame":JSON AS IT WAS}
 *   {"t":MS,"dir":"in","text":"not JSON, or JSON over several lines"}
 *   {"t":MS,"dir":"in","base64":"not UTF-8"}
 *   {"t":MS,"dir":"note","note":"gap","text":"…"}
 * What is not of the app's first connection has `"conn":NUMBER` after its direction.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import {
  type Columns,
  copyColumns,
  createColumns,
  type Direction,
  growColumns,
  type LineForm,
  noName,
  packFlags,
  unlistedName,
} from './columns.ts';
import { connectionOf, type FrameBatch, frameKinds, kindOf } from './frame-batch.ts';
import { type FrameFacts, frameFacts } from './frame-kind.ts';
import { MessageScanner } from './message-scanner.ts';
import type { NameTable } from './names.ts';

const startBytes = 64 * 1024;
const startLines = 256;
/** A group is full with either. A single frame may be larger. */
const groupLines = 16_384;
const groupBytes = 4 * 1024 * 1024;

export class LineEncoder {
  readonly #names: NameTable;
  readonly #scanner = new MessageScanner();
  /** By the batch's code of kind and connection. */
  readonly #prefixes = new Map<number, FramePrefix>();
  #columns = createColumns(startLines);
  #output = Buffer.allocUnsafeSlow(startBytes);
  #usedBytes = 0;
  #count = 0;

  constructor(names: NameTable) {
    this.#names = names;
  }

  /** Lines that wait to be written. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count >= groupLines || this.#usedBytes >= groupBytes;
  }

  get output(): Buffer {
    return this.#output.subarray(0, this.#usedBytes);
  }

  /** The waiting lines' columns. @param offset where in the segment the output starts. */
  columnsAt(offset: number): Columns {
    const columns = createColumns(this.#count);
    copyColumns(this.#columns, 0, columns, 0, this.#count);
    for (let index = 0; index < columns.offset.length; index++) {
      columns.offset[index] = (columns.offset[index] ?? 0) + offset;
    }
    return columns;
  }

  reset(): void {
    // What a rush needed is not kept after it.
    if (this.#usedBytes < this.#output.length / 8) {
      this.#output = Buffer.allocUnsafeSlow(Math.max(startBytes, this.#usedBytes * 2));
      this.#columns = createColumns(Math.max(startLines, this.#count * 2));
    }
    this.#usedBytes = 0;
    this.#count = 0;
  }

  /** @param from The first frame to take. Answers where it stopped: after the last, or when the group was full. */
  encode(batch: FrameBatch, from: number): number {
    // One look at the whole batch, so that frames of ASCII need no check of their own.
    const bytes = batch.bytes.subarray(0, batch.usedBytes);
    const isAsciiOnly = isAscii(bytes);
    this.#scanner.take(bytes);
    let index = from;
    for (; index < batch.count && !this.isFull; index++) this.#encodeFrame(batch, index, isAsciiOnly);
    return index;
  }

  #encodeFrame(batch: FrameBatch, index: number, isAsciiOnly: boolean): void {
    const start = index === 0 ? 0 : (batch.ends[index - 1] ?? 0);
    const end = batch.ends[index] ?? start;
    const atMs = Math.round((batch.atMs[index] ?? 0) * 1000) / 1000;
    const code = batch.kinds[index] ?? 0;
    if (kindOf(code) === frameKinds.note) {
      this.#encodeNote(atMs, code, batch.bytes.toString('utf8', start, end));
      return;
    }
    if (!isAsciiOnly && !isUtf8(batch.bytes.subarray(start, end))) {
      const base64 = batch.bytes.toString('base64', start, end);
      this.#addText(atMs, code, `"base64":"${base64}"`, 'base64', frameFacts(''), end - start);
    } else if (this.#scanner.scan(start, end) && this.#scanner.event.isPresent) {
      this.#addScanned(atMs, code, batch.bytes, start, end);
    } else {
      this.#encodeUnusual(atMs, code, batch.bytes, start, end);
    }
  }

  #encodeUnusual(atMs: number, code: number, bytes: Buffer, start: number, end: number): void {
    const text = bytes.toString('utf8', start, end);
    const facts = frameFacts(text);
    if (!facts.isJson || text.includes('\n') || text.includes('\r')) {
      this.#addText(atMs, code, `"text":${JSON.stringify(text)}`, 'text', facts, end - start);
      return;
    }
    const length = this.#writeVerbatim(atMs, code, bytes, start, end);
    const channel = this.#names.idOf(facts.channel);
    const event = this.#names.idOf(facts.event);
    const { kind, isEncrypted } = facts;
    const flags = packFlags({ kind, direction: directionOf(code), form: 'frame', isEncrypted });
    this.#addLine(atMs, code, length, channel, event, flags, end - start);
  }

  #addScanned(atMs: number, code: number, bytes: Buffer, start: number, end: number): void {
    const { event, channel } = this.#scanner;
    const eventId = this.#names.idOfBytes(bytes, event.start, event.end);
    const channelId = channel.isPresent ? this.#names.idOfBytes(bytes, channel.start, channel.end) : noName;
    if (eventId === unlistedName || channelId === unlistedName) {
      this.#encodeUnusual(atMs, code, bytes, start, end);
      return;
    }
    const length = this.#writeVerbatim(atMs, code, bytes, start, end);
    const flags = this.#names.frameFlags(kindOf(code) === frameKinds.out ? 'out' : 'in', eventId, channelId);
    this.#addLine(atMs, code, length, channelId, eventId, flags, end - start);
  }

  #encodeNote(atMs: number, code: number, json: string): void {
    const [note, text] = JSON.parse(json) as [string, string];
    const facts: FrameFacts = { isJson: true, kind: 'note', channel: null, event: note, isEncrypted: false };
    const members = `"note":${JSON.stringify(note)},"text":${JSON.stringify(text)}`;
    this.#addText(atMs, code, members, 'note', facts, 0);
  }

  /** Answers the line's length. */
  #writeVerbatim(atMs: number, code: number, bytes: Buffer, start: number, end: number): number {
    const prefix = this.#prefix(code).at(atMs);
    const length = prefix.length + (end - start) + '}\n'.length;
    this.#makeRoom(length);
    const output = this.#output;
    const frameStart = this.#usedBytes + prefix.length;
    output.set(prefix, this.#usedBytes);
    bytes.copy(output, frameStart, start, end);
    output[frameStart + end - start] = 0x7d;
    output[frameStart + end - start + 1] = 0x0a;
    return length;
  }

  #addText(
    atMs: number,
    code: number,
    members: string,
    form: LineForm,
    { channel, event, kind, isEncrypted }: FrameFacts,
    sizeBytes: number,
  ): void {
    const direction = directionOf(code);
    const line = `{"t":${atMs},${origin(code)},${members}}\n`;
    const length = Buffer.byteLength(line);
    this.#makeRoom(length);
    this.#output.write(line, this.#usedBytes);
    const flags = packFlags({ kind, direction, form, isEncrypted });
    this.#addLine(atMs, code, length, this.#names.idOf(channel), this.#names.idOf(event), flags, sizeBytes);
  }

  /** The line's bytes are in the output already. */
  #addLine(
    atMs: number,
    code: number,
    length: number,
    channel: number,
    event: number,
    flags: number,
    sizeBytes: number,
  ): void {
    const index = this.#count++;
    if (index === this.#columns.flags.length) this.#columns = growColumns(this.#columns, index * 2);
    const columns = this.#columns;
    columns.atMs[index] = atMs;
    columns.offset[index] = this.#usedBytes;
    columns.length[index] = length;
    columns.channel[index] = channel;
    columns.event[index] = event;
    columns.size[index] = sizeBytes;
    columns.flags[index] = flags;
    columns.connection[index] = connectionOf(code);
    this.#usedBytes += length;
  }

  #prefix(code: number): FramePrefix {
    const known = this.#prefixes.get(code);
    if (known) return known;
    const prefix = new FramePrefix(origin(code));
    this.#prefixes.set(code, prefix);
    return prefix;
  }

  #makeRoom(sizeBytes: number): void {
    const needed = this.#usedBytes + sizeBytes;
    if (needed <= this.#output.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#output.length * 2));
    this.#output.copy(larger, 0, 0, this.#usedBytes);
    this.#output = larger;
  }
}

function directionOf(code: number): Direction {
  const kind = kindOf(code);
  if (kind === frameKinds.note) return 'note';
  return kind === frameKinds.out ? 'out' : 'in';
}

/** The members of a line that say where it is from. */
function origin(code: number): string {
  const connection = connectionOf(code);
  const direction = `"dir":"${directionOf(code)}"`;
  return connection === 1 ? direction : `${direction},"conn":${connection}`;
}

/** The bytes before a frame. Of two frames in one millisecond only three digits differ, so only these are written. */
class FramePrefix {
  readonly #origin: string;
  #bytes = Buffer.alloc(0);
  #wholeMs = -1;
  #fractionStart = 0;

  constructor(origin: string) {
    this.#origin = origin;
  }

  at(atMs: number): Buffer {
    const wholeMs = Math.floor(atMs);
    if (wholeMs !== this.#wholeMs) {
      this.#wholeMs = wholeMs;
      this.#fractionStart = `{"t":${wholeMs}.`.length;
      this.#bytes = Buffer.from(`{"t":${wholeMs}.000,${this.#origin},"frame":`);
    }
    const fraction = Math.round((atMs - wholeMs) * 1000);
    this.#bytes[this.#fractionStart] = 0x30 + Math.floor(fraction / 100);
    this.#bytes[this.#fractionStart + 1] = 0x30 + (Math.floor(fraction / 10) % 10);
    this.#bytes[this.#fractionStart + 2] = 0x30 + (fraction % 10);
    return this.#bytes;
  }
}
