/** The log when its threads or its disk fail. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FrameBatch } from '../../../electron/history/frame-batch.ts';
import { frameKinds } from '../../../electron/history/frame-code.ts';
import { LogLine } from '../../../electron/history/line-reader.ts';
import type { FromWriter } from '../../../electron/history/messages.ts';
import { Writer } from '../../../electron/history/writer.ts';
import { eventually } from '../../support/conditions.ts';
import { eventFrame, HistoryHarness, historyEntry } from '../../support/history.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();

describe('a query thread that is ended', () => {
  it('is replaced by one that knows the log, the views and what was cleared', async () => {
    const harness = new HistoryHarness(folder);
    harness.record(['before', 'one', 'two'].map((data) => eventFrame('c', 'e', data)));
    await harness.open('all', '');
    await harness.history.clear(harness.profileId);
    harness.record(['one again', 'two again'].map((data) => eventFrame('c', 'e', data)));
    await harness.history.flush(harness.profileId);
    await harness.open('some', 'two');
    const before = await harness.scanned('some');
    await harness.history.restart();
    expect(await harness.scanned('some')).toMatchObject({ total: before.total, matched: 1 });
    expect((await harness.rows('all')).map(({ sequence }) => sequence)).toEqual([3, 4]);
    harness.record([eventFrame('new-channel', 'e', 'two more')]);
    await harness.history.flush(harness.profileId);
    await eventually(async () => (await harness.rows('some')).length === 2);
    expect(await harness.rows('all')).toMatchObject([{}, {}, { channel: 'new-channel', sequence: 5 }]);
  });

  it('is not missed by who was asking', async () => {
    const harness = new HistoryHarness(folder);
    harness.record(Array.from({ length: 5000 }, (_, id) => eventFrame('c', 'e', { id })));
    await harness.history.flush(harness.profileId);
    await harness.open('all', '');
    const asked = Array.from({ length: 20 }, (_, start) => harness.rows('all', start * 100, 100));
    const restarted = harness.history.restart();
    const answers = await Promise.all(asked);
    await restarted;
    expect(answers.every((rows) => rows.length === 100)).toBe(true);
  });

  it('is fed while the log grows, and misses nothing', async () => {
    const harness = new HistoryHarness(folder);
    await harness.open('all', '');
    for (let round = 0; round < 5; round++) {
      harness.record(Array.from({ length: 3000 }, (_, id) => eventFrame(`c-${round}`, 'e', { id })));
      const restarted = harness.history.restart();
      harness.record(Array.from({ length: 3000 }, (_, id) => eventFrame(`d-${round}`, 'e', { id })));
      await restarted;
    }
    await harness.history.flush(harness.profileId);
    expect(await harness.status('all')).toMatchObject({ total: 30_000 });
    for (const start of [0, 3000, 14_999, 29_999]) {
      const [row] = await harness.rows('all', start, 1);
      expect(row?.channel).toBe(
        `${Math.floor(start / 3000) % 2 === 0 ? 'c' : 'd'}-${Math.floor(start / 6000)}`,
      );
    }
  });
});

describe('a writer thread that fails', () => {
  it('is started again, with what was durable, and the log says how much was lost', async () => {
    const entries = {
      writer: new URL('../../support/failing-writer.ts', import.meta.url),
      query: historyEntry('query-thread'),
      search: historyEntry('search-thread'),
    };
    const harness = new HistoryHarness(folder, { entries });
    await harness.open('all', '');
    harness.record(['one', 'two'].map((data) => eventFrame('first-channel', 'e', data)));
    await harness.history.flush(harness.profileId);
    harness.record(['fail now', 'lost'].map((data) => eventFrame('c', 'e', data)));
    await expect(harness.history.flush(harness.profileId)).rejects.toMatchObject({ code: 'storage_failed' });
    harness.record([eventFrame('second-channel', 'e', 'three')]);
    await harness.history.flush(harness.profileId);
    expect(harness.problems.join()).toContain('writer failed');
    expect(await harness.rows('all')).toMatchObject([
      { sequence: 0, channel: 'first-channel', preview: 'one' },
      { sequence: 1, channel: 'first-channel', preview: 'two' },
      { sequence: 2, event: 'dropped', preview: expect.stringMatching(/^2 frames were lost/) },
      { sequence: 3, channel: 'second-channel', preview: 'three' },
    ]);
  });

  it('is given up when it fails whenever it is started again, though it finds what was durable before', async () => {
    const entries = {
      writer: new URL('../../support/never-resuming-writer.ts', import.meta.url),
      query: historyEntry('query-thread'),
      search: historyEntry('search-thread'),
    };
    const harness = new HistoryHarness(folder, { entries });
    harness.record(['one', 'two'].map((data) => eventFrame('c', 'e', data)));
    await harness.history.flush(harness.profileId);
    harness.record([eventFrame('c', 'e', 'fail now')]);
    await eventually(() => harness.problems.some((problem) => problem.includes('can’t be written any more')));
    expect(harness.problems.filter((problem) => problem.includes('told to fail'))).toHaveLength(4);
    expect(harness.linesOnDisk()).toHaveLength(2);
  });

  it('is given up when it keeps failing, and everything that is asked says so', async () => {
    const missing = new URL('../../support/no-such-module.ts', import.meta.url);
    const harness = new HistoryHarness(folder, {
      entries: {
        writer: missing,
        query: historyEntry('query-thread'),
        search: historyEntry('search-thread'),
      },
    });
    await eventually(() => harness.problems.some((problem) => problem.includes('can’t be written any more')));
    harness.record(['{}']);
    const { history, profileId } = harness;
    await expect(history.openView({ profileId, viewId: 'all', filter: '' })).rejects.toMatchObject({
      code: 'storage_failed',
    });
    await expect(harness.history.flush(harness.profileId)).rejects.toMatchObject({ code: 'storage_failed' });
  });
});

describe('a disk that refuses', () => {
  it('holds no buffers of apps whose events come one by one', async () => {
    const own = join(folder, 'holding');
    writeFileSync(own, '');
    const told: FromWriter[] = [];
    const writer = new Writer({ folder: own, session: 'session', resume: [] }, (message) => {
      told.push(message);
    });
    const [apps, frames] = [10, 30];
    for (let count = 0; count < apps * frames; count++) {
      const batch = FrameBatch.create();
      batch.add(frameKinds.in, 1, Buffer.from(eventFrame('c', 'e', { count })), 1_700_000_000_000);
      writer.receive({ type: 'frames', profileId: `app-${count % apps}`, buffer: batch.buffer, count: 1 });
    }
    const count = (type: FromWriter['type']) => told.filter((message) => message.type === type).length;
    await eventually(() => count('taken') === apps * frames && count('problem') > 0);
    expect(count('durable')).toBe(0);
    rmSync(own);
    writer.receive({ type: 'close' });
    await eventually(() => count('closed') === 1);
    const durable = new Map<string, number>();
    for (const each of told) if (each.type === 'durable') durable.set(each.profileId, each.count);
    expect([...durable.values()]).toEqual(Array.from({ length: apps }, () => frames));
    expect(count('taken')).toBe(apps * frames);
  });

  // Root may write anywhere, so a file stands where the folder should be.
  it('is reported, and gets everything once it takes writes again', async () => {
    const own = join(folder, 'refusing');
    mkdirSync(own);
    const harness = new HistoryHarness(own);
    const blocked = join(own, harness.profileId);
    writeFileSync(blocked, '');
    harness.record(Array.from({ length: 2500 }, (_, id) => eventFrame('c', 'e', { id })));
    await eventually(() => harness.problems.length > 0);
    expect(harness.problems[0]).toContain('tries again');
    rmSync(blocked);
    await harness.history.flush(harness.profileId);
    expect(harness.linesOnDisk()).toHaveLength(2500);
    chmodSync(blocked, 0o700);
  });
});

describe('the writer’s WebAssembly memory', () => {
  const { Module, Instance, Memory } = Reflect.get(globalThis, 'WebAssembly') as {
    readonly Module: object;
    readonly Instance: object;
    readonly Memory: new (descriptor: object) => object;
  };

  it.each([
    { made: 1, title: 'is one for all apps, however large their frames are' },
    { made: 0, title: 'is done without when there is none' },
  ])('$title', async ({ made }) => {
    let count = 0;
    class CountedMemory extends Memory {
      constructor(descriptor: object) {
        if (count === made) throw new RangeError('could not allocate memory');
        super(descriptor);
        count++;
      }
    }
    vi.stubGlobal('WebAssembly', { Module, Instance, Memory: CountedMemory });
    onTestFinished(() => void vi.unstubAllGlobals());
    const own = join(folder, `memory-${made}`);
    const told: FromWriter[] = [];
    const writer = new Writer({ folder: own, session: 'session', resume: [] }, (message) => {
      told.push(message);
    });
    const frames = ['x', 'x'.repeat(600_000), 'é'].map((data) => eventFrame('c', 'e', { data }));
    const apps = ['one', 'two', 'three'];
    for (const profileId of apps) {
      for (const frame of frames) {
        const batch = FrameBatch.create(frame.length);
        batch.add(frameKinds.in, 1, Buffer.from(frame), 1_700_000_000_000);
        writer.receive({ type: 'frames', profileId, buffer: batch.buffer, count: 1 });
      }
    }
    writer.receive({ type: 'close' });
    await eventually(() => told.some(({ type }) => type === 'closed'));
    expect(count).toBe(made);
    for (const profileId of apps) {
      const path = join(own, profileId, 'session', '000001.ndjson');
      const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
      expect(lines.map((line) => new LogLine(line, 'frame', true).frame)).toEqual(frames);
    }
    expect(told.filter(({ type }) => type === 'problem')).toEqual([]);
  });
});
