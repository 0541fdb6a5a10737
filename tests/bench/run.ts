/**
 * Runs the benchmarks: `node tests/bench/run.ts [--json FILE] [--only NAME]`. One line each, of ours, the peer, the
 * ratio and the number of runs whose medians these are.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { commandAlone, commandWithOwner } from './command-start.ts';
import type { Benchmark, Result } from './measure.ts';
import { searchAll, searchFirst } from './search.ts';
import { encryptEventBenchmark, signChannelBenchmark } from './signing.ts';
import { socketToDurableLine } from './socket-to-durable-line.ts';
import { listBenchmark, unlockBenchmark } from './vault-open.ts';

const benchmarks: readonly Benchmark[] = [
  socketToDurableLine,
  searchAll,
  searchFirst,
  signChannelBenchmark,
  encryptEventBenchmark,
  unlockBenchmark,
  listBenchmark,
  commandWithOwner,
  commandAlone,
];

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
const chosen = benchmarks.filter(({ name }) => values.only === undefined || values.only === name);
if (chosen.length === 0) {
  console.error(
    `No benchmark is named “${values.only}”. There are: ${benchmarks.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

const results: Result[] = [];
for (const benchmark of chosen) {
  const result = await benchmark.run();
  results.push(result);
  console.log(lineOf(result));
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);

function lineOf({ name, unit, ours, peer, ratio, goal, lowerIsBetter, runs }: Result): string {
  const number = (value: number) => Math.round(value).toLocaleString('en-US');
  const direction = lowerIsBetter ? 'lower is better' : 'higher is better';
  const wanted = goal === null ? '' : `, goal ${goal.toFixed(2)}`;
  return `${name}: ours ${number(ours)} ${unit}, peer ${number(peer)} ${unit}, ratio ${ratio.toFixed(2)} (${direction}${wanted}), ${runs} runs`;
}
