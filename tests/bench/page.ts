/**
 * The page in Chromium over the web host, while 10,000 events a second arrive and 1,000,000 are kept: what its main
 * thread does in a frame, following the newest row and scrolling; its heap; how old an event is when it is painted; and
 * how long the main process takes to answer meanwhile. Wants a build.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BareBrowser, type Tab } from '../support/devtools.ts';
import { type Benchmark, type Figure, percentile } from './measure.ts';
import { startWatchedApp, type WatchedApp } from './watched-app.ts';

const few = 10_000;
const perSecond = 10_000;
const frameGoalMs = 8;
const heapGoalMb = 20;
const paintGoalMs = 150;
const roundTripGoalMs = 16;

export const page: Benchmark = {
  name: 'page',
  async run({ isQuick }) {
    const many = isQuick ? 50_000 : 1_000_000;
    const seconds = isQuick ? 3 : 15;
    const app = await startWatchedApp();
    const profile = join(app.folder, 'profile');
    mkdirSync(profile);
    const browser = await BareBrowser.launch(profile);
    try {
      const tab = await openInspector(app, browser);
      await app.sendUpTo(few, perSecond);
      const heapBefore = await heapMb(tab);
      // The last of them are sent while it is measured.
      let sent = many - perSecond * seconds * 3;
      await app.sendUpTo(Math.max(few, sent), perSecond);
      const heapAfter = await heapMb(tab);

      sent = Math.max(few, sent) + perSecond * seconds;
      const following = await whileSending(app, sent, tab, () => delay(seconds * 1000 - 500));
      sent += perSecond * seconds;
      // By itself: what watches the rows is work of the page as well.
      await tab.evaluate(watchPaints);
      await app.sendUpTo(sent, perSecond, true);
      const paints = (await tab.evaluate('stopWatchingPaints()')) as Paint[];
      sent += perSecond * seconds;
      const scrolling = await whileSending(app, sent, tab, () => scroll(tab, seconds * 1000 - 500));
      const heapAtEnd = await heapMb(tab);
      return [
        ...frameFigures('following', following),
        ...frameFigures('scrolling', scrolling),
        {
          name: 'page-heap-growth',
          unit: 'MB',
          value: Math.max(heapAfter, heapAtEnd) - heapBefore,
          goal: heapGoalMb,
          of: `after garbage collection, from ${heapBefore.toFixed(1)} MB with ${few} events to ${heapAfter.toFixed(1)} and ${heapAtEnd.toFixed(1)} MB with ${many}`,
        },
        paintFigure(paints),
      ];
    } finally {
      await browser.close();
      await app.stop();
    }
  },
};

async function openInspector(app: WatchedApp, browser: BareBrowser): Promise<Tab> {
  const tab = await browser.openTab(await app.host.createUrl());
  await tab.send('Page.bringToFront');
  await tab.until(`document.querySelector('[role=tab]')`);
  await tab.until(`document.querySelector('[role=grid][aria-label=Events]')`);
  return tab;
}

async function heapMb(tab: Tab): Promise<number> {
  for (let turn = 0; turn < 3; turn++) await tab.send('HeapProfiler.collectGarbage');
  const { usedSize } = (await tab.send('Runtime.getHeapUsage')) as { usedSize: number };
  return usedSize / 1024 / 1024;
}

interface Measured {
  /** Of the main thread, in ms, for each frame that the page made. */
  readonly perFrame: readonly number[];
  /** The part of it on a processor. */
  readonly onProcessor: readonly number[];
  readonly intervals: readonly number[];
  readonly roundTrips: readonly number[];
}

async function whileSending(
  app: WatchedApp,
  upTo: number,
  tab: Tab,
  work: () => Promise<unknown>,
): Promise<Measured> {
  const sending = app.sendUpTo(upTo, perSecond, true);
  const asking = new AbortController();
  const roundTrips = timeRoundTrips(app, asking.signal);
  const trace = await traced(tab, work);
  asking.abort();
  await sending;
  return { ...frames(trace), roundTrips: await roundTrips };
}

/** From another client of the same host, whose process does nothing else meanwhile. */
async function timeRoundTrips({ client }: WatchedApp, signal: AbortSignal): Promise<number[]> {
  const took: number[] = [];
  while (!signal.aborted) {
    const startedAt = performance.now();
    await client.call('settings.get', {});
    took.push(performance.now() - startedAt);
    await delay(20);
  }
  return took;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur?: number;
  /** Of these microseconds, those on a processor: the rest the machine gave to others. */
  readonly tdur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args?: { readonly name?: string };
}

async function traced(tab: Tab, work: () => Promise<unknown>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  tab.on('Tracing.dataCollected', (params) => {
    events.push(...(params as { value: TraceEvent[] }).value);
  });
  const complete = new Promise<void>((resolve) => tab.on('Tracing.tracingComplete', () => resolve()));
  const includedCategories = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
  await tab.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories, excludedCategories: ['*'] },
  });
  await work();
  await tab.send('Tracing.end');
  await complete;
  return events;
}

/** A frame ends with its `Commit`; all that the main thread did since the last one counts for it. */
function frames(events: readonly TraceEvent[]): Omit<Measured, 'roundTrips'> {
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const ofMain = events.filter(({ pid, tid }) => mains.has(`${pid} ${tid}`));
  const startsOf = (wanted: string) =>
    ofMain.filter(({ name }) => name === wanted).sort((one, other) => one.ts - other.ts);
  const commits = startsOf('Commit').map(({ ts }) => ts);
  const tasks = startsOf('RunTask');
  if (commits.length < 2 || tasks.length === 0) {
    throw new Error(`The trace has ${commits.length} frames and ${tasks.length} tasks.`);
  }
  const perFrame = commits.map(() => 0);
  const onProcessor = commits.map(() => 0);
  let frame = 0;
  for (const { ts, dur = 0, tdur = 0 } of tasks) {
    while (frame < commits.length && (commits[frame] ?? 0) < ts) frame++;
    if (frame === commits.length) break;
    perFrame[frame] = (perFrame[frame] ?? 0) + dur / 1000;
    onProcessor[frame] = (onProcessor[frame] ?? 0) + tdur / 1000;
  }
  const intervals = commits.slice(1).map((ts, index) => (ts - (commits[index] ?? 0)) / 1000);
  // The first began before the trace did.
  return { perFrame: perFrame.slice(1), onProcessor: onProcessor.slice(1), intervals };
}

function frameFigures(what: string, { perFrame, onProcessor, intervals, roundTrips }: Measured): Figure[] {
  const interval = (share: number) => percentile(intervals, share).toFixed(0);
  return [
    {
      name: `main-thread-${what}`,
      unit: 'ms a frame',
      value: percentile(perFrame, 0.95),
      goal: frameGoalMs,
      of: `p95 of ${perFrame.length} frames; median ${percentile(perFrame, 0.5).toFixed(1)}; on a processor p95 ${percentile(onProcessor, 0.95).toFixed(1)}; intervals: median ${interval(0.5)}, p95 ${interval(0.95)} ms`,
    },
    {
      name: `main-process-round-trip-${what}`,
      unit: 'ms',
      value: percentile(roundTrips, 0.99),
      goal: roundTripGoalMs,
      of: `p99 of ${roundTrips.length}; median ${percentile(roundTrips, 0.5).toFixed(1)}`,
    },
  ];
}

interface Paint {
  readonly atMs: number;
  readonly number: number;
  readonly sentAtMs: number;
}

/** Notes the newest event on screen whenever rows change, once the frame that shows them has been made. */
const watchPaints = `(() => {
  const paints = [];
  let isAsked = false;
  const note = () => {
    isAsked = false;
    const newest = [...document.querySelectorAll('[role=grid][aria-label=Events] [role=row]')]
      .map((row) => /"number":(\\d+),"sentAt":(\\d+)/.exec(row.textContent))
      .filter(Boolean)
      .map(([, number, sentAt]) => ({ number: Number(number), sentAtMs: Number(sentAt) }))
      .reduce((one, other) => (one && one.number > other.number ? one : other), undefined);
    if (newest && newest.number !== paints.at(-1)?.number) paints.push({ atMs: Date.now(), ...newest });
  };
  const channel = new MessageChannel();
  channel.port1.onmessage = note;
  const observer = new MutationObserver(() => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => channel.port2.postMessage(0));
  });
  observer.observe(document.querySelector('[role=grid][aria-label=Events]'), { childList: true, subtree: true, characterData: true });
  globalThis.stopWatchingPaints = () => {
    observer.disconnect();
    return paints;
  };
  return true;
})()`;

/**
 * At 10,000 a second most events are passed over: one counts as painted when the list shows it or a newer one. Between
 * two paints the events' times lie evenly, as they were sent at a pace.
 */
function paintFigure(paints: readonly Paint[]): Figure {
  const ages: number[] = [];
  const samples = 20;
  for (const [index, { atMs, sentAtMs }] of paints.entries()) {
    const before = paints[index - 1];
    if (!before) continue;
    const span = sentAtMs - before.sentAtMs;
    for (let sample = 1; sample <= samples; sample++) {
      ages.push(atMs - (before.sentAtMs + (span * sample) / samples));
    }
  }
  const newest = paints.map(({ atMs, sentAtMs }) => atMs - sentAtMs);
  return {
    name: 'event-to-paint',
    unit: 'ms',
    value: percentile(ages, 0.95),
    goal: paintGoalMs,
    of: `p95 over ${paints.length} paints; median ${percentile(ages, 0.5).toFixed(0)}; of the newest event on screen: p95 ${percentile(newest, 0.95).toFixed(0)}`,
  };
}

/** Wheels up, and down again, about sixty times a second. */
async function scroll(tab: Tab, forMs: number): Promise<void> {
  const until = performance.now() + forMs;
  for (let turn = 0; performance.now() < until; turn++) {
    const deltaY = turn % 120 < 60 ? -240 : 120;
    await tab.send('Input.dispatchMouseEvent', { type: 'mouseWheel', x: 700, y: 450, deltaX: 0, deltaY });
    await delay(16);
  }
}
