/**
 * Turns frames into lines of the log, and keeps their columns, until they are written together:
 *   {"t":MS,"dir":"in","frame":JSON AS IT WAS}
 *   {"t":MS,"dir":"in","text":"not JSON, or JSON over several lines"}
 *   {"t":MS,"dir":"in","base64":"not UTF-8"}
 *   {"t":MS,"dir":"note","note":"gap","text":"…"}
 */
import { isAscii, isUtf8 } from 'node:buffer';
import {
  type Columns,
  copyColumns,
  createColumns,
  type Direction,
  type LineForm,
  packFlags,
} from './columns.ts';
import { type FrameBatch, frameKinds, framesPerBatch } from './frame-batch.ts';
import { type FrameFacts, frameFacts } from './frame-kind.ts';
import type { NameTable } from './names.ts';

const usualOutputBytes = 512 * 1024;
const frameSuffix = Buffer.from('}\n');

export class LineEncoder {
  readonly #names: NameTable;
  readonly #columns: Columns = createColumns(framesPerBatch);
  readonly #prefixIn = new FramePrefix('in');
  readonly #prefixOut = new FramePrefix('out');
  #output = Buffer.allocUnsafe(usualOutputBytes);
  #usedBytes = 0;
  #count = 0;

  constructor(names: NameTable) {
    this.#names = names;
  }

  /** Lines that wait to be written. */
  get count(): number {
    return this.#count;
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
    if (this.#output.length > usualOutputBytes * 4) this.#output = Buffer.allocUnsafe(usualOutputBytes);
    this.#usedBytes = 0;
    this.#count = 0;
  }

  /** @param from The first frame to take. Answers where it stopped: after the last, or when the group was full. */
  encode(batch: FrameBatch, from: number): number {
    const end = Math.min(batch.count, from + framesPerBatch - this.#count);
    // One look at the whole batch, so that frames of ASCII need no check of their own.
    const isAsciiOnly = isAscii(batch.bytes.subarray(0, batch.usedBytes));
    for (let index = from; index < end; index++) this.#encodeFrame(batch, index, isAsciiOnly);
    return end;
  }

  #encodeFrame(batch: FrameBatch, index: number, isAsciiOnly: boolean): void {
    const start = index === 0 ? 0 : (batch.ends[index - 1] ?? 0);
    const end = batch.ends[index] ?? start;
    const atMs = Math.round((batch.atMs[index] ?? 0) * 1000) / 1000;
    const kind = batch.kinds[index];
    if (kind === frameKinds.note) {
      this.#encodeNote(atMs, batch.bytes.toString('utf8', start, end));
      return;
    }
    const direction = kind === frameKinds.out ? 'out' : 'in';
    const sizeBytes = end - start;
    if (!isAsciiOnly && !isUtf8(batch.bytes.subarray(start, end))) {
      const base64 = batch.bytes.toString('base64', start, end);
      this.#addText(atMs, direction, `"base64":"${base64}"`, 'base64', frameFacts(''), sizeBytes);
      return;
    }
    const text = isAsciiOnly
      ? batch.bytes.toString('latin1', start, end)
      : batch.bytes.toString('utf8', start, end);
    const facts = frameFacts(text);
    if (!facts.isJson || text.includes('\n') || text.includes('\r')) {
      this.#addText(atMs, direction, `"text":${JSON.stringify(text)}`, 'text', facts, sizeBytes);
      return;
    }
    this.#addVerbatim(atMs, direction, batch.bytes, start, end, facts);
  }

  #encodeNote(atMs: number, json: string): void {
    const [note, text] = JSON.parse(json) as [string, string];
    const facts: FrameFacts = { isJson: true, kind: 'note', channel: null, event: note, isEncrypted: false };
    const members = `"note":${JSON.stringify(note)},"text":${JSON.stringify(text)}`;
    this.#addText(atMs, 'note', members, 'note', facts, 0);
  }

  #addVerbatim(
    atMs: number,
    direction: 'in' | 'out',
    bytes: Buffer,
    start: number,
    end: number,
    facts: FrameFacts,
  ): void {
    const prefix = (direction === 'in' ? this.#prefixIn : this.#prefixOut).at(atMs);
    const length = prefix.length + (end - start) + frameSuffix.length;
    this.#makeRoom(length);
    const output = this.#output;
    const frameStart = this.#usedBytes + prefix.length;
    output.set(prefix, this.#usedBytes);
    bytes.copy(output, frameStart, start, end);
    output[frameStart + end - start] = 0x7d;
    output[frameStart + end - start + 1] = 0x0a;
    this.#addLine(atMs, length, direction, 'frame', facts, end - start);
  }

  #addText(
    atMs: number,
    direction: Direction,
    members: string,
    form: LineForm,
    facts: FrameFacts,
    sizeBytes: number,
  ): void {
    const line = `{"t":${atMs},"dir":"${direction}",${members}}\n`;
    const length = Buffer.byteLength(line);
    this.#makeRoom(length);
    this.#output.write(line, this.#usedBytes);
    this.#addLine(atMs, length, direction, form, facts, sizeBytes);
  }

  #addLine(
    atMs: number,
    length: number,
    direction: Direction,
    form: LineForm,
    facts: FrameFacts,
    sizeBytes: number,
  ): void {
    const columns = this.#columns;
    const index = this.#count++;
    columns.atMs[index] = atMs;
    columns.offset[index] = this.#usedBytes;
    columns.length[index] = length;
    columns.channel[index] = this.#names.idOf(facts.channel);
    columns.event[index] = this.#names.idOf(facts.event);
    columns.size[index] = sizeBytes;
    columns.flags[index] = packFlags({
      kind: facts.kind,
      direction,
      form,
      isEncrypted: facts.isEncrypted,
    });
    this.#usedBytes += length;
  }

  #makeRoom(sizeBytes: number): void {
    const needed = this.#usedBytes + sizeBytes;
    if (needed <= this.#output.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#output.length * 2));
    this.#output.copy(larger, 0, 0, this.#usedBytes);
    this.#output = larger;
  }
}

/** The bytes before a frame. Of two frames in one millisecond only three digits differ, so only these are written. */
class FramePrefix {
  readonly #direction: 'in' | 'out';
  #bytes = Buffer.alloc(0);
  #wholeMs = -1;
  #fractionStart = 0;

  constructor(direction: 'in' | 'out') {
    this.#direction = direction;
  }

  at(atMs: number): Buffer {
    const wholeMs = Math.floor(atMs);
    if (wholeMs !== this.#wholeMs) {
      this.#wholeMs = wholeMs;
      this.#fractionStart = `{"t":${wholeMs}.`.length;
      this.#bytes = Buffer.from(`{"t":${wholeMs}.000,"dir":"${this.#direction}","frame":`);
    }
    const fraction = Math.round((atMs - wholeMs) * 1000);
    this.#bytes[this.#fractionStart] = 0x30 + Math.floor(fraction / 100);
    this.#bytes[this.#fractionStart + 1] = 0x30 + (Math.floor(fraction / 10) % 10);
    this.#bytes[this.#fractionStart + 2] = 0x30 + (fraction % 10);
    return this.#bytes;
  }
}
