/** Writes events to a log until it is killed, and tells how many are durable. Each event's data is its number. */
import { History } from '../../electron/history/index.ts';

const [folder = '', profileId = ''] = process.argv.slice(2);
const entry = (name: string) => new URL(`../../electron/history/${name}.ts`, import.meta.url);
const history = new History({
  folder,
  entries: { writer: entry('writer-thread'), query: entry('query-thread') },
  decryptBatch: async () => [],
  onGrew: () => {},
  onDurable: (_, count) => process.send?.(count),
});
const recorder = history.recorder(profileId);
process.on('disconnect', () => process.exit(0));
for (let number = 0; ; number++) {
  const frame = Buffer.from(`{"event":"e","channel":"c","data":"${number}"}`);
  if (!recorder.frame('in', frame, Date.now())) await recorder.whenReady();
  if (number % 5000 === 0) await new Promise((resolve) => setImmediate(resolve));
}
