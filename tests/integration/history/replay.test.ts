/** A session sent again, and two sessions side by side. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as contract from '#shared/contract/history.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { Decrypted } from '../../../electron/history/index.ts';
import { type ReplayOptions, replay } from '../../../electron/replay/index.ts';
import { eventFrame, HistoryHarness } from '../../support/history.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const parent = temporaryFolder();
let folders = 0;
const newFolder = () => join(parent, `history-${folders++}`);
const decrypted: Decrypted = { state: 'decrypted', slot: 'current', plaintext: '{"open":true}' };
const closed: Decrypted = { state: 'closed', why: 'wrong-key' };

interface Sent {
  readonly channel: string;
  readonly event: string;
  readonly data: string;
  readonly atMs: number;
}

/** Where the app's publisher would stand. */
function target(answer: (sent: Sent) => boolean = () => true) {
  const sent: Sent[] = [];
  const watched: string[] = [];
  const options: ReplayOptions = {
    sandbox: () => ({ profileId: 'sandbox', location: { port: 1 }, key: 'k' }) as unknown as Profile,
    publish: async (_, input) => {
      const each = { ...input, atMs: performance.now() };
      if (input.channel.includes(' ')) throw new AppError('invalid_input', 'A blank is not allowed.');
      sent.push(each);
      return {
        isAccepted: answer(each),
        status: 413,
        meaning: 'Too large.',
        hint: null,
        answer: '',
        isEncrypted: false,
        dataSizeBytes: 1,
        durationMs: 1,
      };
    },
    watch: async (__, channels) => void watched.push(...channels),
  };
  return { sent, watched, options };
}

const order = (speed: number | null) => ({
  speed,
  signal: new AbortController().signal,
  onProgress: () => {},
});

async function recorded(): Promise<HistoryHarness> {
  const run = new HistoryHarness(newFolder(), {
    decryptBatch: async (_, items) => items.map(({ data }) => (data.includes('good') ? decrypted : closed)),
  });
  const recorder = run.history.recorder(run.profileId);
  const frames: readonly (readonly [number, string])[] = [
    [0, '{"event":"pusher_internal:subscription_succeeded","channel":"orders","data":"{}"}'],
    [100, eventFrame('orders', 'created', { id: 1 })],
    [150, '{"event":"client-typing","channel":"private-chat","data":"{}"}'],
    [200, eventFrame('private-encrypted-orders', 'paid', '{"nonce":"good","ciphertext":"x"}')],
    [200, eventFrame('private-encrypted-orders', 'paid', '{"nonce":"bad","ciphertext":"x"}')],
    [250, eventFrame('no good', 'odd', 'x')],
    [300, eventFrame('orders', 'created', { id: 2 })],
    [300, 'not JSON'],
  ];
  for (const [atMs, frame] of frames) recorder.frame('in', Buffer.from(frame), 1_700_000_000_000 + atMs);
  recorder.frame('out', Buffer.from(eventFrame('orders', 'sent', {})), 1_700_000_000_400);
  await run.history.flush(run.profileId);
  return run;
}

describe('a replay', () => {
  it('sends what a server sent, in order and opened, and says what it could not', async () => {
    const run = await recorded();
    const { profileId } = run;
    const { sent, watched, options } = target();
    const { signal } = new AbortController();
    const told = await run.history.replaying({ profileId, filter: '', signal }, (source) =>
      replay(source, order(null), options),
    );
    expect(told).toEqual({
      sent: 3,
      closed: 1,
      leftOut: 4,
      refused: 1,
      whyRefused: 'A blank is not allowed.',
    });
    expect(sent.map(({ atMs: _, ...each }) => each)).toEqual([
      { channel: 'orders', event: 'created', data: '{"id":1}' },
      { channel: 'private-encrypted-orders', event: 'paid', data: '{"open":true}' },
      { channel: 'orders', event: 'created', data: '{"id":2}' },
    ]);
    expect(watched).toEqual(['orders', 'private-encrypted-orders', 'no good']);
    const some = target(() => false);
    const filtered = await run.history.replaying({ profileId, filter: '"id":2', signal }, (source) =>
      replay(source, order(null), some.options),
    );
    expect(filtered).toEqual({ sent: 0, closed: 0, leftOut: 0, refused: 1, whyRefused: 'Too large.' });
  });

  it('keeps the pace of the events, or a faster one', async () => {
    const run = await recorded();
    const { sent, options } = target();
    const { signal } = new AbortController();
    const startedAtMs = performance.now();
    await run.history.replaying({ profileId: run.profileId, filter: '', signal }, (source) =>
      replay(source, order(2), options),
    );
    // 200 ms after the first as recorded: no sooner than half of that, but for a timer's own millisecond.
    expect((sent.at(-1)?.atMs ?? 0) - startedAtMs).toBeGreaterThanOrEqual(98);
  });

  it('ends when it is cancelled, and goes nowhere without the sandbox', async () => {
    const run = await recorded();
    const { sent, options } = target();
    const cancel = new AbortController();
    const replayed = run.history.replaying(
      { profileId: run.profileId, filter: '', signal: cancel.signal },
      (source) =>
        replay(
          source,
          { ...order(0.01), signal: cancel.signal },
          {
            ...options,
            publish: (...input) => {
              cancel.abort();
              return options.publish(...input);
            },
          },
        ),
    );
    await expect(replayed).rejects.toMatchObject({ code: 'cancelled' });
    expect(sent).toHaveLength(1);
    const without = run.history.replaying(
      { profileId: run.profileId, filter: '', signal: order(null).signal },
      (source) => replay(source, order(null), { ...options, sandbox: () => undefined }),
    );
    await expect(without).rejects.toMatchObject({ code: 'sandbox_failed' });
  });
});

it('a replay ends when its sandbox does, or another one is started', async () => {
  const run = await recorded();
  const { profileId } = run;
  const { signal } = new AbortController();
  const others = [
    { location: { port: 2 }, key: 'k' },
    { location: { port: 1 }, key: 'other' },
  ];
  for (const after of [undefined, ...others]) {
    const { sent, options } = target();
    const sandbox = () => (sent.length === 0 ? options.sandbox() : (after as unknown as Profile | undefined));
    const replayed = run.history.replaying({ profileId, filter: '', signal }, (source) =>
      replay(source, order(null), { ...options, sandbox }),
    );
    await expect(replayed).rejects.toMatchObject({ code: 'sandbox_failed' });
    expect(sent).toHaveLength(1);
  }
});

it('a replay ends with its sandbox also while its next event is not due for hours', async () => {
  const run = await recorded();
  const { profileId } = run;
  const { signal } = new AbortController();
  const { sent, options } = target();
  // The events are 100 ms apart: at this speed, three hours.
  const told: number[][] = [];
  const slowly = { ...order(0.00001), onProgress: (...progress: number[]) => told.push(progress) };
  const replayed = run.history.replaying({ profileId, filter: '', signal }, (source) =>
    replay(source, slowly, {
      ...options,
      // Gone once it is waited for the second event.
      sandbox: () => (told.at(-1)?.[0] === 3 ? undefined : options.sandbox()),
    }),
  );
  await expect(replayed).rejects.toMatchObject({ code: 'sandbox_failed' });
  expect(sent).toHaveLength(1);
  // The second event is the fourth of nine rows: it waits for its time, and is not sent.
  expect(told.at(-1)).toEqual([3, 9]);
});

it('a replay tells how far it came ten times a second at most, however close its events are', async () => {
  const { sent, options } = target();
  const rows = 120;
  const events = Array.from({ length: rows }, (_, row) => ({
    row,
    atMs: 1_700_000_000_000 + 2 * row,
    channel: 'orders',
    event: 'created',
    data: '{}',
  }));
  const source = { rows, channels: async () => [], part: async () => ({ events, next: rows, closed: 0 }) };
  const toldAtMs: number[] = [];
  await replay(source, { ...order(1), onProgress: () => toldAtMs.push(performance.now()) }, options);
  expect(sent).toHaveLength(rows);
  expect(toldAtMs.length).toBeGreaterThan(1);
  for (const [index, atMs] of toldAtMs.slice(1).entries())
    expect(atMs - (toldAtMs[index] ?? 0)).toBeGreaterThan(99);
});

it('of a session that is deleted meanwhile, it is said that it was', async () => {
  const folder = newFolder();
  const before = new HistoryHarness(folder);
  const { profileId } = before;
  // More than is read at once.
  before.record(Array.from({ length: 1500 }, (_, id) => eventFrame('orders', 'created', { id })));
  await before.history.flush(profileId);
  const [session] = (await before.history.sessions(profileId)).sessions;
  const sessionId = session?.sessionId ?? '';
  await before.history.close();
  const run = new HistoryHarness(folder, {}, profileId);
  const { sent, options } = target();
  const { signal } = new AbortController();
  const replayed = run.history.replaying({ profileId, sessionId, filter: '', signal }, (source) =>
    replay(source, order(null), {
      ...options,
      publish: async (...input) => {
        if (sent.length === 0) await run.history.removeSession(profileId, sessionId);
        return options.publish(...input);
      },
    }),
  );
  await expect(replayed).rejects.toMatchObject({
    code: 'conflict',
    message: 'The session was deleted, or made shorter, while it was read.',
  });
  expect(sent).toHaveLength(1000);
  const compared = run.history.compare({ profileId, sessionId }, { profileId });
  await expect(compared).rejects.toMatchObject({ code: 'not_found' });
});

it('two sessions are compared by their events, and by the form of their data', async () => {
  const folder = newFolder();
  const decryptBatch = async (_: string, items: readonly unknown[]) => items.map(() => decrypted);
  const before = new HistoryHarness(folder, { decryptBatch });
  before.record([
    ...[1, 2, 3].map((id) => eventFrame(`orders-${id}`, 'created', { id, total: '9.90', card: null })),
    eventFrame('news', 'old', 'x'),
    eventFrame('private-encrypted-a', 'sealed', 'x'),
  ]);
  await before.history.flush(before.profileId);
  const [first] = (await before.history.sessions(before.profileId)).sessions;
  await before.history.close();
  const run = new HistoryHarness(folder, { decryptBatch }, before.profileId);
  const uuid = randomUUID();
  run.record([
    ...Array.from({ length: 9 }, (_, id) =>
      eventFrame(`orders-${id}`, 'created', { id, total: 9.9, coupon: { code: 'A' } }),
    ),
    eventFrame(`cart-${uuid}`, 'opened', {}),
    eventFrame('private-encrypted-a', 'sealed', 'x'),
  ]);
  await run.history.flush(run.profileId);
  const { profileId } = run;
  const compared = await run.history.compare({ profileId, sessionId: first?.sessionId }, { profileId });
  contract.comparison.parse(compared);
  expect(compared.isCut).toBe(false);
  expect(
    compared.groups.map(({ channel, event, one, other }) => [channel, event, one.events, other.events]),
  ).toEqual([
    ['orders-#', 'created', 3, 9],
    ['news', 'old', 1, 0],
    ['cart-#', 'opened', 0, 1],
    ['private-encrypted-a', 'sealed', 1, 1],
  ]);
  expect(compared.groups[0]?.changes).toEqual([
    { path: '$.total', before: 'string', after: 'number' },
    { path: '$.card', before: 'null', after: null },
    { path: '$.coupon', before: null, after: 'object' },
  ]);
  expect(compared.groups[3]?.changes).toEqual([]);
});
