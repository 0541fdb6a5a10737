import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const isSoak = process.env.LATCHKEY_SOAK === '1';
const suites = ['unit', 'vectors', 'conformance', 'integration'];

export default defineConfig({
  test: {
    include: suites.map((suite) => `tests/${suite}/**/*.test.{ts,tsx}`),
    testTimeout: isSoak ? 60 * 60_000 : 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Tests start hundreds of programs from their TypeScript, each in a third of the time with this.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/latchkey', import.meta.url)) },
  },
});
