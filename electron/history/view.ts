/**
 * A filter over one app's log, as it grows: the numbers of the lines that match. Lines are looked at in order, with a
 * pause after a millisecond or two so that rows and details are answered meanwhile. What can be decided without their
 * text is decided block by block: see `blocks.ts`.
 */
import type { ViewStatus } from '#shared/contract/history.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { type Block, Blocks, blockBytes } from './blocks.ts';
import { type Filter, unknown } from './filter.ts';
import type { LogLine } from './line-reader.ts';
import type { LogReader } from './log-reader.ts';
import { NumberList } from './number-list.ts';
import { type Decrypt, encryptedItem } from './rows.ts';
import type { SearchLink } from './search-link.ts';
import { Subject } from './subject.ts';

/** After which the thread's other work gets its turn. */
const turnMs = 2;
/** What a page shows at first: told as soon as it is found. */
const firstHits = 100;
/** After what a page shows at first was told, it asks for it: for so long the turns are short. */
const askedForMs = 4;
const shortTurnMs = 0.3;
/** More than arrive between two ticks. */
const manyLines = 10_000;
/** Lines that are looked into before the clock is looked at. */
const linesPerLook = 16;

export interface ViewOptions {
  readonly viewId: string;
  readonly filter: Filter | undefined;
  readonly decrypt: Decrypt;
  readonly search: SearchLink;
  /** The filter was ended before: why, in words for the user. Nothing is looked at. */
  readonly problem?: string | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Lets other work of the thread run. */
  readonly pause: () => Promise<void>;
  /** The view has come further. @param isAwaited it has what a page shows at first, or all that there is */
  readonly onProgress: (isAwaited: boolean) => void;
  readonly onFailed: (error: unknown) => void;
}

export class View {
  readonly viewId: string;
  readonly #log: LogReader;
  readonly #options: ViewOptions;
  readonly #hits = new NumberList();
  readonly #subject = new Subject();
  readonly #blocks: Blocks | undefined;
  /** Told when the view has come further. */
  readonly #waiting: (() => void)[] = [];
  #turnStartedAt = 0;
  #shortTurnsUntil = 0;
  #scannedTo: number;
  #unread = 0;
  #isScanning = false;
  #isClosed = false;
  /** Why nothing is looked at any more. */
  #problem: string | undefined;

  constructor(log: LogReader, options: ViewOptions) {
    this.viewId = options.viewId;
    this.#log = log;
    this.#options = options;
    this.#scannedTo = log.floor;
    this.#problem = options.problem;
    if (options.filter) this.#blocks = new Blocks(log, options.filter, options.search, options.now);
  }

  get status(): ViewStatus {
    const total = this.#log.count - this.#log.floor;
    const { profileId, rate, floor } = this.#log;
    const { viewId } = this;
    const perSecond = rate.perSecond;
    if (!this.#options.filter) {
      return { profileId, viewId, total, scanned: total, matched: total, unread: 0, perSecond, floor };
    }
    const scanned = this.#scannedTo - this.#log.floor;
    const found = { scanned, matched: this.#hits.count, unread: this.#unread, floor };
    const problem = this.#problem;
    return { profileId, viewId, total, ...found, perSecond, ...(problem === undefined ? {} : { problem }) };
  }

  /** The line numbers of some rows. */
  sequences(start: number, count: number): number[] {
    const { matched } = this.status;
    const length = Math.max(0, Math.min(count, matched - start));
    return Array.from({ length }, (_, index) => this.#sequenceOf(start + index));
  }

  /** The log has new lines, or there are old ones to look at. */
  grew(): void {
    const { filter } = this.#options;
    if (!filter || !this.#blocks) {
      this.#options.onProgress(false);
      return;
    }
    if (this.#isScanning || this.#isClosed || this.#problem !== undefined) return;
    this.#isScanning = true;
    this.#scan(filter, this.#blocks).then(
      () => {
        this.#isScanning = false;
        if (this.#scannedTo < this.#log.count) this.grew();
      },
      (error: unknown) => this.#options.onFailed(error),
    );
  }

  /** What lies before the log's floor is hidden now, and the rest is not. */
  floorMoved(): void {
    this.#blocks?.release();
    this.#hits.clear();
    this.#unread = 0;
    this.#scannedTo = this.#log.floor;
    this.#wake();
    this.grew();
  }

  close(): void {
    this.#isClosed = true;
    this.#blocks?.release();
    this.#wake();
  }

  /** The first row at or after a line, looked for as far as it takes. Undefined: there is none so far. */
  async rowFrom(sequence: number): Promise<{ index: number; sequence: number } | undefined> {
    for (;;) {
      const { matched, scanned, total } = this.status;
      const index = this.#options.filter
        ? this.#hits.firstFrom(sequence)
        : Math.max(0, sequence - this.#log.floor);
      if (index < matched) return { index, sequence: this.#sequenceOf(index) };
      if (scanned >= total || this.#isClosed || this.#problem !== undefined) return undefined;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #sequenceOf(row: number): number {
    return this.#options.filter ? this.#hits.at(row) : this.#log.floor + row;
  }

  async #scan(filter: Filter, blocks: Blocks): Promise<void> {
    this.#turnStartedAt = this.#options.now();
    // As opposed to what a growing log brings.
    const isLongSearch = this.#log.count - this.#scannedTo > manyLines;
    while (!this.#isClosed && this.#scannedTo < this.#log.count) {
      const start = this.#scannedTo;
      const look = this.#look(filter, blocks, start);
      if (this.#problem !== undefined) return;
      const unread = look ? await this.#lookIntoEncrypted(filter, start, look) : 0;
      if (this.#isClosed) return;
      let isAwaited = false;
      // Unless it was cleared meanwhile: then what was found lies before the floor.
      if (look && this.#scannedTo === start) {
        const before = this.#hits.count;
        const found = look.block.verdicts.subarray(0, look.end - look.block.start);
        for (let at = found.indexOf(1, start - look.block.start); at !== -1; at = found.indexOf(1, at + 1))
          this.#hits.push(look.block.start + at);
        this.#unread += unread;
        this.#scannedTo = look.end;
        this.#wake();
        const hasFirst = before < firstHits && this.#hits.count >= firstHits;
        if (hasFirst) this.#shortTurnsUntil = this.#options.now() + askedForMs;
        isAwaited = hasFirst || (isLongSearch && this.#scannedTo >= this.#log.count);
        this.#options.onProgress(isAwaited);
      }
      if (isAwaited || this.#isTurnOver) {
        await this.#options.pause();
        this.#turnStartedAt = this.#options.now();
      }
    }
    blocks.release();
  }

  get #turnLeftMs(): number {
    const now = this.#options.now();
    return this.#turnStartedAt + (now < this.#shortTurnsUntil ? shortTurnMs : turnMs) - now;
  }

  get #isTurnOver(): boolean {
    return this.#turnLeftMs <= 0;
  }

  /** Undefined: the block is not searched yet; or it can't be read, which ends the view. */
  #look(filter: Filter, blocks: Blocks, start: number): Look | undefined {
    try {
      const block = blocks.at(start, this.#turnLeftMs);
      return block && this.#lookIntoLines(filter, start, block);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      blocks.release();
      this.#problem = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
      this.#wake();
      this.#options.onProgress(true);
      return undefined;
    }
  }

  /** Looks at the lines from `start` on whose text decides; at fewer than the block's when they take long. */
  #lookIntoLines(filter: Filter, start: number, block: Block): Look {
    const { verdicts } = block;
    const encrypted = new Map<number, LogLine>();
    let looked = 0;
    let encryptedBytes = 0;
    let index = verdicts.indexOf(unknown, start - block.start);
    for (; index !== -1; index = verdicts.indexOf(unknown, index + 1)) {
      const lengthBytes = this.#subject.turnTo(block.start + index, this.#log.chunkOf(block.start + index));
      const line = block.line(block.start + index, lengthBytes);
      this.#subject.line = line;
      const verdict = filter.test(this.#subject);
      if (verdict === unknown) {
        encrypted.set(index, line);
        encryptedBytes += lengthBytes;
      } else verdicts[index] = verdict;
      const isLong = ++looked % linesPerLook === 0 || lengthBytes > blockBytes / linesPerLook;
      if ((isLong && this.#isTurnOver) || encryptedBytes > blockBytes)
        return { block, end: block.start + index + 1, encrypted };
    }
    return { block, end: block.end, encrypted };
  }

  /** Answers how many could not be read. These match by their ciphertext only, which is what the page shows then. */
  async #lookIntoEncrypted(filter: Filter, start: number, { block, encrypted }: Look): Promise<number> {
    if (encrypted.size === 0) return 0;
    const items = [...encrypted.values()].map(encryptedItem);
    const opened = await this.#options.decrypt(this.#log.profileId, items);
    if (this.#isClosed || this.#scannedTo !== start) return 0;
    let unread = 0;
    for (const [order, [index, line]] of [...encrypted].entries()) {
      this.#subject.turnTo(block.start + index, this.#log.chunkOf(block.start + index));
      this.#subject.line = line;
      this.#subject.opened = opened[order] ?? { state: 'closed', why: 'vault-locked' };
      const verdict = filter.test(this.#subject);
      block.verdicts[index] = verdict;
      if (verdict !== 1 && this.#subject.isUnread) unread++;
    }
    return unread;
  }
}

/** What a look at lines, up to `end` of some block, came to. */
interface Look {
  readonly block: Block;
  readonly end: number;
  /** Lines that have to be opened, by their place in the block. */
  readonly encrypted: ReadonlyMap<number, LogLine>;
}
