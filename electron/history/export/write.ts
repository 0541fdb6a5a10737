/** The main thread's part of an export: asks the query thread for text, part by part, and writes it. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { ViewStatus } from '#shared/contract/history.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { type FileToWrite, notAsWritten, type WrittenFile, writeUserFile } from '../../user-files/index.ts';
import type { ExportPart, FrozenView, ViewConnection } from '../messages.ts';
import { csvHeading, type ExportRules, harEnd, harEntry, harStart, type NdjsonHeader } from './lines.ts';
import { hasRules } from './redaction.ts';

const tellIntervalMs = 100;

/** A view on the query thread, for the export alone. */
export interface ExportSource {
  open(viewId: string): Promise<ViewStatus>;
  /** Answers once every event so far has been looked at. */
  searched(viewId: string, onLooking: () => void): Promise<FrozenView>;
  part(input: {
    viewId: string;
    start: number;
    frozen: FrozenView;
    part: ExportPart;
  }): Promise<{ readonly text: string; readonly next: number; readonly events: number }>;
  connections(input: { viewId: string; frozen: FrozenView }): Promise<readonly ViewConnection[]>;
  close(viewId: string): Promise<unknown>;
}

export interface ExportOrder extends ExportRules {
  readonly filter: string;
  readonly version: string;
  /** Where the app's connections lead: for HAR. */
  readonly url: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

export interface ExportResult extends WrittenFile {
  readonly events: number;
  readonly bytes: number;
}

/** @throws AppError as `writeUserFile`; `cancelled`, and then nothing was written */
export async function writeExport(
  source: ExportSource,
  order: ExportOrder,
  file: FileToWrite,
): Promise<ExportResult> {
  const viewId = `export-${randomBytes(6).toString('hex')}`;
  const writing = new Writing(source, order, viewId);
  try {
    await source.open(viewId);
    const frozen = await writing.searched();
    const written = await writeUserFile(file, async (handle) => {
      await writing.write(handle, frozen);
      await handle.sync();
      await writing.prove(file.temporary);
    });
    return { ...written, events: writing.events, bytes: writing.bytes };
  } finally {
    await source.close(viewId);
  }
}

class Writing {
  readonly #source: ExportSource;
  readonly #order: ExportOrder;
  readonly #viewId: string;
  readonly #hash = createHash('sha256');
  #done = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  events = 0;
  bytes = 0;

  constructor(source: ExportSource, order: ExportOrder, viewId: string) {
    this.#source = source;
    this.#order = order;
    this.#viewId = viewId;
  }

  /** Answers how many rows there are, once every event so far has been looked at. */
  searched(): Promise<FrozenView> {
    return this.#source.searched(this.#viewId, () => this.#tell(0, 0));
  }

  async write(file: FileHandle, frozen: FrozenView): Promise<void> {
    const { format, filter, redaction } = this.#order;
    if (format === 'har') return this.#writeHar(file, frozen);
    const exportedAt = new Date().toISOString();
    const header: NdjsonHeader = {
      latchkey: 'log',
      version: 1,
      exportedAt,
      ...(hasRules(redaction) ? {} : { filter }),
    };
    await this.#append(file, format === 'csv' ? csvHeading : `${JSON.stringify(header)}\n`);
    await this.#writeRows(file, frozen, frozen.rows);
  }

  async #writeHar(file: FileHandle, frozen: FrozenView): Promise<void> {
    const { version, url } = this.#order;
    const connections = await this.#source.connections({ viewId: this.#viewId, frozen });
    await this.#append(file, harStart(version));
    for (const [index, { connection, firstAt }] of connections.entries()) {
      const [entryStart, entryEnd] = harEntry({ url, startedAtMs: firstAt });
      await this.#append(file, `${index === 0 ? '' : ','}${entryStart}`);
      await this.#writeRows(file, frozen, frozen.rows * connections.length, connection);
      await this.#append(file, entryEnd);
    }
    await this.#append(file, harEnd);
  }

  async #writeRows(file: FileHandle, frozen: FrozenView, total: number, connection?: number): Promise<void> {
    const { format, redaction, withPlaintext } = this.#order;
    const part = { format, redaction, withPlaintext, ...(connection === undefined ? {} : { connection }) };
    let isFirst = true;
    for (let start = 0; start < frozen.rows; ) {
      this.#stopIfCancelled();
      const { text, next, events } = await this.#source.part({ viewId: this.#viewId, start, frozen, part });
      if (text !== '') {
        await this.#append(file, format === 'har' && !isFirst ? `,${text}` : text);
        isFirst = false;
      }
      this.events += events;
      this.#done += next - start;
      this.#tell(this.#done, total);
      start = next;
    }
  }

  /** What is on the disk is what was written. */
  async prove(path: string): Promise<void> {
    const read = createHash('sha256');
    for await (const block of createReadStream(path)) read.update(block);
    if (read.digest('hex') !== this.#hash.digest('hex')) throw notAsWritten();
  }

  async #append(file: FileHandle, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    this.#hash.update(bytes);
    this.bytes += bytes.length;
    await file.appendFile(bytes);
  }

  #tell(done: number, total: number): void {
    if (performance.now() - this.#toldAtMs < tellIntervalMs) return;
    this.#toldAtMs = performance.now();
    this.#order.onProgress(done, total);
  }

  #stopIfCancelled(): void {
    if (this.#order.signal.aborted)
      throw new AppError('cancelled', 'The export was cancelled. Nothing was written.');
  }
}
