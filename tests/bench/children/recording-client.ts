/** Ours: the app's own connection, through pusher-js and its tap, into the log, until the last event is durable. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Profile } from '#shared/contract/profiles.ts';
import { History, type Recorder } from '../../../electron/history/index.ts';
import { Live } from '../../../electron/live/index.ts';

const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
const entry = (name: string) => new URL(`../../../electron/history/${name}.ts`, import.meta.url);
const history = new History({
  folder,
  entries: { writer: entry('writer-thread'), query: entry('query-thread'), search: entry('search-thread') },
  decryptBatch: async (_, items) => items.map(() => ({ state: 'closed', why: 'vault-locked' })),
  onGrew: () => {},
});
const endpoint = { host: '127.0.0.1', port, tls: false, path: '' };
const profile: Profile = {
  profileId: crypto.randomUUID(),
  name: 'benchmark',
  environment: 'local',
  dialect: 'other',
  appId: 'bench',
  key: 'bench',
  location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
  createdAt: 0,
  updatedAt: 0,
};
const { profileId } = profile;
const recorder = history.recorder(profileId);
// The threads start with the app, long before a connection: this is not what is measured.
recorder.note('connected', 'The benchmark starts.');
await history.flush(profileId);
await history.openView({ profileId, viewId: 'bench', filter: '' });

/** The welcome, and then the events. */
const expected = count + 1;
let received = 0;
let startedAt = 0;
const countingRecorder: Recorder = {
  frame: (direction, bytes, atMs) => {
    const mayGoOn = recorder.frame(direction, bytes, atMs);
    if (direction === 'in') {
      if (received === 0) startedAt = performance.now();
      if (++received === expected) void finish();
    }
    return mayGoOn;
  },
  note: (kind, text) => recorder.note(kind, text),
  whenReady: () => recorder.whenReady(),
};
const live = new Live({
  profiles: { get: () => profile },
  authorizer: {
    signChannel: () => Promise.reject(new Error('Nothing is to be signed here.')),
    signUser: () => Promise.reject(new Error('Nobody is to be signed in here.')),
  },
  recorder: () => countingRecorder,
  onClosed: () => {},
  onChanged: () => {},
  onPresenceChanged: () => {},
});
live.connect(profileId);

async function finish(): Promise<void> {
  await history.flush(profileId);
  const seconds = (performance.now() - startedAt) / 1000;
  const { status } = await history.rows({ profileId, viewId: 'bench', start: 0, count: 1 });
  if (status.total < expected) throw new Error(`Only ${status.total} of ${expected} frames are in the log.`);
  await live.close();
  await history.close();
  rmSync(folder, { recursive: true });
  process.send?.({ seconds });
  process.disconnect();
}
