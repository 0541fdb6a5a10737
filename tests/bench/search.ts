/**
 * How long a search over a long log takes, next to ripgrep on the same segments: until all hits are counted, and until
 * the first hundred can be shown. `LATCHKEY_BENCH_EVENTS` makes the log shorter.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ViewStatus } from '#shared/contract/history.ts';
import { History } from '../../electron/history/index.ts';
import { segmentsOf } from '../support/history.ts';
import { type Benchmark, compare } from './measure.ts';
import { sampleFrames } from './sample-events.ts';

const events = Number(process.env.LATCHKEY_BENCH_EVENTS ?? 1_000_000);
const runs = 7;
const warmUps = 5;
/** One event in so many is a hit. */
const rarity = 100;
const wanted = 'Zoë "the first"';
const firstHits = 100;
const differentFrames = 10_000;

export const searchAll: Benchmark = {
  name: 'search-all',
  run: () => measured('search-all', 1, (log) => log.allMs()),
};

/** The peer's time is the one it takes for all. */
export const searchFirst: Benchmark = {
  name: 'search-first-100',
  run: () => measured('search-first-100', 0.1, (log) => log.firstMs()),
};

async function measured(name: string, goal: number, ours: (log: LongLog) => Promise<number>) {
  const log = await LongLog.create();
  try {
    // The first searches bring code and segments into memory: of a filter that is typed, each letter is one.
    for (let search = 0; search < warmUps; search++) {
      await log.allMs();
      log.ripgrepMs();
    }
    return await compare({
      name,
      unit: 'ms',
      goal,
      lowerIsBetter: true,
      runs,
      ours: () => ours(log),
      peer: () => log.ripgrepMs(),
    });
  } finally {
    await log.close();
  }
}

class LongLog {
  readonly #folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  readonly #profileId = crypto.randomUUID();
  readonly #history: History;
  #views = 0;
  /** Told as the page is told. */
  #onGrew: (status: ViewStatus) => void = () => {};

  private constructor() {
    const entry = (name: string) => new URL(`../../electron/history/${name}.ts`, import.meta.url);
    this.#history = new History({
      folder: this.#folder,
      entries: {
        writer: entry('writer-thread'),
        query: entry('query-thread'),
        search: entry('search-thread'),
      },
      decryptBatch: async (_, items) => items.map(() => ({ state: 'closed', why: 'vault-locked' })),
      onGrew: (status) => this.#onGrew(status),
    });
  }

  static async create(): Promise<LongLog> {
    const log = new LongLog();
    const frames = sampleFrames(differentFrames).map((frame, index) =>
      index % rarity === rarity >> 1 ? withNote(frame) : frame,
    );
    const recorder = log.#history.recorder(log.#profileId);
    for (let index = 0; index < events; index++) {
      const frame = frames[index % differentFrames];
      if (frame && !recorder.frame('in', frame, Date.now())) await recorder.whenReady();
    }
    await log.#history.flush(log.#profileId);
    return log;
  }

  /** Until all hits are counted. */
  async allMs(): Promise<number> {
    const startedAt = performance.now();
    const { view, status } = await this.#search(({ scanned, total }) => scanned >= total);
    const tookMs = performance.now() - startedAt;
    if (status.matched !== Math.floor(events / rarity)) throw new Error(`${status.matched} hits were found.`);
    await this.#history.closeView(view);
    return tookMs;
  }

  /** Until the page has the first rows. */
  async firstMs(): Promise<number> {
    const startedAt = performance.now();
    const { view } = await this.#search(({ matched }) => matched >= firstHits);
    const { rows } = await this.#history.rows({ ...view, start: 0, count: firstHits });
    const tookMs = performance.now() - startedAt;
    if (rows.length !== firstHits) throw new Error(`${rows.length} rows came.`);
    await this.#history.closeView(view);
    return tookMs;
  }

  ripgrepMs(): number {
    const spelled = JSON.stringify(JSON.stringify(wanted).slice(1, -1)).slice(1, -1);
    const args = ['--count', '--no-filename', '--fixed-strings', '--ignore-case', spelled];
    const startedAt = performance.now();
    const { status, stdout, error } = spawnSync(
      'rg',
      [...args, ...segmentsOf(this.#folder, this.#profileId)],
      {
        encoding: 'utf8',
      },
    );
    const tookMs = performance.now() - startedAt;
    if (error) throw new Error('This benchmark needs ripgrep: apt-get install ripgrep.', { cause: error });
    const found = stdout.split('\n').reduce((sum, count) => sum + Number(count), 0);
    if (status !== 0 || found !== Math.floor(events / rarity)) throw new Error(`ripgrep found ${found}.`);
    return tookMs;
  }

  async close(): Promise<void> {
    await this.#history.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Opens a view, and waits until it is told to have come so far. */
  async #search(isFar: (status: ViewStatus) => boolean) {
    const view = { profileId: this.#profileId, viewId: `search-${this.#views++}` };
    const { promise, resolve } = Promise.withResolvers<ViewStatus>();
    this.#onGrew = (status) => {
      if (status.viewId === view.viewId && isFar(status)) resolve(status);
    };
    await this.#history.openView({ ...view, filter: JSON.stringify(wanted) });
    return { view, status: await promise };
  }
}

/** The same frame, as long as before, with the text in its note. */
function withNote(frame: Buffer): Buffer {
  const message = JSON.parse(frame.toString()) as { data: string };
  const order = JSON.parse(message.data) as { note: string };
  const spelledBytes =
    Buffer.byteLength(JSON.stringify(JSON.stringify(wanted))) - Buffer.byteLength('"\\"\\""');
  order.note = wanted + order.note.slice(spelledBytes);
  return Buffer.from(JSON.stringify({ ...message, data: JSON.stringify(order) }));
}
