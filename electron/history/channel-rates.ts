/** How often events come on each channel, counted in the log's columns: recording costs nothing for it. */
import { setImmediate } from 'node:timers/promises';
import { indexInChunk, noName, unlistedName, unpackFlags } from './columns.ts';
import type { LogReader } from './log-reader.ts';

/** Looked through at most, newest first: a flood has an exact count of its newest events, and less of a past. */
const lineLimit = 1_000_000;
/** The busiest. */
const channelLimit = 1000;
const linesPerTurn = 100_000;

/** Events received in each bar, oldest first. */
export type ChannelRates = readonly (readonly [channel: string, bars: readonly number[]])[];

export interface RateQuestion {
  readonly barMs: number;
  readonly barCount: number;
  /** Milliseconds since 1970: the last bar ends here. */
  readonly nowMs: number;
}

export async function channelRates(
  log: LogReader,
  { barMs, barCount, nowMs }: RateQuestion,
): Promise<ChannelRates> {
  const sinceMs = nowMs - barMs * barCount;
  const bars = new Map<number, Uint32Array>();
  const isEvent = Array.from({ length: 256 }, (_, flags) => {
    const { kind, direction } = unpackFlags(flags);
    return direction === 'in' && (kind === 'event' || kind === 'client');
  });
  const last = Math.max(0, log.count - lineLimit);
  for (let line = log.count - 1; line >= last; line--) {
    if (line % linesPerTurn === 0) await setImmediate();
    const chunk = log.chunkOf(line);
    const index = indexInChunk(line);
    const atMs = chunk.atMs[index] ?? 0;
    if (atMs < sinceMs) break;
    const channel = chunk.channel[index] ?? noName;
    if (!isEvent[chunk.flags[index] ?? 0] || channel === noName || channel === unlistedName) continue;
    let counts = bars.get(channel);
    if (!counts) {
      counts = new Uint32Array(barCount);
      bars.set(channel, counts);
    }
    // The clocks of two threads may differ by a little.
    const bar = Math.min(barCount - 1, Math.floor((atMs - sinceMs) / barMs));
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);
  return [...bars]
    .map(([channel, counts]) => ({ channel, counts, total: sum(counts) }))
    .sort((one, other) => other.total - one.total)
    .slice(0, channelLimit)
    .map(({ channel, counts }) => [log.names[channel] ?? '', [...counts]] as const);
}

/** When an event of this name was last received on the channel. Null: not among the newest million lines. */
export async function lastSeen(log: LogReader, channel: string, event: string): Promise<number | null> {
  const channelId = log.names.indexOf(channel);
  const eventId = log.names.indexOf(event);
  if (channelId <= 0 || eventId <= 0) return null;
  const last = Math.max(0, log.count - lineLimit);
  for (let line = log.count - 1; line >= last; line--) {
    if (line % linesPerTurn === 0) await setImmediate();
    const chunk = log.chunkOf(line);
    const index = indexInChunk(line);
    if (chunk.channel[index] !== channelId || chunk.event[index] !== eventId) continue;
    if (unpackFlags(chunk.flags[index] ?? 0).direction === 'in') return chunk.atMs[index] ?? null;
  }
  return null;
}
