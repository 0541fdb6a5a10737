/** The query thread's part of an export: reads the events of a view, and opens what is encrypted. */
import { indexInChunk, unpackFlags } from '../columns.ts';
import type { LogReader } from '../log-reader.ts';
import type { Decrypted, EncryptedItem, ExportPart, ViewConnection } from '../messages.ts';
import { type Decrypt, encryptedItem } from '../rows.ts';
import type { View } from '../view.ts';
import { type ExportedEvent, exportedText } from './lines.ts';

/** Of the log, for one answer. A single event may be larger. */
const bytesPerAnswer = 2 * 1024 * 1024;
const rowsPerAnswer = 5000;

export interface ExportRange {
  readonly start: number;
  readonly end: number;
  readonly part: ExportPart;
}

export async function exportEvents(
  log: LogReader,
  view: View,
  { start, end, part }: ExportRange,
  decrypt: Decrypt,
): Promise<{ text: string; next: number; events: number }> {
  const drafts: (Omit<ExportedEvent, 'opened'> & { readonly item: EncryptedItem | undefined })[] = [];
  let sizeBytes = 0;
  const sequences = view.sequences(start, Math.min(rowsPerAnswer, end - start));
  let next = start;
  for (const sequence of sequences) {
    if (sizeBytes > bytesPerAnswer) break;
    next++;
    const facts = log.facts(sequence);
    if (part.connection !== undefined && facts.connection !== part.connection) continue;
    const line = log.line(sequence, facts.lengthBytes);
    sizeBytes += facts.lengthBytes;
    drafts.push({
      facts,
      line,
      channel: log.channel(sequence, () => line),
      event: log.event(sequence, () => line),
      item: facts.isEncrypted && mayOpen(part) ? encryptedItem(line) : undefined,
    });
  }
  const items = drafts.map(({ item }) => item).filter((item) => item !== undefined);
  const opened: readonly Decrypted[] = items.length === 0 ? [] : await decrypt(log.profileId, items);
  let nextOpened = 0;
  const texts = drafts
    .map(({ item, ...event }) => exportedText({ ...event, opened: item && opened[nextOpened++] }, part))
    .filter((text) => text !== '');
  return { text: texts.join(part.format === 'har' ? ',' : ''), next, events: texts.length };
}

/** A spreadsheet has a column for the key that opened an event. */
function mayOpen({ withPlaintext, format }: ExportPart): boolean {
  return withPlaintext || format === 'csv';
}

/** Of the first `end` rows. Notes are in no frame's export, and don't count. */
export function connectionsOf(view: View, log: LogReader, end: number): ViewConnection[] {
  const firsts = new Map<number, number>();
  for (const sequence of view.sequences(0, end)) {
    const chunk = log.chunkOf(sequence);
    const index = indexInChunk(sequence);
    if (unpackFlags(chunk.flags[index] ?? 0).direction === 'note') continue;
    const connection = chunk.connection[index] ?? 0;
    if (!firsts.has(connection)) firsts.set(connection, chunk.atMs[index] ?? 0);
  }
  return [...firsts].map(([connection, firstAt]) => ({ connection, firstAt }));
}
