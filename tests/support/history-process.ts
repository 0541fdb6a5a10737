/** Writes events to the logs of some apps until it is killed, and tells how many lines of each are durable. */
import { setImmediate } from 'node:timers/promises';
import { History } from '../../electron/history/index.ts';
import { framesOf, type HistoryWork } from './history-work.ts';
import { argument, untilToldToGo } from './killed-child.ts';

const { folder, profileIds, seed, limits, turns } = argument<HistoryWork>();
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const entry = (name: string) => new URL(`../../electron/history/${name}${extension}`, import.meta.url);
const history = new History({
  folder,
  entries: { writer: entry('writer-thread'), query: entry('query-thread'), search: entry('search-thread') },
  decryptBatch: async () => [],
  onGrew: () => {},
  onDurable: (profileId, count) => process.send?.({ profileId, count }),
  limits,
});
await untilToldToGo();
const logs = profileIds.map((profileId, index) => ({
  profileId,
  recorder: history.recorder(profileId),
  frames: framesOf(seed + index),
}));
for (let turn = 0; turn !== turns; turn++) {
  for (const { recorder, frames } of logs) {
    for (let count = 0; count < 50; count++) {
      if (!recorder.frame('in', Buffer.from(frames.next().value), Date.now())) await recorder.whenReady();
    }
  }
  // Clearing hides lines from the views, and must take none from the disk.
  if (turn % 100 === 99) for (const { profileId } of logs) await history.clear(profileId);
  await setImmediate();
}
await history.close();
process.disconnect?.();
