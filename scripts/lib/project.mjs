/**
 * What every script needs first: the dependencies installed, and the project's own Node (Electron's major, from the
 * `node` package) running it. Works on the oldest Node that `engines` allows, with nothing installed.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const projectNode = inRoot('node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** @param {string[]} parts */
export function inRoot(...parts) {
  return join(root, ...parts);
}

/** @param {string} path */
export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** @param {string} message @returns {never} */
export function fail(message) {
  console.error(message);
  process.exit(1);
}

/** The script behind a package's command, to be run with `process.execPath`: a shim would need a shell on Windows. */
export function tool(packageName, command = packageName) {
  const folder = inRoot('node_modules', packageName);
  const { bin } = readJson(join(folder, 'package.json'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/** The environment for children: `node` and the project's tools are found first. */
export function childEnvironment(extra = {}) {
  const pathKey = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const path = [inRoot('node_modules/.bin'), process.env[pathKey]].filter(Boolean).join(delimiter);
  return { ...process.env, [pathKey]: path, ...extra };
}

/**
 * Installs what is missing, then goes on in the project's Node. Returns only there: any other Node waits for the
 * re-executed script and exits with its code.
 */
export async function prepare() {
  requireNode();
  if (!isInstalled()) await install();
  const wanted = wantedNode();
  if (process.versions.node === wanted) return;
  if (!existsSync(projectNode)) {
    if (Number(process.versions.node.split('.')[0]) >= Number(wanted.split('.')[0])) return;
    fail(
      `Node ${wanted} is missing from node_modules: npm was told not to run install scripts. ` +
        'Run `npm rebuild node keytar --ignore-scripts=false`, and then this again.',
    );
  }
  process.exit(await reexecute());
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Latchkey's scripts need Node 20.19 or later; this is ${process.versions.node}.`);
}

function wantedNode() {
  return readJson(inRoot('node_modules/node/package.json')).version;
}

/** npm writes its hidden lockfile last, so what it names has been installed completely. */
function isInstalled() {
  let installed;
  try {
    installed = readJson(inRoot('node_modules/.package-lock.json')).packages;
  } catch {
    return false;
  }
  const wanted = readJson(inRoot('package-lock.json')).packages;
  const isSame = (name) => installed[name]?.version === wanted[name]?.version;
  const isNeeded = (name) => name !== '' && !wanted[name].optional && !wanted[name].peer;
  return Object.keys(wanted).filter(isNeeded).every(isSame) && Object.keys(installed).every(isSame);
}

async function install() {
  console.log('Installing dependencies…');
  // Windows can't delete the node.exe that runs this, so there an old node_modules is brought up to date in place.
  const command = process.platform === 'win32' && existsSync(projectNode) ? 'install' : 'ci';
  const flags = [command, '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [file, args] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm, ...flags]] : ['npm', flags];
  const code = await finished(spawn(file, args, { cwd: root, stdio: 'inherit', shell: needsShell(file) }));
  if (code !== 0) fail(`\`npm ${command}\` failed (exit code ${code}). Its own message is above.`);
}

/** npm is a .cmd file on Windows. */
function needsShell(file) {
  return file === 'npm' && process.platform === 'win32';
}

function reexecute() {
  const child = spawn(projectNode, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: childEnvironment(),
  });
  onEnd((signal) => child.kill(signal));
  return finished(child);
}

/**
 * Calls back when this script is told to end, maybe more than once. A killed npm tells only the shell between, which
 * dies and tells nobody: what npm started finds out by its parent being gone.
 * @param {(signal: NodeJS.Signals) => void} listener
 */
export function onEnd(listener) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => listener(signal));
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    listener('SIGTERM');
  }, 250);
  timer.unref();
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<number>} its exit code; 1 when it was killed */
export function finished(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
