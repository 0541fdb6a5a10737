/**
 * Runs another program in this one's place, as far as that can be done from outside: its input and output are this
 * process's own, signals go on to it, and this process ends as it ended. Runs on the oldest Node that `engines` allows.
 */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/**
 * Told to this process alone, so they are passed on. SIGWINCH, SIGTSTP and SIGCONT are not here: a terminal sends them to
 * all of its group, and stopping this process is what SIGTSTP should do.
 * @type {readonly NodeJS.Signals[]}
 */
const passedOn =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGBREAK', 'SIGTERM', 'SIGHUP']
    : ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

const dumpingCore = ['SIGQUIT', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGSYS'];

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { afterSpawn?: () => void }} options
 * @returns {Promise<import('./pass-through.d.mts').PassedThrough>}
 */
export async function passThrough(file, args, { afterSpawn, ...options }) {
  // Not needed where a process becomes the other program, and slow to load.
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    // Before the child is there: what comes until then is lost, and does not end this process without it.
    let child;
    const listeners = passedOn.map((signal) => {
      const listener = () => {
        if (!hasComeFromTerminal(signal)) child?.kill(signal);
      };
      process.on(signal, listener);
      return /** @type {const} */ ([signal, listener]);
    });
    const finish = (ending) => {
      for (const [signal, listener] of listeners) process.off(signal, listener);
      resolve(ending);
    };
    try {
      child = spawn(file, args, { stdio: 'inherit', ...options });
    } catch (error) {
      // Some failures are told at once, such as an environment that is too large.
      return finish({ error });
    } finally {
      afterSpawn?.();
    }
    child.once('error', (error) => finish({ error }));
    child.once('exit', (code, signal) => finish(signal === null ? { code: code ?? 1 } : { signal }));
  });
}

/** Ends this process as another one ended. @param {{ code: number } | { signal: NodeJS.Signals }} ending */
export function endAs(ending) {
  if ('code' in ending) process.exit(ending.code);
  // By the signal itself, so that whoever waits sees it. Without a core dump of this process's own.
  process.removeAllListeners(ending.signal);
  if (process.platform !== 'win32' && !dumpingCore.includes(ending.signal)) {
    process.kill(process.pid, ending.signal);
  }
  process.exit(128 + constants.signals[ending.signal]);
}

/** The terminal has sent it to the child as well: a second one would mean something else, such as “end at once”. */
function hasComeFromTerminal(signal) {
  if (process.platform === 'win32') return signal === 'SIGINT' || signal === 'SIGBREAK';
  if (signal !== 'SIGINT' && signal !== 'SIGQUIT') return false;
  try {
    const [, group, , , foreground] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) . /s, '')
      .split(' ');
    return group === foreground;
  } catch {
    return process.stdin.isTTY === true;
  }
}
