/**
 * `kept-session.ts FOLDER PROFILE fill COUNT` records a session of so many events and ends. `… open SESSION` opens it as
 * the page does: what it holds, a view, its newest rows; and tells how long that took.
 */
import { History } from '../../../electron/history/index.ts';
import { sampleFrames } from '../sample-events.ts';

const [folder = '', profileId = '', what, argument = ''] = process.argv.slice(2);
const entry = (name: string) => new URL(`../../../electron/history/${name}.ts`, import.meta.url);
const history = new History({
  folder,
  entries: { writer: entry('writer-thread'), query: entry('query-thread'), search: entry('search-thread') },
  decryptBatch: async (_, items) => items.map(() => ({ state: 'closed', why: 'vault-locked' })),
  onGrew: () => {},
});
const answer: unknown = what === 'fill' ? await fill(Number(argument)) : await open(argument);
await history.close();
process.send?.(answer);
process.disconnect();

async function fill(count: number): Promise<string | undefined> {
  const recorder = history.recorder(profileId);
  const frames = sampleFrames(10_000);
  for (let sent = 0; sent < count; sent++) {
    const frame = frames[sent % frames.length];
    if (frame && !recorder.frame('in', frame, Date.now())) await recorder.whenReady();
  }
  await history.flush(profileId);
  return (await history.sessions(profileId)).sessions[0]?.sessionId;
}

async function open(sessionId: string): Promise<number> {
  // The threads start with the app, long before a session is opened: this is not what is measured.
  await history.openView({ profileId, viewId: 'live', filter: '' });
  const startedAt = performance.now();
  await history.describeSession(profileId, sessionId);
  const { matched } = await history.openView({ profileId, sessionId, viewId: 'kept', filter: '' });
  const start = Math.max(0, matched - 50);
  const { rows } = await history.rows({ profileId, sessionId, viewId: 'kept', start, count: 50 });
  const took = performance.now() - startedAt;
  if (rows.length !== 50) throw new Error(`It has ${matched} events, of which ${rows.length} were read.`);
  return took;
}
