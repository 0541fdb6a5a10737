/** The filter language over a real log: every condition, and an expression that runs away. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '#shared/lib/filter/index.ts';
import type { Decrypted, EncryptedItem } from '../../../electron/history/index.ts';
import { type DecryptionKey, decryptEvent, encryptEvent } from '../../../electron/signing/index.ts';
import { eventually } from '../../support/conditions.ts';
import { eventFrame, HistoryHarness } from '../../support/history.ts';
import { hostileFrames } from '../../support/hostile-frames.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { type OracleEvent, oracleMatches } from './filter-oracle.ts';

const folder = temporaryFolder();
const encrypted = 'private-encrypted-orders';
const presence = 'presence-room';

const current = new Uint8Array(randomBytes(32));
const previous = new Uint8Array(randomBytes(32));
const unheld = new Uint8Array(randomBytes(32));
const keys: readonly DecryptionKey[] = [
  { slot: 'current', masterKey: current },
  { slot: 'previous', masterKey: previous },
];
const decryptBatch = async (_: string, items: readonly EncryptedItem[]): Promise<Decrypted[]> =>
  items.map(({ channel, data }) => decryptEvent({ channel, data, keys }));

function sealed(masterKey: Uint8Array, plaintext: string): string {
  return eventFrame(
    encrypted,
    'order.paid',
    JSON.stringify(encryptEvent({ masterKey, channel: encrypted, plaintext })),
  );
}

describe('a condition', () => {
  it('finds what it says', async () => {
    let nowMs = new Date(2026, 4, 5, 12).getTime();
    const startMs = nowMs;
    const harness = new HistoryHarness(folder, { decryptBatch, now: () => nowMs });
    const { history, profileId } = harness;
    const frames: [frame: string, direction: 'in' | 'out', connection: number][] = [
      [eventFrame('orders', 'created', { order: { id: 42, total: '19.90' }, tags: ['a', 'b c'] }), 'in', 1],
      ['{"event":"paid","channel":"Orders.eu","data":{"order":{"id":9007199254740993}}}', 'in', 2],
      [JSON.stringify({ event: 'client-typing', channel: presence, data: {}, user_id: 'ana' }), 'in', 1],
      [eventFrame(presence, 'pusher_internal:member_added', { user_id: 7, user_info: {} }), 'in', 1],
      [
        JSON.stringify({
          event: 'pusher:subscribe',
          data: { channel: presence, auth: 'k:s', channel_data: '{"user_id":"bob"}' },
        }),
        'out',
        1,
      ],
      [sealed(current, '{"order":{"id":42}}'), 'in', 1],
      [sealed(previous, '{"old":true}'), 'in', 1],
      [sealed(unheld, '{"secret":1}'), 'in', 1],
      ['not json at all', 'in', 1],
      [eventFrame('c', 'e', 'x'.repeat(3000)), 'in', 1],
      ['{"event":"e","channel":"c","data":{"amount":1.234567e+8,"place":"Zoë \\"5\\""}}', 'in', 1],
    ];
    for (const [frame, direction, connection] of frames) {
      history.recorder(profileId, connection).frame(direction, Buffer.from(frame), nowMs);
      nowMs += 60_000;
    }
    history.recorder(profileId).note('gap', 'Nothing came.');
    const expected: [filter: string, sequences: number[]][] = [
      ['channel:orders', [0]],
      ['channel:orders*', [0, 1]],
      ['channel:ORDERS?eu', [1]],
      ['event:client-*', [2]],
      ['dir:out', [4]],
      ['dir:note', [11]],
      ['kind:client', [2]],
      ['kind:protocol', [3, 4]],
      ['kind:undecodable', [8]],
      ['conn:2', [1]],
      ['size:>2k', [9]],
      ['size:1..20', [8]],
      ['user:ana', [2]],
      ['user:7', [3]],
      ['user:b?b', [4]],
      ['encrypted', [5, 6, 7]],
      ['undecrypted', [7]],
      ['key:current', [5]],
      ['key:previous', [6]],
      ['encrypted -key:current', [6, 7]],
      ['after:-3m', [8, 9, 10, 11]],
      ['before:12:00:30', [0]],
      ['after:12:00:30 before:12:02', [1, 2]],
      ['$.data.order.id=42', [0, 5]],
      ['$.data.order.id="42"', []],
      ['$.data.order.total="19.90"', [0]],
      ['$.data.order.id=42.0', [0, 5]],
      ['$.data.order.id=9007199254740992', []],
      ['$.data.order.id=9007199254740993', [1]],
      ['$.data.order.id>9007199254740992', [1]],
      ['$.data.amount=123456700', [10]],
      ['$.data.amount=-123456700', []],
      ['$.data.place="Zoë \\"5\\""', [10]],
      ['$.data.order.id!=42', [1]],
      ['$.data.tags[1]="b c"', [0]],
      ['$.data.tags[*]~B', [0]],
      ['$.data.old', [6]],
      ['$.data~"json"', []],
      ['$.event~PAID channel:private*', [5, 6, 7]],
      ['$.user_id=ana', [2]],
      ['/^order\\.p/', [5, 6, 7]],
      ['/ORDER.*42/i', [0, 5]],
      ['/not json/', [8]],
      ['"order" -$.data.order.id', [6, 7]],
      ['(event:paid or undecrypted) -conn:1', [1]],
      ['-kind:event -kind:protocol', [2, 8, 11]],
    ];
    for (const [filter, sequences] of expected) expect(await harness.find(filter), filter).toEqual(sequences);
    // It counts from when it was applied, also in a query thread that is new.
    await history.openView({ profileId, viewId: 'found', filter: 'after:-3m' });
    nowMs = startMs + 3_600_000;
    await history.restart();
    expect((await harness.scanned('found')).matched).toBe(4);
  });

  it('finds what a plain look at every event finds, over random and hostile frames', async () => {
    const random = new SeededRandom(7);
    const harness = new HistoryHarness(folder, { decryptBatch });
    const { history, profileId } = harness;
    const channels = ['orders', 'private-a', presence, encrypted, 'ünï-\u212a'];
    const hostile = hostileFrames('orders', presence, encrypted).filter(({ length }) => length < 200_000);
    const frames = Array.from({ length: 600 }, (_, index) => {
      const kind = random.integer(0, 9);
      if (kind === 0) return hostile[index % hostile.length] ?? '';
      if (kind === 1) return sealed(random.pick([current, previous, unheld]), JSON.stringify(random.json()));
      if (kind === 2) return random.bytes(random.integer(0, 60));
      const frame = JSON.stringify({
        event: random.pick(['order.paid', 'client-x', 'pusher_internal:member_added', 'Öl']),
        channel: random.pick(channels),
        data: random.fraction() < 0.5 ? JSON.stringify(random.json()) : random.json(),
        ...(random.fraction() < 0.3 ? { user_id: random.pick(['a', 'b', 3]) } : {}),
      });
      return kind === 3 ? frame.replaceAll('a', '\\u0061') : frame;
    });
    for (const [index, frame] of frames.entries()) {
      const bytes = Buffer.from(frame as string);
      history
        .recorder(profileId, random.integer(1, 3))
        .frame(random.pick(['in', 'out']), bytes, index * 1000);
    }
    await history.flush(profileId);
    await history.openView({ profileId, viewId: 'all', filter: '' });
    const events: OracleEvent[] = [];
    for (let sequence = 0; sequence < frames.length; sequence++)
      events.push(await history.detail({ profileId, sequence }));
    const leaves = [
      'a',
      'é',
      '"ab',
      'ä"',
      'ß',
      '中',
      '😀',
      'k',
      'ki',
      '\\',
      'order',
      'paid',
      'x',
      '{"a":',
      '0',
      'true',
      ':',
      '"a b"',
      'channel:p*',
      'channel:ün*',
      'channel:orders',
      'event:*a*',
      'event:öl',
      'dir:in',
      'dir:out',
      'kind:client',
      'kind:undecodable',
      'kind:event',
      'kind:protocol',
      'conn:2',
      'size:>60',
      'size:10..50',
      'after:1970-01-01T00:03:00Z',
      'before:1970-01-01T00:07:00Z',
      'encrypted',
      'undecrypted',
      'key:current',
      'key:previous',
      'user:a',
      'user:3',
      '/a.b/',
      '/^[A-Z{]/i',
      '/\\d{3}/',
      '$.data',
      '$.data.a',
      '$.data.b=true',
      '$.data[0]',
      '$.data[*]>5',
      '$.data.c~a',
      '$.event~"paid"',
      '$.data.é!=1',
    ].map((leaf) => (leaf.startsWith('"') && !/^".*"$/.test(leaf) ? `x${leaf}` : leaf));
    const filters = [
      ...leaves,
      ...Array.from({ length: 60 }, () => {
        const [a, b, c] = [random.pick(leaves), random.pick(leaves), random.pick(leaves)];
        return random.pick([
          `${a} ${b}`,
          `${a} or ${b}`,
          `-${a} ${b}`,
          `(${a} or -${b}) ${c}`,
          `-(${a} ${b})`,
        ]);
      }),
    ];
    let found = 0;
    for (const filter of filters) {
      const parsed = parseFilter(filter);
      if (!parsed.isValid || !parsed.node) throw new Error(`${filter} can’t be read.`);
      const { node } = parsed;
      const expected = events.filter((event) => oracleMatches(node, event)).map(({ row }) => row.sequence);
      await history.openView({ profileId, viewId: 'found', filter });
      expect((await harness.scanned('found')).matched, filter).toBe(expected.length);
      const sequences = [...(await harness.rows('found')), ...(await harness.rows('found', 300))].map(
        (row) => row.sequence,
      );
      expect(sequences, filter).toEqual(expected);
      found += expected.length;
    }
    expect(found).toBeGreaterThan(1000);
  });

  it('that can’t be read is refused with its place, and the view stays as it was', async () => {
    const harness = new HistoryHarness(folder);
    harness.record([eventFrame('c', 'e', 'one'), eventFrame('c', 'e', 'two')]);
    await harness.find('two');
    await expect(
      harness.history.openView({ profileId: harness.profileId, viewId: 'found', filter: 'two size:x' }),
    ).rejects.toMatchObject({
      code: 'invalid_input',
      message:
        'The filter can’t be read at character 10. This is no size. Write a size such as 300, >2k, <=1m or 1k..2k. k is 1,024 bytes, m 1,024 k.',
    });
    expect(await harness.rows('found')).toMatchObject([{ sequence: 1 }]);
  });

  it('is completed with names of channels and of events', async () => {
    const harness = new HistoryHarness(folder);
    harness.record([eventFrame('orders', 'Created', ''), eventFrame('re-orders', 'paid', '')]);
    await harness.history.flush(harness.profileId);
    const { profileId } = harness;
    const names = async (kind: 'channel' | 'event', text: string, limit = 10) =>
      (await harness.history.names({ profileId, kind, text, limit })).names;
    expect(await names('channel', 'OR')).toEqual(['orders', 're-orders']);
    expect(await names('event', '')).toEqual(['Created', 'paid']);
    harness.record([eventFrame('a-orders', 'x', '')]);
    await harness.history.flush(harness.profileId);
    expect(await names('channel', 'or', 2)).toEqual(['orders', 'a-orders']);
  });
});

describe('an expression that runs away', () => {
  it('is ended and named; other views come back, and frames go on being durable', async () => {
    let durable = 0;
    const harness = new HistoryHarness(folder, {
      regexLimitMs: 300,
      onDurable: (_, count) => (durable = count),
    });
    const { history, profileId } = harness;
    harness.record([eventFrame('c', 'first', 'harmless'), eventFrame('c', 'e', `${'a'.repeat(5000)}!`)]);
    await history.flush(profileId);
    await history.openView({ profileId, viewId: 'all', filter: '' });
    await history.openView({ profileId, viewId: 'text', filter: 'harmless' });
    const opening = history.openView({ profileId, viewId: 'hostile', filter: '/^"?(a+)+$/' });
    const recorder = history.recorder(profileId);
    const late = setInterval(
      () => recorder.frame('in', Buffer.from(eventFrame('c', 'late', 'harmless')), Date.now()),
      5,
    );
    // Before the expression is ended, nothing of the query thread answers.
    const before = durable;
    await eventually(() => durable > before + 3, { what: 'durable lines while the expression runs' });
    const status = await opening;
    clearInterval(late);
    expect(status).toMatchObject({ viewId: 'hostile', matched: 0 });
    expect(status.problem).toMatch(/took longer than 0\.3 s on event 1 and was ended/);
    await history.flush(profileId);
    const all = await harness.status('all');
    expect(all.matched).toBe(durable);
    expect((await harness.scanned('text')).matched).toBe(durable - 1);
    expect(await harness.status('hostile')).toMatchObject({ problem: status.problem });
    expect(harness.problems).toEqual([]);
  });

  it('in a view that was open before is told with a tick', async () => {
    const harness = new HistoryHarness(folder, { regexLimitMs: 300 });
    const { history, profileId } = harness;
    harness.record([eventFrame('c', 'e', 'aaaa')]);
    await history.flush(profileId);
    expect(await history.openView({ profileId, viewId: 'open', filter: '/^(a+)+$/' })).toMatchObject({
      matched: 1,
    });
    harness.record([eventFrame('c', 'e', `${'a'.repeat(5000)}!`)]);
    const ended = await eventually(() => harness.grown.find((status) => status.problem !== undefined));
    expect(ended).toMatchObject({ viewId: 'open', profileId });
    // Asked for again it may run again: the user may have another log by now.
    expect((await history.openView({ profileId, viewId: 'open', filter: '/^a+$/' })).problem).toBeUndefined();
  });

  it('fails what waits for all that it finds', async () => {
    const harness = new HistoryHarness(folder, { regexLimitMs: 300 });
    harness.record([eventFrame('c', 'e', `${'a'.repeat(5000)}!`)]);
    await harness.history.flush(harness.profileId);
    const order = {
      filter: '/^(a+)+$/',
      format: 'ndjson' as const,
      redaction: { signatures: false, users: false, payloads: false, members: [] },
      withPlaintext: false,
      version: '1.0.0',
      url: 'ws://127.0.0.1/app/key',
      signal: new AbortController().signal,
      onProgress: () => {},
    };
    const file = {
      path: join(folder, 'export.ndjson'),
      temporary: join(folder, 'export.part'),
      overwrite: false,
    };
    const { profileId } = harness;
    await expect(harness.history.exportEvents({ profileId }, order, file)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('took longer than'),
    });
  });
});
