/**
 * Turns frames into lines of the log, and keeps these and their columns until they are written together:
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
  growColumns,
  type LineForm,
  noName,
  packFlags,
  unlistedName,
} from './columns.ts';
import type { FrameBatch } from './frame-batch.ts';
import { connectionOf, type FrameCode, frameKinds, kindOf } from './frame-code.ts';
import { type FrameFacts, frameFacts } from './frame-kind.ts';
import { closingBytes, directionOf, FramePrefix, origin } from './frame-prefix.ts';
import type { MessageScanner } from './message-scanner.ts';
import type { NameTable } from './names.ts';

const startBytes = 64 * 1024;
const startLines = 256;
/** A group is full with either. A single frame may be larger. */
const groupLines = 16_384;
const groupBytes = 4 * 1024 * 1024;

export class LineEncoder {
  readonly #names: NameTable;
  readonly #scanner: MessageScanner;
  /** By the batch's code of kind and connection. */
  readonly #prefixes = new Map<number, FramePrefix>();
  #columns = createColumns(startLines);
  /** The lines in order: parts of batches, and of `#own`. The last one may be added to. */
  #parts: Part[] = [];
  /** Lines that were not made around a frame where it lay, and those of sparse batches. */
  #own = Buffer.allocUnsafeSlow(startBytes);
  #ownBytes = 0;
  #usedBytes = 0;
  #count = 0;
  #batches: ArrayBuffer[] = [];

  /** @param scanner may be others' as well: it takes each batch anew. */
  constructor(names: NameTable, scanner: MessageScanner) {
    this.#names = names;
    this.#scanner = scanner;
  }

  /** Lines that wait to be written. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count >= groupLines || this.#usedBytes >= groupBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** The waiting lines, in order. */
  get output(): Buffer[] {
    return this.#parts.map(({ bytes, start, end }) => bytes.subarray(start, end));
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

  /** Answers the batches that were read to their end, and are not needed any more. */
  reset(): ArrayBuffer[] {
    // What a rush needed is not kept after it.
    if (this.#ownBytes < this.#own.length / 8)
      this.#own = Buffer.allocUnsafeSlow(Math.max(startBytes, this.#ownBytes * 2));
    if (this.#count < this.#columns.flags.length / 8)
      this.#columns = createColumns(Math.max(startLines, this.#count * 2));
    this.#parts = [];
    this.#ownBytes = 0;
    this.#usedBytes = 0;
    this.#count = 0;
    return this.#batches.splice(0);
  }

  /**
   * The lines lie in the batch itself until they are written; those of a sparse batch are copied out of it, and it can
   * be used again. @param from the first frame to take. Answers where it stopped: after the last, or when the group was
   * full.
   */
  encode(batch: FrameBatch, from: number): number {
    // One look at the whole batch, so that frames of ASCII need no check of their own.
    const bytes = batch.bytes.subarray(0, batch.usedBytes);
    const isAsciiOnly = isAscii(bytes);
    this.#scanner.take(bytes);
    const partsBefore = this.#parts.length;
    let index = from;
    for (; index < batch.count && !this.isFull; index++) this.#encodeFrame(batch, index, isAsciiOnly);
    if (batch.isSparse) this.#copyOut(batch, partsBefore);
    else if (index === batch.count) this.#batches.push(batch.buffer);
    return index;
  }

  #copyOut({ bytes }: FrameBatch, partsBefore: number): void {
    for (const part of this.#parts.splice(partsBefore)) {
      const length = part.end - part.start;
      if (part.bytes !== bytes) {
        this.#addPart(part.bytes, part.start, length);
        continue;
      }
      const place = this.#makeRoom(length);
      bytes.copy(this.#own, place, part.start, part.end);
      this.#addPart(this.#own, place, length);
    }
  }

  #encodeFrame(batch: FrameBatch, index: number, isAsciiOnly: boolean): void {
    const start = batch.startOf(index);
    const end = batch.ends[index] ?? start;
    const atMs = Math.round((batch.atMs[index] ?? 0) * 1000) / 1000;
    const code = batch.codes[index] ?? 0;
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

  #encodeUnusual(atMs: number, code: FrameCode, bytes: Buffer, start: number, end: number): void {
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

  #addScanned(atMs: number, code: FrameCode, bytes: Buffer, start: number, end: number): void {
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

  #encodeNote(atMs: number, code: FrameCode, json: string): void {
    const [note, text] = JSON.parse(json) as [string, string];
    const facts: FrameFacts = { isJson: true, kind: 'note', channel: null, event: note, isEncrypted: false };
    const members = `"note":${JSON.stringify(note)},"text":${JSON.stringify(text)}`;
    this.#addText(atMs, code, members, 'note', facts, 0);
  }

  /** Answers the line's length. */
  #writeVerbatim(atMs: number, code: FrameCode, bytes: Buffer, start: number, end: number): number {
    const prefix = this.#prefix(code);
    const { length: before } = prefix.at(atMs);
    const length = before + (end - start) + closingBytes;
    if (prefix.surround(atMs, bytes, start, end)) {
      this.#addPart(bytes, start - before, length);
      return length;
    }
    const place = this.#makeRoom(length);
    this.#own.set(prefix.at(atMs), place);
    bytes.copy(this.#own, place + before, start, end);
    this.#own.write('}\n', place + length - closingBytes);
    this.#addPart(this.#own, place, length);
    return length;
  }

  #addText(
    atMs: number,
    code: FrameCode,
    members: string,
    form: LineForm,
    { channel, event, kind, isEncrypted }: FrameFacts,
    sizeBytes: number,
  ): void {
    const direction = directionOf(code);
    const line = `{"t":${atMs},${origin(code)},${members}}\n`;
    const length = Buffer.byteLength(line);
    const place = this.#makeRoom(length);
    this.#own.write(line, place);
    this.#addPart(this.#own, place, length);
    const flags = packFlags({ kind, direction, form, isEncrypted });
    this.#addLine(atMs, code, length, this.#names.idOf(channel), this.#names.idOf(event), flags, sizeBytes);
  }

  /** The line's bytes are in a part already. */
  #addLine(
    atMs: number,
    code: FrameCode,
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

  #prefix(code: FrameCode): FramePrefix {
    const known = this.#prefixes.get(code);
    if (known) return known;
    const prefix = new FramePrefix(code);
    this.#prefixes.set(code, prefix);
    return prefix;
  }

  /** Answers where a line of our own begins. Parts of a smaller buffer stay where they are. */
  #makeRoom(sizeBytes: number): number {
    if (this.#ownBytes + sizeBytes > this.#own.length) {
      this.#own = Buffer.allocUnsafeSlow(Math.max(sizeBytes, this.#own.length * 2));
      this.#ownBytes = 0;
    }
    const place = this.#ownBytes;
    this.#ownBytes += sizeBytes;
    return place;
  }

  #addPart(bytes: Buffer, start: number, length: number): void {
    const last = this.#parts.at(-1);
    if (last?.bytes === bytes && last.end === start) last.end += length;
    else this.#parts.push({ bytes, start, end: start + length });
  }
}

interface Part {
  readonly bytes: Buffer;
  readonly start: number;
  end: number;
}
