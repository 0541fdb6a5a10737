/** What a benchmark is, and how runs of ours and of the peer are put together. */

export interface Result {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: number;
  /** Ours in relation to the peer's. */
  readonly ratio: number;
  /** The ratio to reach, or null. */
  readonly goal: number | null;
  readonly lowerIsBetter: boolean;
  readonly runs: number;
}

/** What stands for itself, with a goal of its own. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** At most this, or null. */
  readonly goal: number | null;
  /** Of how many measurements, and which of them the value is: `p95 of 600 frames`. */
  readonly of: string;
}

export interface Size {
  /** To see that it runs: less of everything, and figures that say little. */
  readonly isQuick: boolean;
}

export interface Benchmark {
  readonly name: string;
  run(size: Size): Promise<Result | readonly (Result | Figure)[]>;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Takes turns, so that whatever else the machine does meets both alike; the one who starts changes too. */
export async function compare(options: {
  readonly name: string;
  readonly unit: string;
  readonly goal: number | null;
  readonly lowerIsBetter: boolean;
  readonly runs: number;
  readonly ours: () => Promise<number> | number;
  readonly peer: () => Promise<number> | number;
}): Promise<Result> {
  const { name, unit, goal, lowerIsBetter, runs } = options;
  const measured = { ours: [] as number[], peer: [] as number[] };
  for (let run = 0; run < runs; run++) {
    const order = run % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const);
    for (const side of order) measured[side].push(await options[side]());
  }
  const ours = median(measured.ours);
  const peer = median(measured.peer);
  return { name, unit, ours, peer, ratio: ours / peer, goal, lowerIsBetter, runs };
}
