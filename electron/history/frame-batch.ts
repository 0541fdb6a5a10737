/**
 * Frames on their way from the main thread to the writer: copied into one buffer, which is transferred. This is the
 * hot path of the main thread, so a frame costs one copy and three stores, and allocates nothing.
 */

export const framesPerBatch = 1000;
const bytesPerBatch = 327_680;

export const frameKinds = { in: 0, out: 1, note: 2 } as const;
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds];
const kindBits = 2;

/** Connections of one app that the log tells apart: 1 to this. */
export const connectionLimit = 63;

const endsStart = framesPerBatch * 8;
const kindsStart = endsStart + framesPerBatch * 4;
const bytesStart = kindsStart + framesPerBatch;

/** `[times: Float64 × n][ends: Uint32 × n][kinds: Uint8 × n][the frames' bytes]` */
export class FrameBatch {
  readonly buffer: ArrayBuffer;
  readonly atMs: Float64Array;
  /** Where a frame ends in `bytes`; it starts where the one before ends. */
  readonly ends: Uint32Array;
  /** The kind, and above it the connection's number. */
  readonly kinds: Uint8Array;
  readonly bytes: Buffer;
  count: number;
  usedBytes = 0;

  constructor(buffer: ArrayBuffer, count: number) {
    this.buffer = buffer;
    this.atMs = new Float64Array(buffer, 0, framesPerBatch);
    this.ends = new Uint32Array(buffer, endsStart, framesPerBatch);
    this.kinds = new Uint8Array(buffer, kindsStart, framesPerBatch);
    this.bytes = Buffer.from(buffer, bytesStart);
    this.count = count;
    if (count > 0) this.usedBytes = this.ends[count - 1] ?? 0;
  }

  static create(atLeastBytes = 0): FrameBatch {
    return new FrameBatch(new ArrayBuffer(bytesStart + Math.max(bytesPerBatch, atLeastBytes)), 0);
  }

  /** Of the usual size, and so worth using again. */
  static isReusable(buffer: ArrayBuffer): boolean {
    return buffer.byteLength === bytesStart + bytesPerBatch;
  }

  hasRoomFor(sizeBytes: number): boolean {
    return this.count < framesPerBatch && this.usedBytes + sizeBytes <= this.bytes.length;
  }

  /** The caller has asked `hasRoomFor`. */
  add(kind: FrameKind, connection: number, frame: Uint8Array, atMs: number): void {
    this.bytes.set(frame, this.usedBytes);
    this.usedBytes += frame.length;
    this.atMs[this.count] = atMs;
    this.ends[this.count] = this.usedBytes;
    this.kinds[this.count] = kind | (connection << kindBits);
    this.count++;
  }
}

export function kindOf(code: number): FrameKind {
  return (code & ((1 << kindBits) - 1)) as FrameKind;
}

export function connectionOf(code: number): number {
  return code >> kindBits;
}
