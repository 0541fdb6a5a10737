/** Child processes under Electron: utilityProcess, which has Node and no window. */
import { fileURLToPath } from 'node:url';
import { type MessagePortMain, utilityProcess } from 'electron';
import { childEnvironment } from '../../processes/child-environment.ts';
import type { ChildExit, SpawnChild } from '../../processes/port.ts';

export const spawnUtilityChild: SpawnChild = (entry, { name, env }) => {
  const child = utilityProcess.fork(fileURLToPath(entry), [], {
    serviceName: `Latchkey ${name}`,
    stdio: 'inherit',
    execArgv: [],
    env: childEnvironment(env),
  });
  let exit: ChildExit | undefined;
  const listeners = new Set<(exit: ChildExit) => void>();
  // A fatal error of V8: without a listener it would be thrown here. Its report holds the child's environment and
  // stacks, so it goes nowhere; the exit that follows is what counts.
  child.on('error', () => {});
  child.once('exit', (code) => {
    exit = { code, signal: null };
    for (const listener of listeners) listener(exit);
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => child.postMessage(message),
    // Ports come from `transport.ts` alone.
    passPort: (port) => child.postMessage(null, [port as MessagePortMain]),
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
