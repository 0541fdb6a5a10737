/**
 * A filter over one app's log, as it grows: the numbers of the lines that match. Lines are looked at in order, in
 * blocks, with a pause after each so that rows and details are answered meanwhile.
 */
import { isAscii } from 'node:buffer';
import type { ViewStatus } from '#shared/contract/history.ts';
import { indexInChunk, noName, unlistedName, unpackFlags } from './columns.ts';
import type { Filter } from './filter.ts';
import { LogLine } from './line-reader.ts';
import type { LogReader } from './log-reader.ts';
import { NumberList } from './number-list.ts';
import { type Decrypt, encryptedItem, shownData } from './rows.ts';

const blockLines = 4096;
const blockBytes = 512 * 1024;

export interface ViewOptions {
  readonly viewId: string;
  readonly filter: Filter | undefined;
  readonly decrypt: Decrypt;
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
  readonly #channels: NameMatches;
  readonly #events: NameMatches;
  #scannedTo: number;
  #unread = 0;
  #isScanning = false;
  #isClosed = false;

  constructor(log: LogReader, options: ViewOptions) {
    this.viewId = options.viewId;
    this.#log = log;
    this.#options = options;
    this.#scannedTo = log.floor;
    const matches = (name: string) => options.filter?.matchesName(name) ?? true;
    this.#channels = new NameMatches(log.names, matches);
    this.#events = new NameMatches(log.names, matches);
  }

  get status(): ViewStatus {
    const total = this.#log.count - this.#log.floor;
    const { profileId, rate } = this.#log;
    const { viewId } = this;
    const perSecond = rate.perSecond;
    if (!this.#options.filter) {
      return { profileId, viewId, total, scanned: total, matched: total, unread: 0, perSecond };
    }
    const scanned = this.#scannedTo - this.#log.floor;
    return { profileId, viewId, total, scanned, matched: this.#hits.count, unread: this.#unread, perSecond };
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
    if (this.#isScanning || this.#isClosed) return;
    this.#isScanning = true;
    this.#scan(this.#options.filter).then(
      () => {
        this.#isScanning = false;
        if (this.#scannedTo < this.#log.count) this.grew();
      },
      (error: unknown) => this.#options.onFailed(error),
    );
  }

  /** Everything so far was cleared. */
  cleared(): void {
    this.#hits.clear();
    this.#unread = 0;
    this.#scannedTo = Math.max(this.#scannedTo, this.#log.floor);
  }

  close(): void {
    this.#isClosed = true;
  }

  #sequenceOf(row: number): number {
    return this.#options.filter ? this.#hits.at(row) : this.#log.floor + row;
  }

  async #scan(filter: Filter): Promise<void> {
    while (!this.#isClosed && this.#scannedTo < this.#log.count) {
      const start = this.#scannedTo;
      const block = this.#log.block(start, blockLines, blockBytes);
      const found = new Uint8Array(block.end - start);
      const encrypted = this.#look(filter, start, block, found);
      const unread = await this.#lookIntoEncrypted(filter, start, encrypted, found);
      await this.#options.pause();
      if (this.#isClosed) return;
      // Cleared meanwhile: what was found lies before the floor.
      if (this.#scannedTo !== start) continue;
      for (let index = 0; index < found.length; index++)
        if (found[index] === 1) this.#hits.push(start + index);
      this.#unread += unread;
      this.#scannedTo = block.end;
      this.#options.onProgress();
    }
  }

  /** Marks what matches, and answers which encrypted lines have to be opened to know. */
  #look(
    filter: Filter,
    start: number,
    { bytes, offset }: { bytes: Buffer; offset: number },
    found: Uint8Array,
  ): Map<number, LogLine> {
    const encrypted = new Map<number, LogLine>();
    const ascii = isAscii(bytes) ? bytes.toString('latin1') : undefined;
    const mayMatch = ascii === undefined ? undefined : filter.quickLook(ascii);
    for (let index = 0; index < found.length; index++) {
      const sequence = start + index;
      const chunk = this.#log.chunkOf(sequence);
      const at = indexInChunk(sequence);
      const channel = chunk.channel[at] ?? noName;
      const event = chunk.event[at] ?? noName;
      if (this.#channels.has(channel) || this.#events.has(event)) {
        found[index] = 1;
        continue;
      }
      const { kind, form, isEncrypted } = unpackFlags(chunk.flags[at] ?? 0);
      const lineStart = (chunk.offset[at] ?? 0) - offset;
      const lineEnd = lineStart + (chunk.length[at] ?? 0) - 1;
      const canRuleOut = !isEncrypted && form !== 'base64';
      if (canRuleOut && mayMatch && !mayMatch(lineStart, lineEnd)) continue;
      const text = ascii?.slice(lineStart, lineEnd) ?? bytes.toString('utf8', lineStart, lineEnd);
      if (canRuleOut && !mayMatch && !filter.quickLook(text)(0, Number.POSITIVE_INFINITY)) continue;
      const line = new LogLine(text, form, true);
      if (this.#matchesUnlisted(filter, line, channel, event)) found[index] = 1;
      else if (isEncrypted) encrypted.set(index, line);
      else if (filter.matchesData(shownData(line, kind))) found[index] = 1;
    }
    return encrypted;
  }

  #matchesUnlisted(filter: Filter, line: LogLine, channel: number, event: number): boolean {
    const channelName = channel === unlistedName ? line.name('channel') : null;
    const eventName = event === unlistedName ? line.name('event') : null;
    return [channelName, eventName].some((name) => name !== null && filter.matchesName(name));
  }

  /** Answers how many could not be read. These match by their ciphertext only, which is what the page shows then. */
  async #lookIntoEncrypted(
    filter: Filter,
    start: number,
    lines: ReadonlyMap<number, LogLine>,
    found: Uint8Array,
  ): Promise<number> {
    if (lines.size === 0) return 0;
    const items = [...lines.values()].map(encryptedItem);
    const opened = await this.#options.decrypt(this.#log.profileId, items);
    if (this.#scannedTo !== start) return 0;
    let unread = 0;
    for (const [order, index] of [...lines.keys()].entries()) {
      const result = opened[order];
      const shown = result?.state === 'decrypted' ? result.plaintext : (items[order]?.data ?? '');
      if (filter.matchesData(shown)) found[index] = 1;
      else if (result?.state !== 'decrypted') unread++;
    }
    return unread;
  }
}

/** Which names match, worked out once for each. */
class NameMatches {
  readonly #names: readonly string[];
  readonly #matches: (name: string) => boolean;
  readonly #known: (boolean | undefined)[] = [];

  constructor(names: readonly string[], matches: (name: string) => boolean) {
    this.#names = names;
    this.#matches = matches;
  }

  has(id: number): boolean {
    if (id === noName || id === unlistedName) return false;
    const known = this.#known[id];
    if (known !== undefined) return known;
    const matches = this.#matches(this.#names[id] ?? '');
    this.#known[id] = matches;
    return matches;
  }
}
