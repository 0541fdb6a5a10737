/** The port to whoever started this process or thread: the same code runs under Electron, Node and in a worker. */
import { parentPort as workerPort } from 'node:worker_threads';
import type { MessagePortLike } from './port.ts';

interface UtilityParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  off(event: 'message', listener: (event: { data: unknown }) => void): void;
}

export function parentPort(): MessagePortLike {
  if (workerPort) {
    const port = workerPort;
    return {
      send: (message, transfer) => port.postMessage(message, transfer ? [...transfer] : []),
      onMessage(listener) {
        port.on('message', listener);
        return () => port.off('message', listener);
      },
    };
  }
  const utilityPort = (process as { parentPort?: UtilityParentPort }).parentPort;
  if (utilityPort) {
    return {
      send: (message) => utilityPort.postMessage(message),
      onMessage(listener) {
        const entry = (event: { data: unknown }) => listener(event.data);
        utilityPort.on('message', entry);
        return () => utilityPort.off('message', entry);
      },
    };
  }
  if (!process.send) throw new Error('This module runs in a process or thread that Latchkey starts.');
  process.on('disconnect', () => process.exit(0));
  // The parent was gone before this line: there will be no such event.
  if (!process.connected) process.exit(0);
  return {
    send: (message) => process.send?.(message),
    onMessage(listener) {
      process.on('message', listener);
      return () => process.off('message', listener);
    },
  };
}
