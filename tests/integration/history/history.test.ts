/** The event log with both of its threads: what is recorded, shown, found and cleared. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogPlace } from '#shared/contract/history.ts';
import * as contract from '#shared/contract/history.ts';
import { eventually } from '../../support/conditions.ts';
import { eventFrame, HistoryHarness } from '../../support/history.ts';
import { hostileFrames } from '../../support/hostile-frames.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();

describe('the log', () => {
  it('gives back 20,000 events in order, by windows, and has them on disk', async () => {
    const harness = new HistoryHarness(folder);
    const count = 20_000;
    const frames = Array.from({ length: count }, (_, id) =>
      eventFrame(`orders-${id % 7}`, 'created', { id, note: `Grüße ${id}` }),
    );
    harness.record(frames);
    await harness.history.flush(harness.profileId);
    expect(harness.linesOnDisk()).toHaveLength(count);
    const status = await harness.open('all', '');
    expect(status).toMatchObject({ total: count, scanned: count, matched: count, unread: 0 });
    for (const start of [0, 999, 12_345, count - 5]) {
      const rows = await harness.rows('all', start, 10);
      expect(rows).toHaveLength(Math.min(10, count - start));
      for (const [index, row] of rows.entries()) {
        const id = start + index;
        expect(row).toMatchObject({
          sequence: id,
          channel: `orders-${id % 7}`,
          event: 'created',
          kind: 'event',
          direction: 'in',
          sizeBytes: Buffer.byteLength(frames[id] ?? ''),
          preview: `{"id":${id},"note":"Grüße ${id}"}`,
        });
      }
    }
    expect(statSync(join(folder, harness.profileId)).mode & 0o777).toBe(0o700);
  });

  it('shows hostile frames as what they are, within the contract', async () => {
    const harness = new HistoryHarness(folder);
    const frames = hostileFrames('public', 'presence-p', 'private-encrypted-e');
    harness.record(frames);
    await harness.history.flush(harness.profileId);
    await harness.open('all', '');
    const rows = await harness.rows('all');
    expect(rows).toHaveLength(frames.length);
    for (const [index, row] of rows.entries()) {
      contract.row.parse(row);
      const detail = contract.detail.parse(await harness.detail(index));
      const text = Buffer.from(frames[index] ?? '').toString();
      expect(detail.raw).toBe(text.slice(0, contract.rawLimitCharacters));
      expect(detail.isRawCut).toBe(text.length > contract.rawLimitCharacters);
    }
    expect(harness.problems).toEqual([]);
  });

  it('keeps numbers, spelling and order of data as they were sent', async () => {
    const harness = new HistoryHarness(folder);
    const data = '{"z":12345678901234567890, "a":1.0,"e":1e400}';
    harness.record([
      `{"event":"e","channel":"c","data":${data}}`,
      eventFrame('c', 'e', data),
      eventFrame('c', 'e', 'plain'),
    ]);
    await harness.history.flush(harness.profileId);
    const details = await Promise.all([0, 1, 2].map((at) => harness.detail(at)));
    expect(details.map(({ data, isJson }) => ({ data, isJson }))).toEqual([
      { data, isJson: true },
      { data, isJson: true },
      { data: 'plain', isJson: false },
    ]);
  });

  it('tells kinds and directions apart, and writes notes between frames', async () => {
    const harness = new HistoryHarness(folder);
    harness.record(['{"event":"pusher:subscribe","data":{"channel":"a"}}'], 'out');
    harness.record([
      '{"event":"client-typing","channel":"private-a","data":"{}"}',
      '42',
      new Uint8Array([0xff]),
    ]);
    harness.history.recorder(harness.profileId).note('gap', 'Nothing was received for 5 s.');
    await harness.history.flush(harness.profileId);
    await harness.open('all', '');
    expect(
      (await harness.rows('all')).map(({ direction, kind, preview }) => [direction, kind, preview]),
    ).toEqual([
      ['out', 'protocol', '{"channel":"a"}'],
      ['in', 'client', '{}'],
      ['in', 'undecodable', '42'],
      ['in', 'undecodable', '\ufffd'],
      ['note', 'note', 'Nothing was received for 5 s.'],
    ]);
  });

  it('records a frame of a megabyte, and refuses one of more than 16', async () => {
    const harness = new HistoryHarness(folder);
    const frame = eventFrame('c', 'big', { text: 'x'.repeat(1_000_000) });
    harness.record([frame, Buffer.alloc(17 * 1024 * 1024, 'x')]);
    await harness.history.flush(harness.profileId);
    await harness.open('all', '');
    const rows = await harness.rows('all');
    expect(rows[0]).toMatchObject({ event: 'big', sizeBytes: frame.length });
    expect(rows[1]).toMatchObject({ kind: 'note', event: 'dropped' });
    expect((await harness.detail(0)).data).toHaveLength(1_000_011);
  });

  it('asks a socket to pause while it is behind, and loses nothing of one that does', async () => {
    const harness = new HistoryHarness(folder);
    const recorder = harness.history.recorder(harness.profileId);
    const frame = Buffer.from(eventFrame('c', 'e', 'x'.repeat(50_000)));
    let pauses = 0;
    for (let index = 0; index < 1000; index++) {
      if (recorder.frame('in', frame, Date.now())) continue;
      pauses++;
      await recorder.whenReady();
    }
    await harness.history.flush(harness.profileId);
    expect(pauses).toBeGreaterThan(0);
    expect(harness.linesOnDisk()).toHaveLength(1000);
  });

  it('counts what it can’t keep of one that does not pause, and says so in the log', async () => {
    const harness = new HistoryHarness(folder);
    const frame = Buffer.from(eventFrame('c', 'e', 'x'.repeat(1_000_000)));
    harness.record(Array.from({ length: 120 }, () => frame));
    await eventually(async () => {
      await harness.history.flush(harness.profileId);
      return harness.linesOnDisk().some((line) => line.includes('"note":"dropped"'));
    });
    const lines = harness.linesOnDisk();
    const kept = lines.filter((line) => line.includes('"frame"')).length;
    const dropped = Number(
      /"text":"(\d+) frames/.exec(lines.find((line) => line.includes('"dropped"')) ?? '')?.[1],
    );
    expect(kept + dropped).toBe(120);
  });

  it('starts a session of its own at every start', async () => {
    const first = new HistoryHarness(folder);
    first.record(['{}']);
    await first.history.close();
    const second = new HistoryHarness(folder);
    second.history.recorder(first.profileId).note('connected', 'Again.');
    await second.history.flush(first.profileId);
    expect(readdirSync(join(folder, first.profileId))).toHaveLength(2);
  });

  it('says that a view or an event is not there', async () => {
    const { history, profileId } = new HistoryHarness(folder);
    await expect(history.rows({ profileId, viewId: 'none', start: 0, count: 1 })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(history.detail({ profileId, sequence: 0 })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('clearing', () => {
  it('empties the views and keeps the segments; what comes next is shown', async () => {
    const harness = new HistoryHarness(folder);
    harness.record(['one', 'two', 'three'].map((data) => eventFrame('c', 'e', data)));
    await harness.open('all', '');
    await harness.open('some', 'two');
    expect(await harness.history.clear(harness.profileId)).toEqual({ hidden: 3, from: 0 });
    expect(await harness.status('all')).toMatchObject({ total: 0, matched: 0 });
    expect(await harness.status('some')).toMatchObject({ total: 0, scanned: 0, matched: 0 });
    harness.record(['two again'].map((data) => eventFrame('c', 'e', data)));
    await harness.history.flush(harness.profileId);
    await harness.scanned('some');
    expect(await harness.rows('all')).toMatchObject([{ sequence: 3, preview: 'two again' }]);
    expect(await harness.rows('some')).toMatchObject([{ sequence: 3 }]);
    expect(harness.linesOnDisk()).toHaveLength(4);
    expect(await harness.history.clear(harness.profileId)).toEqual({ hidden: 1, from: 3 });
  });

  it('is undone from where each began, in views with a filter and without, and over a new query thread', async () => {
    const harness = new HistoryHarness(folder);
    const { history, profileId } = harness;
    const say = (texts: readonly string[]) => harness.record(texts.map((data) => eventFrame('c', 'e', data)));
    say(['one', 'two', 'three']);
    await harness.open('all', '');
    await harness.open('some', 'two');
    const first = await history.clear(profileId);
    say(['two again']);
    const second = await history.clear(profileId);
    expect([first.from, second.from]).toEqual([0, 3]);
    say(['two at last']);
    await history.flush(profileId);
    await history.unclear(profileId, second.from);
    expect((await harness.rows('all')).map(({ sequence }) => sequence)).toEqual([3, 4]);
    expect(await harness.scanned('some')).toMatchObject({ total: 2, matched: 2, floor: 3 });
    await history.restart();
    expect((await harness.rows('all')).map(({ sequence }) => sequence)).toEqual([3, 4]);
    await history.unclear(profileId, first.from);
    // What was shown again is not hidden by an older undo.
    await history.unclear(profileId, second.from);
    expect(await harness.status('all')).toMatchObject({ total: 5, floor: 0 });
    await harness.scanned('some');
    expect((await harness.rows('some')).map(({ sequence }) => sequence)).toEqual([1, 3, 4]);
  });
});

describe('the row of a place', () => {
  const startMs = 1_700_000_000_000;

  /** An event each second; every third is an order. */
  async function seconds(count: number) {
    let nowMs = startMs;
    const harness = new HistoryHarness(folder, { now: () => nowMs });
    const recorder = harness.history.recorder(harness.profileId);
    for (let index = 0; index < count; index++) {
      nowMs = startMs + index * 1000;
      const frame = eventFrame('c', index % 3 === 0 ? 'order' : 'tick', index);
      recorder.frame('in', Buffer.from(frame), nowMs);
    }
    await harness.history.flush(harness.profileId);
    const rowOf = async (viewId: string, place: LogPlace) =>
      (await harness.history.rowOf({ profileId: harness.profileId, viewId, place })).row;
    return { harness, rowOf };
  }

  it('is the first at or after an event’s number or a time', async () => {
    const { harness, rowOf } = await seconds(30);
    await harness.open('all', '');
    await harness.open('orders', 'event:order');
    const at = (ms: number) => ({ by: 'time', atMs: startMs + ms }) as const;
    const from = (sequence: number) => ({ by: 'sequence', sequence }) as const;
    expect(await rowOf('all', from(7))).toEqual({ index: 7, sequence: 7 });
    expect(await rowOf('orders', from(7))).toEqual({ index: 3, sequence: 9 });
    expect(await rowOf('orders', from(9))).toEqual({ index: 3, sequence: 9 });
    expect(await rowOf('orders', from(28))).toBeNull();
    expect(await rowOf('all', from(30))).toBeNull();
    expect(await rowOf('all', at(-5000))).toEqual({ index: 0, sequence: 0 });
    expect(await rowOf('all', at(7000))).toEqual({ index: 7, sequence: 7 });
    expect(await rowOf('all', at(7001))).toEqual({ index: 8, sequence: 8 });
    expect(await rowOf('orders', at(7001))).toEqual({ index: 3, sequence: 9 });
    expect(await rowOf('all', at(29_001))).toBeNull();
    await expect(rowOf('none', from(0))).rejects.toMatchObject({ code: 'not_found' });
    // Rows are numbered from what was cleared.
    await harness.history.clear(harness.profileId);
    await harness.history.unclear(harness.profileId, 8);
    expect(await rowOf('all', from(3))).toEqual({ index: 0, sequence: 8 });
    expect(await rowOf('all', at(10_000))).toEqual({ index: 2, sequence: 10 });
    expect(await rowOf('orders', from(3))).toEqual({ index: 0, sequence: 9 });
  });

  it('is waited for while the view is still looking', async () => {
    const count = 40_000;
    const { harness, rowOf } = await seconds(count);
    // A path is not in the columns: each line is looked into.
    await harness.open('last', `$.data=${count - 1}`);
    expect((await harness.status('last')).scanned).toBeLessThan(count);
    expect(await rowOf('last', { by: 'sequence', sequence: 0 })).toEqual({ index: 0, sequence: count - 1 });
    expect(await rowOf('last', { by: 'time', atMs: startMs + count * 1000 })).toBeNull();
  });
});

describe('a growing log', () => {
  it('tells an open view of new rows, at most ten times a second, and of its rate until that is zero', async () => {
    const harness = new HistoryHarness(folder);
    await harness.open('all', '');
    const startedAt = performance.now();
    for (let round = 0; round < 100; round++) {
      harness.record([eventFrame('c', 'e', 'x')]);
      await harness.history.flush(harness.profileId);
    }
    await eventually(() => harness.grown.at(-1)?.matched === 100);
    const seconds = (performance.now() - startedAt) / 1000;
    // One for each tenth of a second that began, one at the start, and one for a timer that fires a hair early.
    expect(harness.grown.length).toBeLessThanOrEqual(Math.ceil(seconds * 10) + 2);
    expect(Math.max(...harness.grown.map(({ perSecond }) => perSecond))).toBeGreaterThan(0);
    await eventually(() => harness.grown.at(-1)?.perSecond === 0);
  });

  it('matches new events as they come, and stops telling a closed view', async () => {
    const harness = new HistoryHarness(folder);
    await harness.open('some', 'wanted');
    harness.record([
      eventFrame('c', 'e', 'wanted 1'),
      eventFrame('c', 'e', 'other'),
      eventFrame('c', 'wanted', '2'),
    ]);
    await eventually(() => harness.grown.at(-1)?.matched === 2);
    expect((await harness.rows('some')).map(({ sequence }) => sequence)).toEqual([0, 2]);
    await harness.history.closeView({ profileId: harness.profileId, viewId: 'some' });
    const told = harness.grown.length;
    harness.record([eventFrame('c', 'e', 'wanted 3')]);
    await harness.history.flush(harness.profileId);
    await harness.detail(3);
    expect(harness.grown).toHaveLength(told);
  });
});
