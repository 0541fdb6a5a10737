/** Filters over the log: they find what the page shows. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Decrypted, EncryptedItem } from '../../../electron/history/index.ts';
import { type DecryptionKey, decryptEvent, encryptEvent } from '../../../electron/signing/index.ts';
import { eventFrame, HistoryHarness } from '../../support/history.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
const encryptedChannel = 'private-encrypted-orders';

/** Stands for the vault: opens with the keys it has, or is locked. */
class Keys {
  readonly masterKey = new Uint8Array(randomBytes(32));
  readonly batches: number[] = [];
  keys: readonly DecryptionKey[] = [{ slot: 'current', masterKey: this.masterKey }];
  isLocked = false;

  readonly decryptBatch = async (_: string, items: readonly EncryptedItem[]): Promise<Decrypted[]> => {
    this.batches.push(items.length);
    return items.map(({ channel, data }) =>
      this.isLocked
        ? { state: 'closed', why: 'vault-locked' }
        : decryptEvent({ channel, data, keys: this.keys }),
    );
  };

  frame(plaintext: string): string {
    const { masterKey } = this;
    const data = JSON.stringify(encryptEvent({ masterKey, channel: encryptedChannel, plaintext }));
    return eventFrame(encryptedChannel, 'created', data);
  }
}

describe('a filter', () => {
  it('finds text in channels, events and data with quotes, escapes and any alphabet', async () => {
    const harness = new HistoryHarness(folder);
    harness.record([
      eventFrame('orders', 'Created', { name: 'Zoë "the first" O’Brien' }),
      eventFrame('invoices', 'e', '{"name":"caf\\u00e9"}'),
      '{"event":"\\u0070aid","channel":"invoices","data":{"place":"東京"}}',
      `{\n "event":"pretty",\n "data":"lines"\n}`,
      'not json: "quoted"',
    ]);
    harness.history.recorder(harness.profileId).note('gap', 'Nothing came.');
    const expected: [string, number[]][] = [
      ['ORDERS', [0]],
      ['created', [0]],
      ['zoë', [0]],
      // The tree shows the quotes without backslashes, the data as text with them.
      ['"the first"', [0]],
      ['Zoë \\"the first\\"', [0]],
      ['café', [1]],
      ['caf\\u00e9', [1]],
      ['invoices', [1, 2]],
      ['paid', [2]],
      ['東京', [2]],
      ['{"place":"東', [2]],
      ['pretty', [3]],
      ['lines', [3]],
      ['json: "quoted"', [4]],
      ['nothing came', [5]],
      ['"dir":"in"', []],
      ['channel', []],
    ];
    for (const [filter, sequences] of expected) expect(await harness.find(filter), filter).toEqual(sequences);
  });

  it('finds decrypted text, in batches, and counts what it can’t read', async () => {
    const keys = new Keys();
    const harness = new HistoryHarness(folder, { decryptBatch: keys.decryptBatch });
    const count = 1200;
    harness.record(
      Array.from({ length: count }, (_, id) =>
        keys.frame(JSON.stringify({ id, place: id === 7 ? 'Málaga' : '' })),
      ),
    );
    expect(await harness.find('málaga')).toEqual([7]);
    expect(Math.max(...keys.batches)).toBeLessThanOrEqual(500);
    expect(await harness.status('found')).toMatchObject({ unread: 0, matched: 1, scanned: count });
    keys.isLocked = true;
    expect(await harness.find('málaga')).toEqual([]);
    expect(await harness.status('found')).toMatchObject({ unread: count });
    expect(await harness.find('encrypted-orders')).toHaveLength(300);
    expect(await harness.status('found')).toMatchObject({ unread: 0, matched: count });
  });

  it('lets the page read rows while it looks through a long log, and gives way to the next filter', async () => {
    const harness = new HistoryHarness(folder);
    const recorder = harness.history.recorder(harness.profileId);
    const frame = Buffer.from(eventFrame('c', 'e', { text: 'needle \\u0041 in the data'.repeat(8) }));
    for (let index = 0; index < 150_000; index++) {
      if (!recorder.frame('in', frame, Date.now())) await recorder.whenReady();
    }
    await harness.history.flush(harness.profileId);
    await harness.open('found', 'needle');
    const early = await harness.status('found');
    expect(early.scanned).toBeLessThan(early.total);
    await harness.open('found', 'nothing like it');
    expect(await harness.scanned('found')).toMatchObject({ matched: 0, scanned: 150_000 });
  });
});

describe('encrypted events', () => {
  it('show their plaintext, and ciphertext beside it', async () => {
    const keys = new Keys();
    const harness = new HistoryHarness(folder, { decryptBatch: keys.decryptBatch });
    harness.record([keys.frame('{"id":1}'), eventFrame(encryptedChannel, 'e', 'in the clear')]);
    harness.record([`{"event":"pusher_internal:subscription_succeeded","channel":"${encryptedChannel}"}`]);
    await harness.history.flush(harness.profileId);
    await harness.open('all', '');
    expect(await harness.rows('all')).toMatchObject([
      { preview: '{"id":1}', encryption: { state: 'decrypted', slot: 'current' } },
      { preview: 'in the clear', encryption: { state: 'closed', why: 'not-encrypted' } },
      { kind: 'protocol', encryption: null },
    ]);
    const detail = await harness.detail(0);
    expect(detail).toMatchObject({ data: '{"id":1}', isJson: true });
    expect(detail.raw).toContain(detail.ciphertext?.nonce);
    keys.isLocked = true;
    const closed = await harness.detail(0);
    expect(closed.row.encryption).toEqual({ state: 'closed', why: 'vault-locked' });
    expect(closed.row.preview.startsWith('{"nonce":"')).toBe(true);
    expect(closed.ciphertext).toEqual(detail.ciphertext);
  });

  it('are stored as ciphertext only', async () => {
    const keys = new Keys();
    const harness = new HistoryHarness(folder, { decryptBatch: keys.decryptBatch });
    harness.record([keys.frame('{"password":"plaintext"}')]);
    expect(await harness.find('plaintext')).toEqual([0]);
    expect(harness.linesOnDisk().join()).not.toContain('plaintext');
  });

  it('are handed out newest first, as evidence for a rotation', async () => {
    const keys = new Keys();
    let nowMs = 1000;
    const harness = new HistoryHarness(folder, { decryptBatch: keys.decryptBatch, now: () => nowMs });
    const recorder = harness.history.recorder(harness.profileId);
    for (const id of [0, 1, 2, 3]) {
      nowMs += 1000;
      recorder.frame('in', Buffer.from(keys.frame(`{"id":${id}}`)), nowMs);
      recorder.frame('in', Buffer.from(eventFrame('public', 'e', '')), nowMs);
    }
    const recent = await harness.history.recentEncrypted(harness.profileId, { sinceMs: 3000, limit: 2 });
    expect(recent.map(({ sequence, atMs, channel }) => [sequence, atMs, channel])).toEqual([
      [6, 5000, encryptedChannel],
      [4, 4000, encryptedChannel],
    ]);
    const opened = await keys.decryptBatch('', recent);
    expect(opened).toMatchObject([{ plaintext: '{"id":3}' }, { plaintext: '{"id":2}' }]);
    const all = await harness.history.recentEncrypted(harness.profileId, { sinceMs: 3000, limit: 100 });
    expect(all).toHaveLength(3);
  });

  it('count as closed while the vault is gone, and never end the search', async () => {
    const keys = new Keys();
    const harness = new HistoryHarness(folder, { decryptBatch: () => Promise.reject(new Error('gone')) });
    harness.record([keys.frame('{"id":1}'), eventFrame('c', 'e', 'wanted')]);
    expect(await harness.find('wanted')).toEqual([1]);
    expect(await harness.status('found')).toMatchObject({ unread: 1 });
  });
});
