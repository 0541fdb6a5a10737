/** `npm start`: from a bare clone to the running app. Electron where it can be had and shown, the web host elsewhere. */
import { resolve } from 'node:path';
import { buildIfStale } from './lib/build.mjs';
import { electronPath, obtainElectron, whyNotShown } from './lib/electron.mjs';
import { readFlags } from './lib/flags.mjs';
import { endOnSignals, start } from './lib/processes.mjs';
import { fail, inRoot, prepare } from './lib/project.mjs';

const flags = readFlags({
  command: 'npm start --',
  summary: 'builds and opens Latchkey.',
  flags: {
    web: { type: 'boolean', help: 'Use the web host, even where Electron works.' },
    'no-open': { type: 'boolean', help: 'Web host: print the URL and open no browser.' },
    port: {
      type: 'string',
      value: 'N',
      help: 'Web host: listen on this port of 127.0.0.1. Default: a free one.',
    },
    data: { type: 'string', value: 'DIR', help: 'Keep the data in this folder.' },
  },
});
if (flags.port !== undefined && !(/^\d{1,5}$/.test(flags.port) && Number(flags.port) <= 65_535))
  fail(`--port wants a number from 0 to 65535, not “${flags.port}”.`);

await prepare();
// Ctrl-C is how one stops it, so it is a success.
endOnSignals(() => 0);
if (!(await buildIfStale())) fail('The build failed; its messages are above.');

const why = flags.web ? 'asked' : await openElectron();
if (why !== 'asked') console.log(`Electron can't be used: ${why}. Latchkey runs in the browser instead.`);
process.exit(await serve());

/** Exits with Electron's code; returns only when Electron can't be used, and says why. */
async function openElectron() {
  const unshown = whyNotShown();
  if (unshown) return unshown;
  const got = electronPath() ? { path: electronPath() } : await obtainElectron();
  if ('why' in got) return got.why;
  const { child, ended } = start(got.path, ['.', ...dataFlag()], { stdio: ['inherit', 'inherit', 'pipe'] });
  let told = '';
  child.stderr.on('data', (chunk) => {
    process.stderr.write(chunk);
    if (told.length < 8_192) told += chunk;
  });
  const { code } = await ended;
  const broken = code === 0 ? undefined : whyBroken(told);
  if (!broken) process.exit(code ?? 1);
  return broken;
}

/** What Electron says on a Linux that can't run it, as opposed to an app that failed. */
function whyBroken(text) {
  const library = /error while loading shared libraries: ([^:\s]+)/.exec(text)?.[1];
  if (library) return `the system has no ${library}`;
  if (/SUID sandbox helper|No usable sandbox/.test(text)) return 'the system does not let it use its sandbox';
  if (/Missing X server|cannot open display|Failed to connect to Wayland/i.test(text))
    return 'the display does not answer';
  return undefined;
}

async function serve() {
  const portFlag = flags.port === undefined ? [] : ['--port', flags.port];
  const openFlag = flags['no-open'] ? ['--no-open'] : [];
  const { ended } = start(process.execPath, [
    inRoot('out/main/serve.js'),
    ...portFlag,
    ...openFlag,
    ...dataFlag(),
  ]);
  const { code } = await ended;
  return code ?? 1;
}

/** npm changes to the project's folder, and says in INIT_CWD where the user was. */
function dataFlag() {
  return flags.data === undefined
    ? []
    : ['--data', resolve(process.env.INIT_CWD ?? process.cwd(), flags.data)];
}
