/**
 * Runs the benchmarks: `node tests/bench/run.ts [--json FILE] [--only NAME] [--quick]`. One line each, of ours,
 * the peer, the ratio and the number of runs whose medians these are; or of a figure and its goal. `--quick` is to see
 * that they run: its figures say little.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { commandAlone, commandWithOwner } from './command-start.ts';
import type { Benchmark, Figure, Result } from './measure.ts';
import { memoryOfEvents } from './memory.ts';
import { page } from './page.ts';
import { reconnect } from './reconnect.ts';
import { reopen } from './reopen.ts';
import { searchAll, searchFirst } from './search.ts';
import { encryptEventBenchmark, signChannelBenchmark } from './signing.ts';
import { socketToDurableLine, socketToDurableLineNextToPusherJs } from './socket-to-durable-line.ts';
import { listBenchmark, unlockBenchmark } from './vault-open.ts';

const benchmarks: readonly Benchmark[] = [
  socketToDurableLine,
  socketToDurableLineNextToPusherJs,
  reopen,
  reconnect,
  memoryOfEvents,
  page,
  searchAll,
  searchFirst,
  signChannelBenchmark,
  encryptEventBenchmark,
  unlockBenchmark,
  listBenchmark,
  commandWithOwner,
  commandAlone,
];

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const chosen = benchmarks.filter(({ name }) => values.only === undefined || values.only === name);
if (chosen.length === 0) {
  console.error(
    `No benchmark is named “${values.only}”. There are: ${benchmarks.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

const results: (Result | Figure)[] = [];
for (const benchmark of chosen) {
  const [loadBefore = 0] = loadavg();
  const result = await benchmark.run({ isQuick: values.quick });
  const [loadAfter = 0] = loadavg();
  const all = 'name' in result ? [result] : result;
  results.push(...all);
  for (const each of all) console.log('value' in each ? figureLine(each) : lineOf(each));
  console.log(
    `  (load ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after, on ${availableParallelism()} cores)`,
  );
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);

function lineOf({ name, unit, ours, peer, ratio, goal, lowerIsBetter, runs }: Result): string {
  const number = (value: number) => Math.round(value).toLocaleString('en-US');
  const direction = lowerIsBetter ? 'lower is better' : 'higher is better';
  const wanted = goal === null ? '' : `, goal ${goal.toFixed(2)}`;
  return `${name}: ours ${number(ours)} ${unit}, peer ${number(peer)} ${unit}, ratio ${ratio.toFixed(2)} (${direction}${wanted}), ${runs} runs`;
}

function figureLine({ name, unit, value, goal, of }: Figure): string {
  const wanted = goal === null ? '' : `, goal at most ${goal} ${unit}: ${value <= goal ? 'met' : 'MISSED'}`;
  return `${name}: ${value.toFixed(value < 100 ? 1 : 0)} ${unit} (${of})${wanted}`;
}
