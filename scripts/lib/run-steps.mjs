/** Runs steps one after another, and ends with the table and the one line that counts. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { counted } from './steps.mjs';

/**
 * @param {readonly import('./steps.mjs').Step[]} steps
 * @param {{ limitMs: number }} options no step goes on past the limit
 * @returns {Promise<number>} the exit code
 */
export async function runSteps(steps, { limitMs }) {
  const startedAt = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-run-'));
  // Some tests act as another user, who has to get through it, and to see nothing of it.
  chmodSync(folder, 0o711);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const context = {
    folder,
    environment: privateEnvironment(folder),
    deadlineMs: () => Math.max(1_000, startedAt + limitMs - Date.now()),
  };
  const results = [];
  for (const step of steps) {
    console.log(`\n── ${step.title} ${'─'.repeat(Math.max(0, 76 - step.title.length))}`);
    const stepStartedAt = Date.now();
    const counts = await step.run(context).catch((error) => {
      console.error(error.message);
      return counted(false);
    });
    results.push({ ...step, counts, seconds: (Date.now() - stepStartedAt) / 1_000 });
  }
  return summarize(results, (Date.now() - startedAt) / 1_000);
}

/** Nothing that the tests start sees the user's own temporary files, settings or sockets. */
function privateEnvironment(folder) {
  const environment = { TMPDIR: folder, TEMP: folder, TMP: folder };
  if (process.platform !== 'linux') return environment;
  for (const name of ['CONFIG_HOME', 'DATA_HOME', 'CACHE_HOME', 'STATE_HOME', 'RUNTIME_DIR']) {
    const path = join(folder, `xdg-${name.toLowerCase().replace('_', '-')}`);
    mkdirSync(path, { mode: 0o700 });
    environment[`XDG_${name}`] = path;
  }
  return environment;
}

function summarize(results, seconds) {
  console.log('');
  for (const { title, counts, seconds: taken } of results) {
    const state = counts.failed > 0 ? 'FAILED' : 'ok';
    console.log(`${state.padEnd(7)} ${title.padEnd(36)} ${taken.toFixed(1).padStart(7)} s`);
  }
  const problems = results.flatMap(({ counts }) => counts.problems ?? []);
  for (const line of problems) console.log(line);
  if (problems.length > 0) console.log('');
  const sum = (key) => results.reduce((total, { counts }) => total + counts[key], 0);
  console.log(`${''.padEnd(7)} ${'Together'.padEnd(36)} ${seconds.toFixed(1).padStart(7)} s\n`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  return sum('failed') > 0 ? 1 : 0;
}
