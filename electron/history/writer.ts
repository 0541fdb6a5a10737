/**
 * The writer: takes batches of frames, makes lines of them, and commits them in groups. A commit starts with 1,000
 * lines, or 20 ms after the first; what arrives while one is under way makes the next group, at once. So a line waits
 * for 1,000 others or for two turns of the disk, and with the batch's own few milliseconds is durable within 50 ms.
 * While the disk refuses, the writer keeps what it has, tries again, and with a full group takes nothing more: the main
 * thread sees that its buffers don't come back.
 */
import { join } from 'node:path';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { FrameBatch } from './frame-batch.ts';
import { MessageScanner } from './message-scanner.ts';
import type { Feed, FromWriter, ToWriter, WriterData } from './messages.ts';
import { type Committed, type CommittedLines, SegmentLog } from './segment-log.ts';
import { dropTornLines, removeUnfinishedIndexes } from './torn-line.ts';

const commitDelayMs = 20;
const linesPerCommit = 1000;
const retryDelayMs = 1000;

type Tell = (message: FromWriter, transfer?: readonly ArrayBuffer[]) => void;

interface OpenLog {
  readonly profileId: string;
  readonly log: SegmentLog;
  /** The commit that is under way. */
  committing: Promise<void> | undefined;
}

export class Writer {
  readonly #data: WriterData;
  readonly #tell: Tell;
  readonly #logs = new Map<string, OpenLog>();
  readonly #scanner = new MessageScanner();
  readonly #queue: ToWriter[] = [];
  #isWorking = false;
  #feed: MessagePort | undefined;
  #commitTimer: NodeJS.Timeout | undefined;

  constructor(data: WriterData, tell: Tell) {
    this.#data = data;
    this.#tell = tell;
  }

  start(): void {
    for (const profileId of this.#data.resume) {
      const { log } = this.#log(profileId);
      this.#reportTorn(log.resume());
      this.#tell({ type: 'resumed', profileId, count: log.committedCount });
    }
    if (this.#data.resume.length > 0) return;
    for (const { droppedBytes } of dropTornLines(this.#data.folder)) this.#reportTorn(droppedBytes);
    removeUnfinishedIndexes(this.#data.folder);
  }

  receive(message: ToWriter): void {
    this.#queue.push(message);
    if (!this.#isWorking) void this.#work();
  }

  #reportTorn(droppedBytes: number): void {
    if (droppedBytes === 0) return;
    const message = `The event log ended within a line: Latchkey was stopped while it wrote. ${droppedBytes} bytes that were not yet durable were dropped.`;
    this.#tell({ type: 'problem', message });
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let message = this.#queue.shift(); message; message = this.#queue.shift()) {
      await this.#handle(message);
      // The disk's answers get their turn between batches.
      await setImmediate();
    }
    this.#isWorking = false;
  }

  async #handle(message: ToWriter): Promise<void> {
    switch (message.type) {
      case 'frames':
        await this.#take(message.profileId, message.buffer, message.count);
        return;
      case 'flush':
        await this.#commitAll();
        this.#tell({ type: 'flushed', id: message.id });
        return;
      case 'feed':
        await this.#startFeed(message.port);
        return;
      case 'close':
        await this.#commitAll();
        for (const { log } of this.#logs.values()) log.close();
        this.#feed?.close();
        clearTimeout(this.#commitTimer);
        this.#tell({ type: 'closed' });
    }
  }

  async #take(profileId: string, buffer: ArrayBuffer, count: number): Promise<void> {
    const open = this.#log(profileId);
    const batch = new FrameBatch(buffer, count);
    for (let next = 0; next < count; ) {
      next = open.log.encode(batch, next);
      if (open.log.isGroupFull) await this.#startCommit(open);
    }
    if (batch.isSparse) this.#tell({ type: 'taken', buffer }, [buffer]);
    if (open.log.waitingCount >= linesPerCommit && !open.committing) await this.#startCommit(open);
    else if (open.log.waitingCount > 0) this.#commitSoon();
  }

  #commitSoon(): void {
    this.#commitTimer ??= setTimeout(() => {
      this.#commitTimer = undefined;
      for (const open of this.#logs.values()) void this.#startCommit(open);
    }, commitDelayMs);
  }

  async #commitAll(): Promise<void> {
    for (const open of this.#logs.values()) {
      await this.#startCommit(open);
      await open.committing;
    }
  }

  /** Resolves when what waited is on its way to the disk, so that the next group can be filled. */
  async #startCommit(open: OpenLog): Promise<void> {
    while (open.committing) await open.committing;
    if (open.log.waitingCount === 0) return;
    open.committing = this.#commit(open).finally(() => {
      open.committing = undefined;
      if (open.log.waitingCount >= linesPerCommit) void this.#startCommit(open);
    });
  }

  async #commit({ profileId, log }: OpenLog): Promise<void> {
    const committed = await this.#tryToCommit(log);
    if (!committed) return;
    this.#feedLines(profileId, committed.lines);
    this.#tell({ type: 'durable', profileId, count: log.committedCount });
    for (const buffer of committed.batches) this.#tell({ type: 'taken', buffer }, [buffer]);
  }

  async #tryToCommit(log: SegmentLog): Promise<Committed | undefined> {
    for (;;) {
      try {
        return await log.commit();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // Without a code it is no refusal of the disk but a bug, which is to be loud.
        if (code === undefined) throw error;
        const reason = code === 'ENOSPC' ? 'the disk is full' : `the system says ${code}`;
        this.#tell({
          type: 'problem',
          message: `Events can’t be written to the log: ${reason}. Latchkey keeps them and tries again every second.`,
        });
      }
      await delay(retryDelayMs);
    }
  }

  #feedLines(profileId: string, { columns, ...rest }: CommittedLines): void {
    if (!this.#feed) return;
    const lines: Feed = { type: 'lines', profileId, ...rest, columns: columns.buffer };
    this.#feed.postMessage(lines, [columns.buffer]);
  }

  async #startFeed(port: MessagePort): Promise<void> {
    await this.#commitAll();
    this.#feed?.close();
    this.#feed = port;
    for (const { profileId, log } of this.#logs.values()) {
      let newNames = log.names.slice(1);
      for (const { columns, ...rest } of log.contents()) {
        const lines: Feed = { type: 'lines', profileId, ...rest, firstName: 1, newNames };
        if (columns) port.postMessage({ ...lines, columns: columns.buffer } satisfies Feed, [columns.buffer]);
        else port.postMessage(lines);
        newNames = [];
      }
    }
    port.postMessage({ type: 'caughtUp' } satisfies Feed);
  }

  #log(profileId: string): OpenLog {
    const known = this.#logs.get(profileId);
    if (known) return known;
    const { folder, session, limits } = this.#data;
    const log = new SegmentLog(join(folder, profileId, session), limits, this.#scanner);
    const open: OpenLog = { profileId, log, committing: undefined };
    this.#logs.set(profileId, open);
    return open;
  }
}
