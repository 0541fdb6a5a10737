/** Child processes under Electron: utilityProcess, which has Node and no window. */
import { fileURLToPath } from 'node:url';
import { utilityProcess } from 'electron';
import type { ChildExit, SpawnChild } from '../../processes/port.ts';

export const spawnUtilityChild: SpawnChild = (entry, { name }) => {
  const child = utilityProcess.fork(fileURLToPath(entry), [], {
    serviceName: `Latchkey ${name}`,
    stdio: 'inherit',
  });
  let exit: ChildExit | undefined;
  const listeners = new Set<(exit: ChildExit) => void>();
  child.once('exit', (code) => {
    exit = { code, signal: null };
    for (const listener of listeners) listener(exit);
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => child.postMessage(message),
    onMessage(listener) {
      child.on('message', listener);
      return () => child.off('message', listener);
    },
    onExit(listener) {
      if (exit) listener(exit);
      else listeners.add(listener);
      return () => listeners.delete(listener);
    },
    kill: () => {
      child.kill();
    },
  };
};
