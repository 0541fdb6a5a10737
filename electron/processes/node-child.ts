/** Child processes on plain Node: the web host, the command line and the tests. */
import { fork } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';
import type { ChildExit, SpawnChild } from './port.ts';

export const spawnNodeChild: SpawnChild = (entry, { name, env }) => {
  const child = fork(fileURLToPath(entry), [], {
    serialization: 'advanced',
    // Not in the terminal's group: Ctrl-C there is for the parent, which ends its children itself, in its order. One
    // that loses its parent ends by itself. On Windows this would open a console.
    detached: process.platform !== 'win32',
    // Its own title, and none of the parent's flags: some open a debugger, or write memory to disk. SIGUSR1 would open
    // a debugger too.
    execArgv: [`--title=latchkey-${name}`, '--disable-sigusr1'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...childEnvironment(env),
      // Where this process keeps what it compiled, if it chose a place itself: one from outside is not passed on.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE === undefined ? getCompileCacheDir() : undefined,
      // Named, for fork would add it by itself.
      NODE_V8_COVERAGE: undefined,
    },
  });
  let exit: ChildExit | undefined;
  const listeners = new Set<(exit: ChildExit) => void>();
  const ended = (code: number | null, signal: string | null) => {
    if (exit) return;
    exit = { code, signal };
    for (const listener of listeners) listener(exit);
  };
  child.once('exit', ended);
  // 'error' also reports a message that could not be delivered to a child that is gone: its exit says so too.
  child.on('error', () => {
    if (child.pid === undefined) ended(null, null);
  });
  return {
    pid: child.pid,
    send(message) {
      if (child.connected) child.send(message as object, () => {});
    },
    onMessage(listener) {
      child.on('message', listener);
      return () => child.off('message', listener);
    },
    onExit(listener) {
      if (exit) listener(exit);
      else listeners.add(listener);
      return () => listeners.delete(listener);
    },
    kill: () => child.kill('SIGKILL'),
  };
};
