/**
 * Frames on their way from the main thread to the writer: copied into one buffer, which is transferred, and written to
 * the disk from where they lie, with room between them for the rest of their lines. This is the hot path of the main
 * thread, so a frame costs one copy and three stores, and allocates nothing.
 */
import { type FrameKind, frameCode } from './frame-code.ts';
import { closingBytes, prefixBytes } from './frame-prefix.ts';

export const framesPerBatch = 1000;
const bytesPerBatch = 360_448;

const endsStart = framesPerBatch * 8;
const codesStart = endsStart + framesPerBatch * 4;
const bytesStart = codesStart + framesPerBatch;
/** Before and behind a frame, at most. */
const mostBesideBytes = 64;

/** `[times: Float64 × n][ends: Uint32 × n][codes: Uint8 × n][the frames, each with its room]` */
export class FrameBatch {
  readonly buffer: ArrayBuffer;
  readonly atMs: Float64Array;
  /** Where a frame ends in `bytes`. */
  readonly ends: Uint32Array;
  readonly codes: Uint8Array;
  readonly bytes: Buffer;
  count: number;
  usedBytes = 0;

  constructor(buffer: ArrayBuffer, count: number) {
    this.buffer = buffer;
    this.atMs = new Float64Array(buffer, 0, framesPerBatch);
    this.ends = new Uint32Array(buffer, endsStart, framesPerBatch);
    this.codes = new Uint8Array(buffer, codesStart, framesPerBatch);
    this.bytes = Buffer.from(buffer, bytesStart);
    this.count = count;
    if (count > 0) this.usedBytes = (this.ends[count - 1] ?? 0) + closingBytes;
  }

  /** @param atLeastBytes for a frame that is larger than a usual batch */
  static create(atLeastBytes = 0): FrameBatch {
    const roomBytes = Math.max(bytesPerBatch, atLeastBytes + mostBesideBytes);
    return new FrameBatch(new ArrayBuffer(bytesStart + roomBytes), 0);
  }

  /** Of the usual size, and so worth using again. */
  static isReusable(buffer: ArrayBuffer): boolean {
    return buffer.byteLength === bytesStart + bytesPerBatch;
  }

  /** Little of it is used: it is not worth being held until its lines are durable. */
  get isSparse(): boolean {
    return this.usedBytes < this.bytes.length / 4;
  }

  hasRoomFor(sizeBytes: number): boolean {
    return this.count < framesPerBatch && this.usedBytes + sizeBytes + mostBesideBytes <= this.bytes.length;
  }

  /** The caller has asked `hasRoomFor`. */
  add(kind: FrameKind, connection: number, frame: Uint8Array, atMs: number): void {
    const code = frameCode(kind, connection);
    const start = this.usedBytes + prefixBytes(code);
    const end = start + frame.length;
    this.bytes.set(frame, start);
    this.atMs[this.count] = atMs;
    this.ends[this.count] = end;
    this.codes[this.count] = code;
    this.usedBytes = end + closingBytes;
    this.count++;
  }

  /** Where a frame starts in `bytes`. */
  startOf(index: number): number {
    const before = index === 0 ? 0 : (this.ends[index - 1] ?? 0) + closingBytes;
    return before + prefixBytes(this.codes[index] ?? 0);
  }
}
