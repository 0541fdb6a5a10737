/** Children in process groups of their own, so that whatever they start ends with them, and nothing else does. */
import { spawn, spawnSync } from 'node:child_process';
import { childEnvironment, onEnd, root } from './project.mjs';

const graceMs = 5_000;
/** @type {Set<Group>} */
const groups = new Set();
let isEnding = false;

/** @typedef {{ child: import('node:child_process').ChildProcess, ended: Promise<{ code: number | null, signal: string | null }> }} Group */

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options `env` is added to this process's own
 * @returns {Group}
 */
export function start(file, args, { env, ...options } = {}) {
  const child = spawn(file, args, {
    cwd: root,
    stdio: 'inherit',
    detached: process.platform !== 'win32',
    windowsHide: true,
    ...options,
    env: childEnvironment(env),
  });
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${file} could not be started: ${error.message}`);
      resolve({ code: 127, signal: null });
    });
    child.once('exit', (code, signal) => {
      // While everything is being ended, the end decides how this script exits.
      if (!isEnding) resolve({ code, signal });
    });
  });
  const group = { child, ended };
  groups.add(group);
  return group;
}

/**
 * Runs to the end, and ends what the child leaves behind in its group.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { deadlineMs?: number }} options
 * @returns {Promise<number>} the exit code; 124 past the deadline, 1 after a signal
 */
export async function run(file, args, { deadlineMs, ...options } = {}) {
  const group = start(file, args, options);
  let timer;
  const deadline = new Promise((resolve) => {
    if (deadlineMs !== undefined) timer = setTimeout(() => resolve({ code: 124 }), deadlineMs);
  });
  const { code } = await Promise.race([group.ended, deadline]);
  clearTimeout(timer);
  await end(group);
  return code ?? 1;
}

/** @param {readonly string[]} args */
export function runNode(args, options = {}) {
  return run(process.execPath, args, options);
}

/** @param {Group} group */
export async function end(group) {
  groups.delete(group);
  signalGroup(group, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (isAlive(group) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 25));
  if (isAlive(group)) signalGroup(group, 'SIGKILL');
}

/** @param {(signal: NodeJS.Signals) => number} exitCode */
export function endOnSignals(exitCode) {
  onEnd(async (signal) => {
    // The terminal and npm both pass Ctrl-C on: once is enough.
    if (isEnding) return;
    isEnding = true;
    await Promise.all([...groups].map(end));
    process.exit(exitCode(signal));
  });
}

/** @param {Group} group @param {NodeJS.Signals} signal */
function signalGroup({ child }, signal) {
  if (child.pid === undefined) return;
  try {
    if (process.platform !== 'win32') process.kill(-child.pid, signal);
    else if (child.exitCode === null) spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
  } catch {
    // ESRCH: the group has ended by itself.
  }
}

/** @param {Group} group */
function isAlive({ child }) {
  if (child.pid === undefined) return false;
  if (process.platform === 'win32') return child.exitCode === null && child.signalCode === null;
  try {
    process.kill(-child.pid, 0);
    return true;
  } catch {
    return false;
  }
}
