/**
 * The log of a process that is killed (SIGKILL) while it writes. What this can't show is a power failure: the kernel
 * keeps the pages of a killed process and writes them later, whether or not fdatasync was called. That a line is called
 * durable only after fdatasync has returned is shown in `durable.test.ts`; that the disk then keeps its promise can't
 * be shown by a test.
 */
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { indexSegment, readIndexFile } from '../../../electron/history/index-file.ts';
import { NameTable } from '../../../electron/history/names.ts';
import { Writer } from '../../../electron/history/writer.ts';
import { buildModules } from '../../support/built.ts';
import { segmentsOf } from '../../support/history.ts';
import { type DurableLines, framesOf, type HistoryWork } from '../../support/history-work.ts';
import { KilledProcess, Turns } from '../../support/killed-process.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { inRounds } from '../../support/soak.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { KillMoments, whyNoTracing } from '../../support/traced-process.ts';

const folder = temporaryFolder();
const turns = new Turns();
let built: (path: string) => URL;

beforeAll(async () => {
  const threads = ['writer', 'query', 'search'].map((name) => `electron/history/${name}-thread`);
  built = await buildModules([...threads, 'tests/support/history-process']);
});

/** Small enough for many segments, or for one. */
function limitsFrom(random: SeededRandom): HistoryWork['limits'] {
  return { bytes: 2 ** random.integer(10, 26), lines: 2 ** random.integer(4, 18) };
}

/** How many lines of each app were called durable. */
function linesOf(told: readonly DurableLines[]): Map<string, number> {
  return new Map(told.map(({ profileId, count }) => [profileId, count]));
}

async function writeAndKill(work: HistoryWork, random: SeededRandom): Promise<Map<string, number>> {
  const enough = Math.floor(2 ** (random.fraction() * 11));
  const writer = await KilledProcess.start<DurableLines>({
    entry: built('tests/support/history-process'),
    argument: work,
  });
  const isTime = ({ count }: DurableLines) => count >= enough;
  // A commit, and the wait for the next one.
  const withinMs = 30;
  return linesOf(await turns.take(() => writer.goUntilKilled({ isTime, withinMs, random })));
}

/** Adds part of a line where one was being written, as a power failure may leave it. */
function tear({ folder: own, profileIds }: HistoryWork, random: SeededRandom): void {
  const line = '{"t":1700000000000.5,"dir":"in","frame":{"event":"e"';
  for (const profileId of profileIds) {
    const last = segmentsOf(own, profileId).at(-1);
    // The lines of a segment with an index were durable before it got that: nothing can tear it any more.
    if (last === undefined || existsSync(last.replace(/ndjson$/, 'index'))) continue;
    appendFileSync(last, line.slice(0, random.integer(1, line.length)));
  }
}

/** What the writer does at the app's next start. Answers what it reported. */
function startAgain(own: string): string[] {
  const problems: string[] = [];
  const writer = new Writer({ folder: own, session: 'next', resume: [] }, (message) => {
    if (message.type === 'problem') problems.push(message.message);
  });
  writer.start();
  return problems;
}

function expectAfterwards(work: HistoryWork, durable: ReadonlyMap<string, number>): void {
  const { folder: own, profileIds, seed } = work;
  const tornSizes = profileIds.flatMap((profileId) => segmentsOf(own, profileId)).map(sizeOfTornEnd);
  const reported = startAgain(own).map((problem) => Number(/(\d+) bytes/.exec(problem)?.[1]));
  expect(reported.sort()).toEqual(tornSizes.filter((size) => size > 0).sort());
  for (const [index, profileId] of profileIds.entries()) {
    expectWholeSegments(own, profileId);
    expectLines(own, profileId, seed + index, durable.get(profileId) ?? 0);
  }
}

function sizeOfTornEnd(segment: string): number {
  const bytes = readFileSync(segment);
  return bytes.length - (bytes.lastIndexOf(0x0a) + 1);
}

function expectWholeSegments(own: string, profileId: string): void {
  if (!existsSync(join(own, profileId))) return;
  for (const session of readdirSync(join(own, profileId))) {
    const names = readdirSync(join(own, profileId, session));
    expect(names.filter((name) => !/^\d{6}\.(ndjson|index)$/.test(name))).toEqual([]);
  }
  for (const segment of segmentsOf(own, profileId)) {
    const index = readIndexFile(segment.replace(/ndjson$/, 'index'), statSync(segment).size);
    const { count } = indexSegment(segment, new NameTable());
    if (index) expect(index.count).toBe(count);
  }
}

function expectLines(own: string, profileId: string, seed: number, atLeast: number): void {
  const frames = framesOf(seed);
  const lines = segmentsOf(own, profileId).flatMap((path) =>
    readFileSync(path, 'utf8').split('\n').slice(0, -1),
  );
  expect(lines.length).toBeGreaterThanOrEqual(atLeast);
  for (const [index, line] of lines.entries()) {
    if (JSON.stringify((JSON.parse(line) as { frame: unknown }).frame) !== frames.next().value)
      throw new Error(`Line ${index} of ${lines.length} is not event ${index}.`);
  }
}

describe('a process that is killed while it writes the log', () => {
  const counts = { inTest: 50, inSoak: 2000, atOnce: 2, timeoutMs: 300_000 };
  inRounds('keeps every durable line, and the next start reports what was torn', counts, async (random) => {
    const own = mkdtempSync(join(folder, 'killed-'));
    const work: HistoryWork = {
      folder: own,
      profileIds: [randomUUID(), randomUUID()],
      seed: random.integer(0, 2 ** 31),
      limits: limitsFrom(random),
    };
    const durable = await writeAndKill(work, random);
    if (random.fraction() < 0.5) tear(work, random);
    await turns.take(() => expectAfterwards(work, durable));
    rmSync(own, { recursive: true });
  });

  describe.skipIf(whyNoTracing())('just before it changes the disk', () => {
    const work = { seed: 11, turns: 6, limits: { bytes: 2 ** 20, lines: 100 } };
    const entry = () => built('tests/support/history-process');
    let moments: Promise<KillMoments> | undefined;
    const learned = () => {
      const argument = { ...work, folder: mkdtempSync(join(folder, 'moments-')), profileIds: [randomUUID()] };
      moments ??= KillMoments.of({ entry: entry(), argument });
      return moments;
    };

    const tracedCounts = { inTest: 15, inSoak: 200, atOnce: 2, timeoutMs: 300_000 };
    inRounds('keeps every durable line, and leaves nothing unfinished', tracedCounts, async (random) => {
      const own = mkdtempSync(join(folder, 'traced-'));
      const argument: HistoryWork = { ...work, folder: own, profileIds: [randomUUID()] };
      const options = { entry: entry(), argument };
      const told = await (await learned()).killAtOne<DurableLines>(options, random);
      expectAfterwards(argument, linesOf(told));
      rmSync(own, { recursive: true });
    });
  });
});
