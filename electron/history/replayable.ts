/** What of a log can be sent again: application events that came from a server, with their data as it can be read. */
import type { LogReader } from './log-reader.ts';
import type { EncryptedItem, ReplayableEvent, ReplayPart } from './messages.ts';
import { type Decrypt, encryptedItem } from './rows.ts';
import type { View } from './view.ts';

const bytesPerAnswer = 1024 * 1024;
const rowsPerAnswer = 1000;

export async function replayableEvents(
  log: LogReader,
  view: View,
  { start, end }: { readonly start: number; readonly end: number },
  decrypt: Decrypt,
): Promise<ReplayPart> {
  const drafts: (Omit<ReplayableEvent, 'data'> & { readonly data: string; readonly item?: EncryptedItem })[] =
    [];
  const sequences = view.sequences(start, Math.min(rowsPerAnswer, end - start));
  let sizeBytes = 0;
  let next = start;
  for (const sequence of sequences) {
    if (sizeBytes > bytesPerAnswer) break;
    next++;
    const facts = log.facts(sequence);
    if (facts.kind !== 'event' || facts.direction !== 'in') continue;
    const line = log.line(sequence, facts.lengthBytes);
    const channel = log.channel(sequence, () => line);
    const event = log.event(sequence, () => line);
    if (channel === null || event === null) continue;
    sizeBytes += facts.lengthBytes;
    const item = facts.isEncrypted ? encryptedItem(line) : undefined;
    drafts.push({
      row: next - 1,
      atMs: facts.atMs,
      channel,
      event,
      data: line.data ?? '',
      ...(item ? { item } : {}),
    });
  }
  const items = drafts.flatMap(({ item }) => (item ? [item] : []));
  const opened = items.length === 0 ? [] : await decrypt(log.profileId, items);
  let nextOpened = 0;
  let closed = 0;
  const events = drafts.flatMap(({ item, ...event }) => {
    if (!item) return [event];
    const result = opened[nextOpened++];
    if (result?.state === 'decrypted') return [{ ...event, data: result.plaintext }];
    closed++;
    return [];
  });
  return { events, next, closed };
}

export function channelsOf(log: LogReader, view: View, limit: number): string[] {
  const channels = new Set<string>();
  for (const sequence of view.sequences(0, view.status.matched)) {
    if (log.facts(sequence).kind !== 'event') continue;
    const channel = log.channel(sequence, () => log.line(sequence, log.facts(sequence).lengthBytes));
    if (channel !== null) channels.add(channel);
    if (channels.size >= limit) break;
  }
  return [...channels];
}
