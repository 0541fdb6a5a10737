/**
 * The main thread's end of the writer thread: hands batches over, counts what is on its way, and starts the writer
 * again if it dies.
 */
import { type MessagePort, Worker } from 'node:worker_threads';
import { AppError } from '#shared/lib/app-error.ts';
import { FrameBatch } from './frame-batch.ts';
import type { FromWriter, ToWriter, WriterData } from './messages.ts';
import type { SegmentLimits } from './segment-log.ts';

/** From here on the socket should pause: more bytes than this are on their way to the disk. */
const pauseAtBytes = 12 * 1024 * 1024;
/** From here on frames are counted instead of kept, and the count goes into the log. */
const dropAtBytes = 64 * 1024 * 1024;
const pooledBuffers = 24;
const restartsInARow = 3;
const closeTimeoutMs = 5000;

export interface WriterLinkOptions {
  readonly entry: URL;
  readonly folder: string;
  readonly session: string;
  readonly limits: SegmentLimits | undefined;
  readonly onDurable: (profileId: string, count: number) => void;
  readonly onProblem: (message: string) => void;
  /** The writer died and runs again: `lost` frames of a profile were on their way. */
  readonly onRestarted: (lost: ReadonlyMap<string, number>) => void;
  /** It keeps dying, and is not started again. */
  readonly onGivenUp: () => void;
}

interface Flush {
  resolve(): void;
  reject(error: Error): void;
}

export class WriterLink {
  readonly #options: WriterLinkOptions;
  readonly #pool: ArrayBuffer[] = [];
  readonly #flushes = new Map<number, Flush>();
  /** Frames handed over and lines known to be durable, for each profile. */
  readonly #sent = new Map<string, number>();
  readonly #durable = new Map<string, number>();
  readonly #waitingForRoom: (() => void)[] = [];
  #worker: Worker;
  #outstandingBytes = 0;
  #nextFlush = 0;
  #restarts = 0;
  #state: 'running' | 'failed' | 'closing' = 'running';
  #onClosed: (() => void) | undefined;

  constructor(options: WriterLinkOptions) {
    this.#options = options;
    this.#worker = this.#start([]);
  }

  get isBehind(): boolean {
    return this.#outstandingBytes >= pauseAtBytes;
  }

  get isFull(): boolean {
    return this.#outstandingBytes >= dropAtBytes || this.#state !== 'running';
  }

  durableCount(profileId: string): number {
    return this.#durable.get(profileId) ?? 0;
  }

  /** Resolves when the writer has caught up enough for a paused socket to go on. */
  whenReady(): Promise<void> {
    if (!this.isBehind) return Promise.resolve();
    return new Promise((resolve) => this.#waitingForRoom.push(resolve));
  }

  takeBatch(atLeastBytes: number): FrameBatch {
    const pooled = this.#pool.pop();
    if (!pooled) return FrameBatch.create(atLeastBytes);
    const batch = new FrameBatch(pooled, 0);
    return batch.hasRoomFor(atLeastBytes) ? batch : FrameBatch.create(atLeastBytes);
  }

  send(profileId: string, { buffer, count }: FrameBatch): void {
    this.#outstandingBytes += buffer.byteLength;
    this.#sent.set(profileId, (this.#sent.get(profileId) ?? 0) + count);
    this.#post({ type: 'frames', profileId, buffer, count }, [buffer]);
  }

  /** Resolves when everything sent so far is durable. */
  flush(): Promise<void> {
    if (this.#state !== 'running') return Promise.reject(stopped());
    const id = this.#nextFlush++;
    return new Promise((resolve, reject) => {
      this.#flushes.set(id, { resolve, reject });
      this.#post({ type: 'flush', id });
    });
  }

  feed(port: MessagePort): void {
    this.#post({ type: 'feed', port }, [port]);
  }

  /** Makes everything durable, or gives up on a disk that refuses. */
  async close(): Promise<void> {
    if (this.#state === 'closing') return;
    const wasRunning = this.#state === 'running';
    this.#state = 'closing';
    if (wasRunning) {
      const closed = new Promise<void>((resolve) => {
        this.#onClosed = resolve;
      });
      this.#post({ type: 'close' });
      const giveUp = setTimeout(() => this.#onClosed?.(), closeTimeoutMs);
      await closed;
      clearTimeout(giveUp);
    }
    await this.#worker.terminate();
    this.#failFlushes();
  }

  #post(message: ToWriter, transfer: (ArrayBuffer | MessagePort)[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #start(resume: readonly string[]): Worker {
    const { entry, folder, session, limits } = this.#options;
    const worker = new Worker(entry, {
      name: 'latchkey-history-writer',
      workerData: { folder, session, resume, limits } satisfies WriterData,
    });
    worker.on('message', (message: FromWriter) => this.#receive(message));
    // 'exit' follows, and is where the writer is started again.
    worker.on('error', (error) => this.#options.onProblem(`The log’s writer failed: ${error.message}`));
    worker.on('exit', () => {
      if (worker === this.#worker) this.#ended();
    });
    return worker;
  }

  #receive(message: FromWriter): void {
    switch (message.type) {
      case 'taken':
        this.#takeBack(message.buffer);
        return;
      case 'durable':
        this.#restarts = 0;
        this.#nowDurable(message);
        return;
      case 'resumed':
        // Nothing that this writer did: one that ends with every frame is not to be started for ever.
        this.#nowDurable(message);
        return;
      case 'flushed':
        this.#flushes.get(message.id)?.resolve();
        this.#flushes.delete(message.id);
        return;
      case 'problem':
        this.#options.onProblem(message.message);
        return;
      case 'closed':
        this.#onClosed?.();
    }
  }

  #nowDurable({ profileId, count }: { readonly profileId: string; readonly count: number }): void {
    this.#durable.set(profileId, count);
    this.#options.onDurable(profileId, count);
  }

  #takeBack(buffer: ArrayBuffer): void {
    this.#outstandingBytes -= buffer.byteLength;
    if (FrameBatch.isReusable(buffer) && this.#pool.length < pooledBuffers) this.#pool.push(buffer);
    if (!this.isBehind) this.#wakeWaiting();
  }

  #wakeWaiting(): void {
    for (const resolve of this.#waitingForRoom.splice(0)) resolve();
  }

  #failFlushes(): void {
    for (const { reject } of this.#flushes.values()) reject(stopped());
    this.#flushes.clear();
    this.#wakeWaiting();
  }

  #ended(): void {
    if (this.#state === 'closing') {
      this.#onClosed?.();
      return;
    }
    this.#outstandingBytes = 0;
    this.#failFlushes();
    if (this.#restarts >= restartsInARow) {
      this.#state = 'failed';
      this.#options.onGivenUp();
      this.#options.onProblem(
        'The event log can’t be written any more: its writer keeps failing. Restart Latchkey.',
      );
      return;
    }
    this.#restarts++;
    const lost = new Map<string, number>();
    for (const [profileId, sent] of this.#sent) {
      const durable = this.durableCount(profileId);
      if (sent > durable) lost.set(profileId, sent - durable);
      this.#sent.set(profileId, durable);
    }
    this.#worker = this.#start([...this.#sent.keys()]);
    this.#options.onRestarted(lost);
  }
}

function stopped(): AppError {
  return new AppError('storage_failed', 'The log’s writer stopped before everything was on disk.', {
    retryable: true,
  });
}
