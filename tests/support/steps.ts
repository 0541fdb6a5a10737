/**
 * How much work an import is, counted and not timed: how often the blocks of its source are run, as V8's precise coverage
 * tells. The same on a fast machine and on a busy one. What a regular expression does inside is not counted.
 */
import { fork } from 'node:child_process';

const counter = new URL('step-counter.ts', import.meta.url);

/** One count for each text. */
export function countImportSteps(texts: readonly string[]): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const child = fork(counter, {
      execArgv: ['--no-opt', '--no-maglev', '--no-sparkplug', '--no-warnings'],
    });
    child.once('message', (counts) => resolve(counts as readonly number[]));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The counter ended with ${code}.`)));
    child.send(texts);
  });
}
