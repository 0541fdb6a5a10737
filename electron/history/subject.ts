/** A line that a filter is asked about: what its columns say, and of its text what has been needed so far. */
import { type Columns, createColumns, indexInChunk, noName, unpackFlags } from './columns.ts';
import type { LogLine } from './line-reader.ts';
import type { Decrypted } from './messages.ts';
import { shownData } from './rows.ts';

const noColumns = createColumns(0);

/** What is known of a line so far. One object for many lines, as there are millions. */
export class Subject {
  sequence = 0;
  #columns: Columns = noColumns;
  #at = 0;
  /** Its text, once that is needed. */
  line: LogLine | undefined;
  /** Of a line on an encrypted channel, once that is needed. */
  opened: Decrypted | undefined;
  /** Text was looked for in what could not be opened. */
  isUnread = false;

  /** To another line, of which the columns are known. Answers its length. */
  turnTo(sequence: number, columns: Columns): number {
    this.sequence = sequence;
    this.#columns = columns;
    this.#at = indexInChunk(sequence);
    this.line = undefined;
    this.opened = undefined;
    this.isUnread = false;
    return columns.length[this.#at] ?? 0;
  }

  // Read when they are asked for: of lines here and there each column is a look into far memory.
  get atMs(): number {
    return this.#columns.atMs[this.#at] ?? 0;
  }

  get sizeBytes(): number {
    return this.#columns.size[this.#at] ?? 0;
  }

  get connection(): number {
    return this.#columns.connection[this.#at] ?? 0;
  }

  get flags(): number {
    return this.#columns.flags[this.#at] ?? 0;
  }

  get channel(): number {
    return this.#columns.channel[this.#at] ?? noName;
  }

  get event(): number {
    return this.#columns.event[this.#at] ?? noName;
  }

  /** Of the page's data: decrypted if it could be. */
  get shown(): string {
    if (this.opened?.state === 'decrypted') return this.opened.plaintext;
    return this.line ? shownData(this.line, unpackFlags(this.flags).kind) : '';
  }
}
