/**
 * Tens of thousands of spoiled frames over a real socket to a real connection with the real log: nothing is thrown,
 * every frame is in the log in its order, memory stays bounded, and what follows works.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Pusher from 'pusher-js';
import { expect, it } from 'vitest';
import type { Recorder } from '../../../electron/live/index.ts';
import { eventually } from '../../support/conditions.ts';
import { HistoryHarness } from '../../support/history.ts';
import { profileFor, signWith, startLive, startScripted } from '../../support/live.ts';
import { mutatedFrames } from '../../support/mutated-frames.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { roundsInTurn } from '../../support/soak.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const [channel, presence, encrypted] = ['orders', 'presence-room', 'private-encrypted-orders'];
const frames = mutatedFrames(channel, presence, encrypted);
/** So many are under way at a time, so that the server does not run ahead of the log. */
const atOnce = 500;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A log that also says what came, and compares it with what was sent. */
class ComparingRecorder implements Recorder {
  readonly expected: Buffer[] = [];
  /** Frames and notes, as the log counts them. */
  recorded = 0;
  matched = 0;
  readonly #log: Recorder;

  constructor(log: Recorder) {
    this.#log = log;
  }

  frame(direction: 'in' | 'out', bytes: Uint8Array, atMs: number): boolean {
    this.recorded++;
    const [next] = this.expected;
    // The server’s own answers come in between.
    if (direction === 'in' && next?.equals(bytes)) {
      this.expected.shift();
      this.matched++;
    }
    return this.#log.frame(direction, bytes, atMs);
  }

  note(kind: string, text: string): void {
    this.recorded++;
    this.#log.note(kind, text);
  }

  whenReady(): Promise<void> {
    return this.#log.whenReady();
  }
}

async function connected() {
  const kept = new HistoryHarness(temporaryFolder());
  const server = await startScripted();
  const profile = { ...profileFor(server), profileId: kept.profileId };
  const { profileId } = profile;
  const recorder = new ComparingRecorder(kept.history.recorder(profileId));
  const harness = startLive({}, () => recorder);
  harness.add(profile, signWith(server.key, server.secret));
  harness.live.connect(profileId);
  await harness.connected(profileId);
  for (const name of [channel, presence, encrypted]) {
    harness.live.subscribe({ profileId, channel: name });
    await harness.subscribed(profileId, name);
  }
  return { kept, server, recorder, harness, profileId };
}

it('mutated frames are recorded, and change nothing on a connection that is in use', async () => {
  const { kept, server, recorder, harness, profileId } = await connected();
  const unexpected: unknown[] = [];
  const remember = (error: unknown) => unexpected.push(error);
  process.on('unhandledRejection', remember);
  process.on('uncaughtException', remember);
  const { socketId } = harness.state(profileId);
  let sent = 0;
  let heapBefore = 0;
  const arrived = () =>
    eventually(() => recorder.matched === sent, { what: `frame ${sent}`, withinMs: 60_000 });
  await roundsInTurn({ inTest: 50_000, inSoak: 1_000_000 }, async (random, index) => {
    const frame = frames.next(random);
    recorder.expected.push(frame);
    server.sendRaw(frame);
    sent++;
    if (sent % atOnce === 0) await arrived();
    // After everything has been compiled and every buffer has its size.
    if (index === 10_000) {
      collectGarbage();
      heapBefore = process.memoryUsage().heapUsed;
    }
  });
  await arrived();
  collectGarbage();
  const grownMb = (process.memoryUsage().heapUsed - heapBefore) / 1_048_576;
  process.off('unhandledRejection', remember);
  process.off('uncaughtException', remember);
  expect(unexpected).toEqual([]);
  expect(grownMb).toBeLessThan(24);
  expect(Buffer.byteLength(JSON.stringify(harness.live.list()))).toBeLessThan(20_000);
  expect(harness.live.timeline({ profileId }).length).toBeLessThanOrEqual(200);
  // The same socket, with all that it had, and able to have more.
  expect(harness.state(profileId)).toMatchObject({ state: 'connected', socketId });
  for (const { state } of harness.state(profileId).subscriptions) expect(state).toBe('subscribed');
  harness.live.subscribe({ profileId, channel: 'private-later' });
  await harness.subscribed(profileId, 'private-later');
  await kept.history.flush(profileId);
  await kept.history.openView({ profileId, viewId: 'all', filter: '' });
  expect((await kept.status('all')).total).toBe(recorder.recorded);
  expect(kept.problems).toEqual([]);
}, 120_000);

it('are frames on which pusher-js alone would throw', () => {
  interface Socket {
    onopen?: () => void;
    onmessage?: (message: { data: string }) => void;
  }
  const sockets: Socket[] = [];
  class SilentSocket implements Socket {
    onopen?: () => void;
    onmessage?: (message: { data: string }) => void;
    constructor() {
      sockets.push(this);
    }
    send(): void {}
    close(): void {}
  }
  const random = new SeededRandom(1);
  const runtime = Pusher.Runtime;
  const original = runtime.getWebSocketAPI;
  runtime.getWebSocketAPI = () => SilentSocket;
  let thrown = 0;
  const pusher = new Pusher('key', {
    cluster: 'x',
    wsHost: '127.0.0.1',
    forceTLS: false,
    enabledTransports: ['ws'],
    channelAuthorization: {
      customHandler: (_, callback) => callback(null, { auth: 'a:b', shared_secret: 'AAAA' }),
    },
  });
  try {
    const [socket] = sockets;
    const data = { socket_id: '1.1', activity_timeout: 120 };
    socket?.onopen?.();
    socket?.onmessage?.({ data: JSON.stringify({ event: 'pusher:connection_established', data }) });
    for (const name of [channel, presence, encrypted]) pusher.subscribe(name);
    for (let count = 0; count < 3000; count++) {
      try {
        socket?.onmessage?.({ data: frames.next(random).toString() });
      } catch {
        thrown++;
      }
    }
  } finally {
    runtime.getWebSocketAPI = original;
    pusher.disconnect();
  }
  expect(thrown).toBeGreaterThan(20);
});
