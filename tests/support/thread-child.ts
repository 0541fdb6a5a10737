/** Child “processes” as threads of the test's own, to which channels can be passed as to Electron's utility processes. */
import { type MessagePort, Worker } from 'node:worker_threads';
import type { ChildExit, SpawnChild } from '../../electron/processes/port.ts';

const utilityThread = new URL('./utility-thread.ts', import.meta.url);

export const spawnThreadChild: SpawnChild = (entry) => {
  const worker = new Worker(utilityThread, { workerData: { entry: entry.href } });
  const exited = Promise.withResolvers<ChildExit>();
  worker.once('exit', (code) => exited.resolve({ code, signal: null }));
  return {
    pid: undefined,
    send: (data) => worker.postMessage({ data, ports: [] }),
    passPort: (port) => worker.postMessage({ data: null, ports: [port] }, [port as MessagePort]),
    onMessage(listener) {
      worker.on('message', listener);
      return () => worker.off('message', listener);
    },
    onExit(listener) {
      let isWanted = true;
      void exited.promise.then((exit) => isWanted && listener(exit));
      return () => {
        isWanted = false;
      };
    },
    kill: () => void worker.terminate(),
  };
};
