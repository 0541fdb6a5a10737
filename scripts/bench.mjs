/** `npm run bench`: the benchmarks; their own flags follow `--`. */
import { endOnSignals, runNode } from './lib/processes.mjs';
import { inRoot, prepare } from './lib/project.mjs';

await prepare();
endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
process.exit(await runNode([inRoot('tests/bench/run.ts'), ...process.argv.slice(2)]));
