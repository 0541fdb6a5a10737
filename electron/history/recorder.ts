/** Where frames enter the log. `frame` is the main thread's whole cost of an event. */
import { type FrameBatch, framesPerBatch } from './frame-batch.ts';
import { type FrameKind, frameKinds } from './frame-code.ts';
import type { WriterLink } from './writer-link.ts';

/** Of what concerns the log itself. */
const noConnection = 0;
/** A frame waits this long for others. */
const batchDelayMs = 4;
/** Larger frames are not kept; the log says so. */
export const frameLimitBytes = 16 * 1024 * 1024;

export interface Recorder {
  /**
   * Records a frame as it was on the wire, copied before this returns. False: the disk is behind, so the socket
   * should pause until `whenReady`. A caller that goes on anyway loses frames at 64 MB, and a note counts them.
   */
  frame(direction: 'in' | 'out', bytes: Uint8Array, atMs: number): boolean;
  /** Something that was never on the wire: `connected`, `gap`, `error`. */
  note(kind: string, text: string): void;
  whenReady(): Promise<void>;
}

/** All connections of one app: their frames are in the order in which they came. */
export class ProfileRecorder {
  readonly #profileId: string;
  readonly #writer: WriterLink;
  readonly #now: () => number;
  #batch: FrameBatch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;

  constructor(profileId: string, writer: WriterLink, now: () => number) {
    this.#profileId = profileId;
    this.#writer = writer;
    this.#now = now;
  }

  /** @param connection its number, from 1 */
  of(connection: number): Recorder {
    return {
      frame: (direction, bytes, atMs) => this.#frame(connection, direction, bytes, atMs),
      note: (kind, text) => this.#addNote(connection, kind, text),
      whenReady: () => this.#writer.whenReady(),
    };
  }

  #frame(connection: number, direction: 'in' | 'out', bytes: Uint8Array, atMs: number): boolean {
    if (bytes.length > frameLimitBytes) {
      this.#addNote(
        connection,
        'dropped',
        `A frame of ${bytes.length} bytes was not recorded: it is over ${frameLimitBytes}.`,
      );
      return !this.#writer.isBehind;
    }
    this.#add(direction === 'in' ? frameKinds.in : frameKinds.out, connection, bytes, atMs);
    return !this.#writer.isBehind;
  }

  /** Frames that the writer lost. */
  lost(count: number): void {
    this.#addNote(
      noConnection,
      'dropped',
      `${count} frames were lost, as the log’s writer stopped. It runs again.`,
    );
  }

  /** Hands over what waits. */
  send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch) this.#writer.send(this.#profileId, batch);
  }

  #addNote(connection: number, kind: string, text: string): void {
    this.#add(frameKinds.note, connection, Buffer.from(JSON.stringify([kind, text])), this.#now());
  }

  #add(kind: FrameKind, connection: number, bytes: Uint8Array, atMs: number): void {
    let batch = this.#batch;
    if (!batch?.hasRoomFor(bytes.length)) {
      this.send();
      if (this.#writer.isFull) {
        this.#drop();
        return;
      }
      this.#tellDropped();
      batch = this.#batch?.hasRoomFor(bytes.length) ? this.#batch : this.#begin(bytes.length);
    }
    batch.add(kind, connection, bytes, atMs);
    if (batch.count === framesPerBatch) this.send();
  }

  /** @param atLeastBytes for a frame that is larger than a usual batch. */
  #begin(atLeastBytes: number): FrameBatch {
    this.send();
    const batch = this.#writer.takeBatch(atLeastBytes);
    this.#batch = batch;
    this.#timer = setTimeout(() => this.send(), batchDelayMs);
    return batch;
  }

  #drop(): void {
    if (this.#dropped === 0) void this.#writer.whenReady().then(() => this.#tellDropped());
    this.#dropped++;
  }

  #tellDropped(): void {
    if (this.#dropped === 0 || this.#writer.isFull) return;
    const text = `${this.#dropped} frames were not recorded here: the disk did not keep up.`;
    this.#dropped = 0;
    const note = Buffer.from(JSON.stringify(['dropped', text]));
    this.#begin(note.length).add(frameKinds.note, noConnection, note, this.#now());
  }
}
