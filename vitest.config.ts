import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const isSoak = process.env.LATCHKEY_SOAK === '1';
const suites = ['unit', 'vectors', 'conformance', 'integration'];

export default defineConfig({
  test: {
    include: suites.map((suite) => `tests/${suite}/**/*.test.{ts,tsx}`),
    testTimeout: isSoak ? 60 * 60_000 : 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // They wait for other processes, most of the time.
    maxWorkers: availableParallelism() + 1,
    env: { NODE_OPTIONS: `--import=${new URL('tests/support/compile-cache.mjs', import.meta.url).href}` },
  },
});
