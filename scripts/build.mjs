/** `npm run build`: the app, into out/. */
import { build } from './lib/build.mjs';
import { endOnSignals } from './lib/processes.mjs';
import { prepare } from './lib/project.mjs';

await prepare();
endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
process.exit((await build()) ? 0 : 1);
