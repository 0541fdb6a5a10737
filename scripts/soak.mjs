/** `npm run soak`: the randomised and crash tests with their full counts. Takes as long as it takes. */
import { endOnSignals, runNode } from './lib/processes.mjs';
import { prepare, tool } from './lib/project.mjs';

await prepare();
endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
const folders = ['tests/unit', 'tests/integration'];
const args = [tool('vitest'), 'run', ...folders, ...process.argv.slice(2)];
process.exit(await runNode(args, { env: { LATCHKEY_SOAK: '1' } }));
