/** `npm run package`: the installers for this system, into dist/. electron-builder's own flags follow `--`. */
import { build } from './lib/build.mjs';
import { endOnSignals, runNode } from './lib/processes.mjs';
import { fail, prepare, tool } from './lib/project.mjs';

await prepare();
endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
if (!(await build())) fail('The build failed; its messages are above.');
process.exit(await runNode([tool('electron-builder'), '--publish', 'never', ...process.argv.slice(2)]));
