/** A kept session of 1,000,000 events, opened in a fresh process, next to `wc -l` on its segments. */
import { execFileSync, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Benchmark, compare } from './measure.ts';

const child = fileURLToPath(new URL('./children/kept-session.ts', import.meta.url));

export const reopen: Benchmark = {
  name: 'reopen',
  async run({ isQuick }) {
    const count = isQuick ? 100_000 : 1_000_000;
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
    const profileId = randomUUID();
    const ask = async (...args: string[]) => {
      const asked = fork(child, [folder, profileId, ...args]);
      const ended = once(asked, 'exit').then(() => {
        throw new Error('A process of the benchmark ended without an answer.');
      });
      const [answer]: unknown[] = await Promise.race([once(asked, 'message'), ended]);
      ended.catch(() => {});
      return answer;
    };
    try {
      const session = String(await ask('fill', String(count)));
      const place = join(folder, profileId, session);
      const segments = readdirSync(place)
        .filter((name) => name.endsWith('.ndjson'))
        .map((name) => join(place, name));
      const countLines = () => {
        const startedAt = performance.now();
        const lines = Number(totalOf(segments));
        const took = performance.now() - startedAt;
        if (lines !== count) throw new Error(`There are ${lines} lines of ${count} events.`);
        return took;
      };
      // Of both, what is read is in the system's cache.
      countLines();
      return await compare({
        name: 'reopen',
        unit: 'ms',
        goal: 3,
        lowerIsBetter: true,
        runs: isQuick ? 1 : 7,
        ours: async () => Number(await ask('open', session)),
        peer: countLines,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** The last line of what `wc -l` says, without a file's name. */
function totalOf(segments: readonly string[]): string {
  const lines = execFileSync('wc', ['-l', ...segments], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return (lines.at(-1) ?? '').trim().split(' ')[0] ?? '';
}
