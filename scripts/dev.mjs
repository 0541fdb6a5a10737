/**
 * `npm run dev`: Latchkey with hot reload. In Electron, electron-vite does all of it. On the web host, Vite answers for
 * the page inside the host (LATCHKEY_DEVELOPMENT, electron/hosts/web/development.ts), and the host runs from its
 * sources and starts again when one of them changes; its URL is then a new one.
 */
import { watch } from 'node:fs';
import { resolve } from 'node:path';
import { electronPath, obtainElectron, whyNotShown } from './lib/electron.mjs';
import { readFlags } from './lib/flags.mjs';
import { end, endOnSignals, runNode, start } from './lib/processes.mjs';
import { inRoot, prepare, tool } from './lib/project.mjs';

const flags = readFlags({
  command: 'npm run dev --',
  summary: 'runs Latchkey from its sources, with hot reload.',
  flags: {
    web: { type: 'boolean', help: 'Use the web host, even where Electron works.' },
    'no-open': { type: 'boolean', help: 'Web host: print the URL and open no browser.' },
    port: { type: 'string', value: 'N', help: 'Web host: listen on this port of 127.0.0.1.' },
    data: { type: 'string', value: 'DIR', help: 'Keep the data in this folder.' },
  },
});
const dataFlag =
  flags.data === undefined ? [] : ['--data', resolve(process.env.INIT_CWD ?? process.cwd(), flags.data)];

await prepare();
endOnSignals(() => 0);

const why = flags.web ? 'asked' : await whyNoElectron();
if (why === undefined) {
  const env = { ELECTRON_EXEC_PATH: electronPath() };
  process.exit(await runNode([tool('electron-vite'), 'dev', '--watch', '--', ...dataFlag], { env }));
}
if (why !== 'asked') console.log(`Electron can't be used: ${why}. Latchkey runs in the browser instead.`);
serveAndWatch();

async function whyNoElectron() {
  const unshown = whyNotShown();
  if (unshown) return unshown;
  const got = await obtainElectron();
  return 'why' in got ? got.why : undefined;
}

function serveAndWatch() {
  let host = serve(flags['no-open'] ?? false);
  let timer;
  let restart = Promise.resolve();
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      restart = restart.then(async () => {
        console.log('The main side changed: starting it again.');
        await end(host);
        host = serve(true);
      });
    }, 200);
  };
  for (const folder of ['electron', 'shared']) watch(inRoot(folder), { recursive: true }, changed);
}

function serve(isQuiet) {
  const args = [
    inRoot('electron/serve.ts'),
    ...(flags.port === undefined ? [] : ['--port', flags.port]),
    ...(isQuiet ? ['--no-open'] : []),
    ...dataFlag,
  ];
  return start(process.execPath, args, { env: { LATCHKEY_DEVELOPMENT: '1' } });
}
