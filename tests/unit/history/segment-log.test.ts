import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Columns, createColumns, unpackFlags } from '../../../electron/history/columns.ts';
import { FrameBatch } from '../../../electron/history/frame-batch.ts';
import { frameKinds } from '../../../electron/history/frame-code.ts';
import { indexSegment, readIndexFile } from '../../../electron/history/index-file.ts';
import { LogLine, lineBeginning } from '../../../electron/history/line-reader.ts';
import { NameTable } from '../../../electron/history/names.ts';
import { SegmentLog } from '../../../electron/history/segment-log.ts';
import { dropTornLine, dropTornLines } from '../../../electron/history/torn-line.ts';
import { hostileFrames } from '../../support/hostile-frames.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
let nextFolder = 0;

function newFolder(): string {
  return join(folder, `log-${nextFolder++}`, 'profile', 'session');
}

function batchOf(
  frames: readonly (string | Uint8Array)[],
  kind: 0 | 1 | 2 = frameKinds.in,
  connection = 1,
): FrameBatch {
  const buffers = frames.map((frame) => Buffer.from(frame));
  // Each with room for the rest of its line.
  const batch = FrameBatch.create(buffers.reduce((sum, { length }) => sum + length + 64, 0));
  for (const [index, frame] of buffers.entries())
    batch.add(kind, connection, frame, 1_700_000_000_000 + index / 3);
  return batch;
}

async function write(log: SegmentLog, batch: FrameBatch): Promise<void> {
  for (let next = 0; next < batch.count; ) {
    next = log.encode(batch, next);
    await log.commit();
  }
}

const frames = [
  ...hostileFrames('public', 'presence-p', 'private-encrypted-e'),
  '{"event":"order","channel":"orders","data":"{\\"id\\":1}"}',
  '{"event":"order","channel":"orders-é","data":"日本"}',
  '{"event":"e","channel":"private-encrypted-x","data":{"nonce":"n","ciphertext":"c"}}',
];

describe('lines of the log', () => {
  it('are valid JSON that keeps every frame byte for byte', async () => {
    const path = newFolder();
    const log = new SegmentLog(path);
    await write(log, batchOf(frames));
    const lines = readFileSync(join(path, '000001.ndjson'), 'utf8').split('\n').slice(0, -1);
    expect(lines).toHaveLength(frames.length);
    for (const [index, line] of lines.entries()) {
      const parsed = JSON.parse(line) as Record<string, unknown>;
      expect(parsed).toMatchObject({ dir: 'in' });
      expect(parsed.t).toBeCloseTo(1_700_000_000_000 + index / 3, 2);
      expect(bytesOf(line, parsed).equals(Buffer.from(frames[index] ?? ''))).toBe(true);
    }
  });

  it('hold notes, with whatever text these have', async () => {
    const path = newFolder();
    const log = new SegmentLog(path);
    await write(log, batchOf([JSON.stringify(['gap', 'Lost "5 s"\nagain'])], frameKinds.note));
    expect(JSON.parse(readFileSync(join(path, '000001.ndjson'), 'utf8'))).toMatchObject({
      dir: 'note',
      note: 'gap',
      text: 'Lost "5 s"\nagain',
    });
  });

  it('are made of a frame of any time, though most have times of one length', async () => {
    const path = newFolder();
    const log = new SegmentLog(path);
    const times = [0, 5.25, 999_999_999_999, 1_000_000_000_000, 9_999_999_999_999.5, 10_000_000_000_000];
    const batch = FrameBatch.create();
    const frame = Buffer.from('{"event":"e","channel":"c","data":"{\\"id\\":1}"}');
    for (const atMs of times) batch.add(frameKinds.out, 12, frame, atMs);
    await write(log, batch);
    const lines = readFileSync(join(path, '000001.ndjson'), 'utf8').split('\n').slice(0, -1);
    expect(lines.map((line) => lineBeginning(line)?.atMs)).toEqual(times);
    for (const line of lines) expect(new LogLine(line, 'frame', true).frame).toBe(frame.toString());
  });

  it('lie in their batch until they are durable, and each batch comes back once', async () => {
    const log = new SegmentLog(newFolder());
    const batches = Array.from({ length: 40 }, () =>
      batchOf(Array.from({ length: 1000 }, (_, index) => `{"event":"e","data":"${'x'.repeat(99)}${index}"}`)),
    );
    const back: ArrayBuffer[] = [];
    let commits = 0;
    const commit = async () => {
      commits++;
      back.push(...((await log.commit())?.batches ?? []));
    };
    for (const batch of batches) {
      for (let next = log.encode(batch, 0); next < batch.count; next = log.encode(batch, next)) {
        // The part of this batch that is durable already is not all of it.
        await commit();
        expect(back).not.toContain(batch.buffer);
      }
    }
    await commit();
    expect(commits).toBeGreaterThan(2);
    expect(back).toEqual(batches.map(({ buffer }) => buffer));
    expect(log.committedCount).toBe(40_000);
  });

  it('of a batch that is hardly filled are copied, in order with those that are not', async () => {
    const path = newFolder();
    const log = new SegmentLog(path);
    const told: (string | undefined)[] = [];
    const sent = ['{"event":"e","data":"first"}', 'no JSON', '{"event":"e","data":"last"}'];
    const full = `{"event":"full","data":"${'x'.repeat(100_000)}"}`;
    const rounds = 20;
    for (let round = 0; round < rounds; round++) {
      const sparse = FrameBatch.create();
      for (const frame of sent) sparse.add(frameKinds.in, 1, Buffer.from(frame), 1_700_000_000_000);
      expect(log.encode(sparse, 0)).toBe(sent.length);
      sparse.bytes.fill('x');
      expect(log.encode(batchOf([full]), 0)).toBe(1);
      told.push(...sent, full);
    }
    expect((await log.commit())?.batches).toHaveLength(rounds);
    const lines = readFileSync(join(path, '000001.ndjson'), 'utf8').split('\n').slice(0, -1);
    expect(lines.map((line) => bytesOf(line, JSON.parse(line)).toString())).toEqual(told);
  });

  it('say which connection they are of, unless it is the first', async () => {
    const path = newFolder();
    const log = new SegmentLog(path);
    const note = JSON.stringify(['gap', 'Lost']);
    for (const connection of [1, 2, 63]) {
      await write(log, batchOf(frames, frameKinds.out, connection));
      await write(log, batchOf([note], frameKinds.note, connection));
    }
    const lines = readFileSync(join(path, '000001.ndjson'), 'utf8').split('\n').slice(0, -1);
    const told = lines.map((line) => (JSON.parse(line) as { conn?: number }).conn);
    const each = (connection: number | undefined) =>
      Array.from({ length: frames.length + 1 }, () => connection);
    expect(told).toEqual([...each(undefined), ...each(2), ...each(63)]);
    expect(lines.map((line) => lineBeginning(line)?.connection)).toEqual([
      ...each(1),
      ...each(2),
      ...each(63),
    ]);
    for (const [index, line] of lines.entries()) {
      const frame = frames[index % (frames.length + 1)];
      if (frame === undefined) continue;
      expect(bytesOf(line, JSON.parse(line)).equals(Buffer.from(frame))).toBe(true);
    }
  });

  it('are private to the user', async () => {
    const path = newFolder();
    const log = new SegmentLog(path);
    await write(log, batchOf(frames));
    log.close();
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(path)) expect(statSync(join(path, name)).mode & 0o777).toBe(0o600);
  });
});

function bytesOf(line: string, parsed: Record<string, unknown>): Buffer {
  if (typeof parsed.base64 === 'string') return Buffer.from(parsed.base64, 'base64');
  if (typeof parsed.text === 'string') return Buffer.from(parsed.text);
  return Buffer.from(new LogLine(line, 'frame', true).frame);
}

function describeLines(
  columns: Columns,
  count: number,
  names: (id: number) => string | undefined,
): unknown[] {
  return Array.from({ length: count }, (_, index) => ({
    at: columns.atMs[index],
    offset: columns.offset[index],
    length: columns.length[index],
    size: columns.size[index],
    channel: names(columns.channel[index] ?? 0),
    event: names(columns.event[index] ?? 0),
    connection: columns.connection[index],
    ...unpackFlags(columns.flags[index] ?? 0),
  }));
}

describe('segments', () => {
  it('are rolled at their limit, each with an index that tells what reading the segment tells', async () => {
    const path = newFolder();
    const log = new SegmentLog(path, { bytes: 1_000_000, lines: 50 });
    for (let round = 0; round < 3; round++) await write(log, batchOf(frames, frameKinds.in, round + 1));
    log.close();
    const segments = readdirSync(path).filter((name) => name.endsWith('.ndjson'));
    expect(segments.length).toBeGreaterThan(1);
    let total = 0;
    for (const name of segments) {
      const segment = join(path, name);
      const index = readIndexFile(segment.replace('.ndjson', '.index'), statSync(segment).size);
      const names = new NameTable();
      const rebuilt = indexSegment(segment, names);
      expect(index?.count).toBe(rebuilt.count);
      total += rebuilt.count;
      const long = (name: string | undefined) => (name === '' ? undefined : name);
      expect(
        describeLines(index?.columns ?? createColumns(0), rebuilt.count, (id) => long(index?.names.get(id))),
      ).toEqual(describeLines(rebuilt.columns, rebuilt.count, (id) => long(names.names[id])));
    }
    expect(total).toBe(frames.length * 3);
  });

  it('do without an index that belongs to another size of the segment', async () => {
    const path = newFolder();
    const log = new SegmentLog(path);
    await write(log, batchOf(frames));
    log.close();
    expect(readIndexFile(join(path, '000001.index'), 1)).toBeUndefined();
    truncateSync(join(path, '000001.index'), 100);
    expect(
      readIndexFile(join(path, '000001.index'), statSync(join(path, '000001.ndjson')).size),
    ).toBeUndefined();
  });

  it('are gone on with by a new writer, which starts a segment of its own', async () => {
    const path = newFolder();
    const first = new SegmentLog(path);
    await write(first, batchOf(frames));
    appendFileSync(join(path, '000001.ndjson'), '{"t":17000000');
    const second = new SegmentLog(path);
    expect(second.resume()).toBe('{"t":17000000'.length);
    expect(second.committedCount).toBe(frames.length);
    await write(second, batchOf(frames));
    expect(second.contents().map(({ firstLine, count }) => [firstLine, count])).toEqual([
      [0, frames.length],
      [frames.length, frames.length],
    ]);
    expect(readdirSync(path)).toContain('000002.ndjson');
  });
});

describe('a torn last line', () => {
  it.each([1, 10, 70_000])('of %i bytes is dropped and counted', async (torn) => {
    const path = newFolder();
    const log = new SegmentLog(path);
    await write(log, batchOf(frames));
    const segment = join(path, '000001.ndjson');
    const whole = readFileSync(segment);
    appendFileSync(segment, 'x'.repeat(torn));
    expect(dropTornLine(segment)).toBe(torn);
    expect(readFileSync(segment).equals(whole)).toBe(true);
    expect(dropTornLine(segment)).toBe(0);
  });

  it('may be all that there is', async () => {
    const path = newFolder();
    const log = new SegmentLog(path);
    await write(log, batchOf(['{}']));
    const segment = join(path, '000001.ndjson');
    truncateSync(segment, 5);
    expect(dropTornLine(segment)).toBe(5);
    expect(statSync(segment).size).toBe(0);
  });

  it('is looked for in every session that was not closed in order', async () => {
    const path = newFolder();
    const log = new SegmentLog(path);
    await write(log, batchOf(frames));
    log.close();
    const root = join(path, '..', '..');
    appendFileSync(join(path, '000001.ndjson'), 'torn');
    expect(dropTornLines(root)).toEqual([]);
    rmSync(join(path, '000001.index'));
    expect(dropTornLines(root)).toEqual([{ path: join(path, '000001.ndjson'), droppedBytes: 4 }]);
  });
});
