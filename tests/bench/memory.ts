/** How much the memory of all of the app's processes together grows from 10,000 to 1,000,000 kept events. Linux only. */
import { setTimeout as delay } from 'node:timers/promises';
import { processTree } from '../support/process-memory.ts';
import { memoryOf } from '../support/process-use.ts';
import type { Benchmark } from './measure.ts';
import { startWatchedApp } from './watched-app.ts';

const few = 10_000;
const perSecond = 10_000;
/** What is idle gives memory back after a while: the least of these looks counts. */
const looks = 20;
const lookIntervalMs = 1000;

export const memoryOfEvents: Benchmark = {
  name: 'memory',
  async run({ isQuick }) {
    const many = isQuick ? 100_000 : 1_000_000;
    const app = await startWatchedApp();
    try {
      await app.sendUpTo(few, perSecond);
      const before = await settledMb(app.host.pid, isQuick ? 3 : looks);
      await app.sendUpTo(many, perSecond);
      const after = await settledMb(app.host.pid, isQuick ? 3 : looks);
      return [
        {
          name: `memory-growth-to-${many}`,
          unit: 'MB',
          value: after - before,
          goal: 80,
          of: `from ${before.toFixed(0)} MB with ${few} events to ${after.toFixed(0)} MB`,
        },
      ];
    } finally {
      await app.stop();
    }
  },
};

async function settledMb(pid: number, times: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < times; look++) {
    await delay(lookIntervalMs);
    const all = processTree(pid).map((entry) => memoryOf(entry.pid).nowMb);
    least = Math.min(
      least,
      all.reduce((sum, each) => sum + each, 0),
    );
  }
  return least;
}
