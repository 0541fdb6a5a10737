/** Searches long enough for the search thread to help: they find what one thread would. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/conditions.ts';
import { eventFrame, HistoryHarness, historyEntry } from '../../support/history.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { inRounds } from '../../support/soak.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
const wanted = 'Zoë "the first"';
/** Each spelling of it that a line of the log may have. */
const spellings: ((data: string) => string | Buffer)[] = [
  (data) => eventFrame('c', 'e', { note: data + wanted }),
  (data) => eventFrame('c', 'e', { note: wanted.toUpperCase() + data }),
  (data) => eventFrame('c', 'e', data + wanted),
  (data) => eventFrame('c', 'e', `{"note":"Zo\\u00eb \\"the first\\"${data}"}`),
  (data) => `{"event":"e","channel":"c","data":{"note":"Zo\\u00cb \\u0022the f\\u0049rst\\u0022 ${data}"}}`,
  (data) => `${data} is no JSON: ${wanted}`,
  (data) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(data + wanted)]),
];
/** Nearly it. */
const others: ((data: string) => string | Buffer)[] = [
  (data) => eventFrame('c', 'e', data),
  (data) => eventFrame('c', 'e', { note: `Zoë the first ${data}` }),
  (data) => eventFrame('c', 'e', `Zo\\u00e9 \\"the first\\"${data}`),
  (data) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(data)]),
];

/** Without an escape of their own. */
const plainSpellings = spellings.slice(0, 3);
const plainOthers = others.slice(0, 2);
/** Escapes are in some blocks and not in others. */
const stretchBytes = 1_500_000;

/** Of some MB, in several segments. */
const limits = { bytes: 3 * 1024 * 1024, lines: 100_000 };
const logBytes = 14 * 1024 * 1024;

class LongLog {
  readonly harness: HistoryHarness;
  readonly hits: number[] = [];
  #count = 0;

  constructor(options: ConstructorParameters<typeof HistoryHarness>[1] = {}) {
    this.harness = new HistoryHarness(folder, { limits, ...options });
  }

  /** @param share of lines that match */
  async record(random: SeededRandom, share: number, sizeBytes = logBytes): Promise<void> {
    const { history, profileId } = this.harness;
    const recorder = history.recorder(profileId);
    const largest = 2 ** random.integer(9, 17);
    for (let bytes = 0; bytes < sizeBytes; ) {
      const isHit = random.fraction() < share;
      const data = random.text('abz ëЗ☃', 1, 4).repeat(random.integer(1, largest / 12));
      const hasEscapes = Math.floor(bytes / stretchBytes) % 3 === 1;
      const kinds = isHit ? (hasEscapes ? spellings : plainSpellings) : hasEscapes ? others : plainOthers;
      const frame = Buffer.from(random.pick(kinds)(data));
      if (isHit) this.hits.push(this.#count);
      this.#count++;
      bytes += frame.length;
      if (!recorder.frame('in', frame, Date.now())) await recorder.whenReady();
    }
    await history.flush(profileId);
  }

  /** All rows of a view that has come to the log's end. */
  async found(viewId: string): Promise<number[]> {
    const { matched } = await this.harness.scanned(viewId);
    const found: number[] = [];
    while (found.length < matched) {
      const rows = await this.harness.rows(viewId, found.length);
      found.push(...rows.map(({ sequence }) => sequence));
    }
    return found;
  }
}

describe('a search over a long log', () => {
  inRounds(
    'finds every spelling in every segment, alone or among others',
    { inTest: 4, inSoak: 200 },
    async (random) => {
      const log = new LongLog();
      await log.record(random, random.pick([0, 0.01, 0.5]));
      const { harness } = log;
      const filter = JSON.stringify(wanted);
      await Promise.all([
        harness.open('plain', filter),
        harness.open('either', `${filter} or "nobody writes this"`),
        harness.open('columns', `${filter} channel:c`),
      ]);
      expect(await log.found('plain')).toEqual(log.hits);
      // What the first searches learnt of the log is used.
      await harness.open('again', filter);
      expect(await log.found('again')).toEqual(log.hits);
      expect(await log.found('either')).toEqual(log.hits);
      const inChannel = await log.found('columns');
      const lines = harness.linesOnDisk();
      expect(inChannel).toEqual(log.hits.filter((hit) => lines[hit]?.includes('"channel":"c"')));
      expect(harness.problems).toEqual([]);
    },
  );

  inRounds(
    'goes on when the log grows, is cleared, or the view is closed meanwhile',
    { inTest: 2, inSoak: 100 },
    async (random) => {
      const log = new LongLog();
      await log.record(random, 0.01);
      const { harness } = log;
      const { history, profileId } = harness;
      const filter = JSON.stringify(wanted);
      await harness.open('found', filter);
      await harness.open('closed', filter);
      await history.closeView({ profileId, viewId: 'closed' });
      await harness.open('found', filter);
      const growing = log.record(random, 0.01);
      expect((await harness.status('found')).total).toBeGreaterThan(0);
      await growing;
      expect(await log.found('found')).toEqual(log.hits);
      await harness.open('found', filter);
      const { from, hidden } = await history.clear(profileId);
      expect(await log.found('found')).toEqual([]);
      await log.record(random, 0.02);
      await harness.open('found', filter);
      expect(await log.found('found')).toEqual(log.hits.filter((hit) => hit >= from + hidden));
      expect(harness.problems).toEqual([]);
    },
  );

  inRounds(
    'survives a search thread that fails in the middle of a block, and says so',
    { inTest: 2, inSoak: 50 },
    async (random) => {
      const entries = {
        writer: historyEntry('writer-thread'),
        query: historyEntry('query-thread'),
        search: new URL('../../support/failing-search.ts', import.meta.url),
      };
      const log = new LongLog({ entries });
      await log.record(random, 0.01);
      const { harness } = log;
      // A search may be over before the thread has started: then the next one has it.
      await eventually(
        async () => {
          await harness.open('found', JSON.stringify(wanted));
          expect(await log.found('found')).toEqual(log.hits);
          return harness.problems.length > 0;
        },
        { withinMs: 60_000 },
      );
      expect(harness.problems[0]).toContain('search thread failed');
      expect(harness.problems[0]).toContain('told to fail');
    },
  );

  it('does without a search thread that can’t be started, and says so three times at most', async () => {
    const log = new LongLog({
      entries: {
        writer: historyEntry('writer-thread'),
        query: historyEntry('query-thread'),
        search: new URL('../../support/no-such-module.ts', import.meta.url),
      },
    });
    await log.record(new SeededRandom(1), 0.01);
    for (let search = 0; search < 6; search++) {
      const told = log.harness.problems.length;
      await log.harness.open('found', JSON.stringify(wanted));
      expect(await log.found('found')).toEqual(log.hits);
      if (search < 3) await eventually(() => log.harness.problems.length > told);
    }
    expect(log.harness.problems).toHaveLength(3);
  });
});
