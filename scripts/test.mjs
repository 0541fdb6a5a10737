/** `npm test`: everything, from a bare clone. Ends with one line of counts, and fails when anything did. */
import { obtainElectron } from './lib/electron.mjs';
import { readFlags } from './lib/flags.mjs';
import { endOnSignals } from './lib/processes.mjs';
import { fail, prepare } from './lib/project.mjs';
import { runSteps } from './lib/run-steps.mjs';
import { counted, steps } from './lib/steps.mjs';
import { prepareSystem } from './lib/system.mjs';

const names = steps.map(({ name }) => name);
const flags = readFlags({
  command: 'npm test --',
  summary: 'runs every check and test.',
  flags: {
    only: {
      type: 'string',
      value: 'NAMES',
      help: `Only these steps, with commas between: ${names.join(', ')}.`,
    },
  },
});
const chosen = flags.only?.split(',') ?? names;
const unknown = chosen.find((name) => !names.includes(name));
if (unknown !== undefined) fail(`There is no step “${unknown}”. The steps are ${names.join(', ')}.`);

await prepare();
endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));

const setUp = {
  name: 'set-up',
  title: 'Set-up',
  run: async () => {
    const isReady = await prepareSystem();
    if (chosen.includes('electron') && process.getuid?.() !== 0) {
      const got = await obtainElectron();
      if ('why' in got) console.log(`Electron's own tests will be skipped: ${got.why}.`);
    }
    return counted(isReady);
  },
};
const needsSystem = ['integration', 'e2e', 'electron'].some((name) => chosen.includes(name));
const selected = steps.filter(({ name }) => chosen.includes(name));
process.exit(await runSteps(needsSystem ? [setUp, ...selected] : selected, { limitMs: 24 * 60_000 }));
