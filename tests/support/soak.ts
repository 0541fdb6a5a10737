/**
 * Randomised and crash checks. Each has a reduced count of rounds in `npm test` and its full one in `npm run soak`,
 * a seed that makes any of its rounds again, and a record of what it did: the soak's table is made from these.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SeededRandom } from './seeded-random.ts';

export const isSoak = process.env.LATCHKEY_SOAK === '1';
/** After so many failed rounds the rest would only repeat them. */
const failureLimit = 10;
const progressIntervalMs = 1000;

export interface Rounds {
  readonly inTest: number;
  readonly inSoak: number;
  /** Rounds under way at a time: more than one is for rounds that wait for processes. */
  readonly atOnce?: number;
  /** Of the whole check in `npm test`, where Vitest's own is too short. A soak has an hour for each. */
  readonly timeoutMs?: number;
}

/**
 * Declares a test that runs a round again and again, each with random numbers of its own. All rounds are run, also
 * after one that fails; the test's failure names the seed of each. With `LATCHKEY_SEED` set to it, the first round is
 * that one.
 */
export function inRounds(
  name: string,
  { inTest, inSoak, atOnce = 1, timeoutMs }: Rounds,
  round: (random: SeededRandom) => void | Promise<void>,
): void {
  const count = isSoak ? inSoak : inTest;
  const record = recorder();
  record({ state: 'declared', name });
  const run = async ({ signal }: { readonly signal: AbortSignal }) => {
    const seed = Number(process.env.LATCHKEY_SEED ?? randomInt(2 ** 31));
    const { currentTestName, testPath } = expect.getState();
    record({ state: 'begun', name: currentTestName, file: testPath, seed, planned: count });
    const startedAt = performance.now();
    let recordedAt = startedAt;
    let next = 0;
    let done = 0;
    const failures: Error[] = [];
    const goOn = async () => {
      while (next < count && failures.length < failureLimit && !signal.aborted) {
        const roundSeed = seed + next++;
        try {
          await round(new SeededRandom(roundSeed));
        } catch (cause) {
          record({ state: 'fell', seed: roundSeed });
          failures.push(failureOf(roundSeed, cause));
        }
        done++;
        if (performance.now() - recordedAt < progressIntervalMs) continue;
        recordedAt = performance.now();
        record({ state: 'going', rounds: done, seconds: (recordedAt - startedAt) / 1000 });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, goOn));
    // Timed out: the test has failed, and its last record says how far it came.
    if (signal.aborted) return;
    record({ state: 'ended', rounds: done, seconds: (performance.now() - startedAt) / 1000 });
    const [first] = failures;
    if (!first) return;
    const rest = failures.slice(1).map(({ message }) => message.slice(0, 500));
    throw new Error([first.message, ...rest].join('\n'), { cause: first.cause });
  };
  if (isSoak || timeoutMs === undefined) it(name, run);
  else it(name, run, timeoutMs);
}

/**
 * Within a test whose rounds build on each other, such as on what the last one left in a folder: runs them in turn, with
 * one seed for all, and records them as `inRounds` does. The first that fails ends them.
 */
export async function roundsInTurn(
  { inTest, inSoak }: Pick<Rounds, 'inTest' | 'inSoak'>,
  round: (random: SeededRandom, index: number) => void | Promise<void>,
): Promise<void> {
  const record = recorder();
  const seed = Number(process.env.LATCHKEY_SEED ?? randomInt(2 ** 31));
  const random = new SeededRandom(seed);
  const planned = isSoak ? inSoak : inTest;
  const { currentTestName, testPath } = expect.getState();
  record({ state: 'begun', name: currentTestName, file: testPath, seed, planned });
  const startedAt = performance.now();
  let recordedAt = startedAt;
  const told = (rounds: number) => ({ rounds, seconds: (performance.now() - startedAt) / 1000 });
  for (let index = 0; index < planned; index++) {
    try {
      await round(random, index);
    } catch (cause) {
      record({ state: 'fell', seed });
      record({ state: 'ended', ...told(index + 1) });
      throw failureOf(seed, cause, `Round ${index}`);
    }
    if (performance.now() - recordedAt < progressIntervalMs) continue;
    recordedAt = performance.now();
    record({ state: 'going', ...told(index + 1) });
  }
  record({ state: 'ended', ...told(planned) });
}

function failureOf(seed: number, cause: unknown, which = 'The round'): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`${which} with LATCHKEY_SEED=${seed} failed: ${reason}`, { cause });
}

/** Writes at once, so that what a crashed process had done is known as well. Does nothing when nobody wants to know. */
function recorder(): (entry: object) => void {
  const path = process.env.LATCHKEY_SOAK_RECORD;
  const check = randomUUID();
  if (path === undefined) return () => {};
  return (entry) => appendFileSync(path, `${JSON.stringify({ check, ...entry })}\n`);
}
