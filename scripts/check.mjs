/** `npm run check`: format, lint, types, boundaries and unit tests, in seconds. */
import { endOnSignals } from './lib/processes.mjs';
import { prepare } from './lib/project.mjs';
import { runSteps } from './lib/run-steps.mjs';
import { steps } from './lib/steps.mjs';

await prepare();
endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
const quick = ['lint', 'types', 'boundaries', 'unit'];
process.exit(
  await runSteps(
    steps.filter(({ name }) => quick.includes(name)),
    { limitMs: 5 * 60_000 },
  ),
);
