/**
 * A filter over one app's log, as it grows: the numbers of the lines that match. Lines are looked at in order, in
 * blocks, with a pause after some milliseconds so that rows and details are answered meanwhile. Of a block first the
 * columns are asked; then, if that leaves lines open, its bytes are searched for what a match would have in it; only
 * the lines that are left are made texts of.
 */
import type { ViewStatus } from '#shared/contract/history.ts';
import { type ByteSearch, searchBytes } from './byte-search.ts';
import { indexInChunk, noName, unpackFlags } from './columns.ts';
import { type Filter, Subject, unknown } from './filter.ts';
import { LogLine } from './line-reader.ts';
import type { LogReader } from './log-reader.ts';
import { NumberList } from './number-list.ts';
import { type Decrypt, encryptedItem } from './rows.ts';

const blockLines = 16_384;
/** What stays in a processor's own memory between being read and being searched. */
const blockBytes = searchBytes / 2;
/** The first answer is to come soon, however slow the filter is. */
const firstBlockLines = 2048;
/** After which the thread's other work gets its turn. */
const turnMs = 4;
/** What a page shows at first: told as soon as it is found. */
const firstHits = 100;
/** Lines that are looked into before the clock is looked at. */
const linesPerLook = 16;
/** One open line in so many, or fewer: read one by one. */
const sparseness = 64;

export interface ViewOptions {
  readonly viewId: string;
  readonly filter: Filter | undefined;
  readonly decrypt: Decrypt;
  /** The thread's own; it is in use from a block's reading to the end of its search only. */
  readonly search: ByteSearch;
  /** The filter was ended: why, in words for the user. Nothing is looked at any more. */
  readonly problem?: string | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Lets other work of the thread run. */
  readonly pause: () => Promise<void>;
  /** The view has come further. */
  readonly onProgress: () => void;
  readonly onFailed: (error: unknown) => void;
}

export class View {
  readonly viewId: string;
  readonly #log: LogReader;
  readonly #options: ViewOptions;
  readonly #hits = new NumberList();
  readonly #subject = new Subject();
  /** Told when the view has come further. */
  readonly #waiting: (() => void)[] = [];
  #turnStartedAt = 0;
  #scannedTo: number;
  #unread = 0;
  #isScanning = false;
  #isClosed = false;

  constructor(log: LogReader, options: ViewOptions) {
    this.viewId = options.viewId;
    this.#log = log;
    this.#options = options;
    this.#scannedTo = log.floor;
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
    const { problem } = this.#options;
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
    if (!this.#options.filter) {
      this.#options.onProgress();
      return;
    }
    if (this.#isScanning || this.#isClosed || this.#options.problem !== undefined) return;
    this.#isScanning = true;
    this.#scan(this.#options.filter).then(
      () => {
        this.#isScanning = false;
        if (this.#scannedTo < this.#log.count) this.grew();
      },
      (error: unknown) => this.#options.onFailed(error),
    );
  }

  /** What lies before the log's floor is hidden now, and the rest is not. */
  floorMoved(): void {
    this.#hits.clear();
    this.#unread = 0;
    this.#scannedTo = this.#log.floor;
    this.#wake();
    this.grew();
  }

  close(): void {
    this.#isClosed = true;
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
      if (scanned >= total || this.#isClosed || this.#options.problem !== undefined) return undefined;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #sequenceOf(row: number): number {
    return this.#options.filter ? this.#hits.at(row) : this.#log.floor + row;
  }

  async #scan(filter: Filter): Promise<void> {
    this.#turnStartedAt = this.#options.now();
    while (!this.#isClosed && this.#scannedTo < this.#log.count) {
      const start = this.#scannedTo;
      const block = this.#look(filter, start);
      const unread = await this.#lookIntoEncrypted(filter, start, block);
      if (this.#isClosed) return;
      // Cleared meanwhile: what was found lies before the floor.
      if (this.#scannedTo !== start) continue;
      const before = this.#hits.count;
      const found = block.verdicts.subarray(0, block.end - start);
      for (let index = found.indexOf(1); index !== -1; index = found.indexOf(1, index + 1))
        this.#hits.push(start + index);
      this.#unread += unread;
      this.#scannedTo = block.end;
      this.#wake();
      this.#options.onProgress();
      const hasFirst = before < firstHits && this.#hits.count >= firstHits;
      if (hasFirst || this.#isTurnOver) {
        await this.#options.pause();
        this.#turnStartedAt = this.#options.now();
      }
    }
  }

  get #isTurnOver(): boolean {
    return this.#options.now() - this.#turnStartedAt >= turnMs;
  }

  /** Looks at lines from `start` on; at fewer than a block's when they take long. */
  #look(filter: Filter, start: number): Block {
    const mostLines = start === this.#log.floor ? firstBlockLines : blockLines;
    const end = this.#log.blockEnd(start, mostLines, blockBytes);
    const verdicts = new Uint8Array(end - start).fill(unknown);
    let open = end - start;
    if (filter.usesColumns) {
      for (let index = 0; index < verdicts.length; index++) {
        this.#turnTo(start + index);
        const verdict = filter.test(this.#subject);
        verdicts[index] = verdict;
        if (verdict !== unknown) open--;
      }
    }
    if (open === 0) return { end, verdicts, encrypted: new Map() };
    if (open * sparseness <= verdicts.length) {
      return this.#lookIntoLines(filter, start, verdicts, (sequence, lengthBytes) =>
        this.#log.line(sequence, lengthBytes),
      );
    }
    const { bytes, offset } = this.#log.block(start, end, this.#options.search.room);
    if (filter.probes) this.#ruleOut(filter, start, bytes, offset, verdicts);
    return this.#lookIntoLines(filter, start, verdicts, (sequence, lengthBytes) => {
      const chunk = this.#log.chunkOf(sequence);
      const at = indexInChunk(sequence);
      const lineStart = (chunk.offset[at] ?? 0) - offset;
      const text = bytes.toString('utf8', lineStart, lineStart + lengthBytes - 1);
      return new LogLine(text, unpackFlags(chunk.flags[at] ?? 0).form, true);
    });
  }

  /** Decides against lines that have none of the filter's probes, unless their bytes say nothing of what they show. */
  #ruleOut(filter: Filter, start: number, bytes: Buffer, offset: number, verdicts: Uint8Array): void {
    const { search } = this.#options;
    // A line too large for the search's room came in a buffer of its own.
    if (bytes.buffer !== search.room.buffer) return;
    const may = new Uint8Array(verdicts.length);
    const last = start + verdicts.length - 1;
    for (const probe of filter.probes ?? []) {
      let sequence = start;
      for (let place = search.next(probe, 0, bytes.length); place !== -1; ) {
        sequence = this.#lineAt(place + offset, sequence, last);
        may[sequence - start] = 1;
        if (sequence === last) break;
        const next = ++sequence;
        place = search.next(
          probe,
          (this.#log.chunkOf(next).offset[indexInChunk(next)] ?? 0) - offset,
          bytes.length,
        );
      }
    }
    // No line is decided for yet: where probes are known, a match needs the text.
    let { flags } = this.#log.chunkOf(start);
    let at = indexInChunk(start);
    for (let index = 0; index < verdicts.length; index++, at++) {
      if (at === flags.length) {
        ({ flags } = this.#log.chunkOf(start + index));
        at = 0;
      }
      if (may[index] === 0 && hidesContent[flags[at] ?? 0] === 0) verdicts[index] = 0;
    }
  }

  /** The line that holds a byte of the segment. It is one of those from `low` to `high`. */
  #lineAt(place: number, low: number, high: number): number {
    let [from, to] = [low, high];
    while (from < to) {
      const middle = Math.ceil((from + to) / 2);
      if ((this.#log.chunkOf(middle).offset[indexInChunk(middle)] ?? 0) <= place) from = middle;
      else to = middle - 1;
    }
    return from;
  }

  #lookIntoLines(
    filter: Filter,
    start: number,
    verdicts: Uint8Array,
    read: (sequence: number, lengthBytes: number) => LogLine,
  ): Block {
    const encrypted = new Map<number, LogLine>();
    let looked = 0;
    let encryptedBytes = 0;
    for (let index = verdicts.indexOf(unknown); index !== -1; index = verdicts.indexOf(unknown, index + 1)) {
      const lengthBytes = this.#turnTo(start + index);
      const line = read(start + index, lengthBytes);
      this.#subject.line = line;
      const verdict = filter.test(this.#subject);
      if (verdict === unknown) {
        encrypted.set(index, line);
        encryptedBytes += lengthBytes;
      } else verdicts[index] = verdict;
      const isLong = ++looked % linesPerLook === 0 || lengthBytes > blockBytes / linesPerLook;
      if ((isLong && this.#isTurnOver) || encryptedBytes > blockBytes)
        return { end: start + index + 1, verdicts, encrypted };
    }
    return { end: start + verdicts.length, verdicts, encrypted };
  }

  /** Tells the subject what the columns say of a line, and answers the line's length. */
  #turnTo(sequence: number): number {
    const subject = this.#subject;
    const chunk = this.#log.chunkOf(sequence);
    const at = indexInChunk(sequence);
    subject.sequence = sequence;
    subject.atMs = chunk.atMs[at] ?? 0;
    subject.sizeBytes = chunk.size[at] ?? 0;
    subject.connection = chunk.connection[at] ?? 0;
    subject.flags = chunk.flags[at] ?? 0;
    subject.channel = chunk.channel[at] ?? noName;
    subject.event = chunk.event[at] ?? noName;
    subject.line = undefined;
    subject.opened = undefined;
    subject.isUnread = false;
    return chunk.length[at] ?? 0;
  }

  /** Answers how many could not be read. These match by their ciphertext only, which is what the page shows then. */
  async #lookIntoEncrypted(filter: Filter, start: number, block: Block): Promise<number> {
    const { encrypted, verdicts } = block;
    if (encrypted.size === 0) return 0;
    const items = [...encrypted.values()].map(encryptedItem);
    const opened = await this.#options.decrypt(this.#log.profileId, items);
    if (this.#isClosed || this.#scannedTo !== start) return 0;
    let unread = 0;
    for (const [order, [index, line]] of [...encrypted].entries()) {
      this.#turnTo(start + index);
      this.#subject.line = line;
      this.#subject.opened = opened[order] ?? { state: 'closed', why: 'vault-locked' };
      const verdict = filter.test(this.#subject);
      verdicts[index] = verdict;
      if (verdict !== 1 && this.#subject.isUnread) unread++;
    }
    return unread;
  }
}

/** What a look at lines from some line to `end` came to. */
interface Block {
  readonly end: number;
  /** One for each line, and perhaps for more behind the end. */
  readonly verdicts: Uint8Array;
  /** Lines that have to be opened, by their place in the block. */
  readonly encrypted: ReadonlyMap<number, LogLine>;
}

/** By its flags: 1 for a line that shows what its bytes don't say: an encrypted one, or one in base64. */
const hidesContent = Uint8Array.from({ length: 256 }, (_, flags) => {
  const { isEncrypted, form } = unpackFlags(flags);
  return isEncrypted || form === 'base64' ? 1 : 0;
});
