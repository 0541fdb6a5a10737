/** The port to whoever started this process or thread: the same code runs under Electron, Node and in a worker. */
import { parentPort as workerPort } from 'node:worker_threads';
import type { ChannelEnd, ParentPort } from './port.ts';

/** As in Electron's utility processes, where nothing of Electron can be imported. */
interface MessageEvent {
  readonly data: unknown;
  readonly ports: readonly MessagePortMain[];
}

interface MessagePortMain {
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
  on(event: 'message', listener: (event: MessageEvent) => void): void;
  off(event: 'message', listener: (event: MessageEvent) => void): void;
  once(event: 'close', listener: () => void): void;
}

interface UtilityParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: MessageEvent) => void): void;
  off(event: 'message', listener: (event: MessageEvent) => void): void;
}

export function parentPort(): ParentPort {
  const utilityPort = (process as { parentPort?: UtilityParentPort }).parentPort;
  if (utilityPort) return fromUtility(utilityPort);
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
  if (!process.send) throw new Error('This module runs in a process or thread that Latchkey starts.');
  process.on('disconnect', () => process.exit(0));
  // The parent was gone before this line: there will be no such event.
  if (!process.connected) process.exit(0);
  return {
    // What can't be delivered was for a parent that is gone: 'disconnect' says so too, and ends this process.
    send: (message) => process.send?.(message, undefined, undefined, () => {}),
    onMessage(listener) {
      process.on('message', listener);
      return () => process.off('message', listener);
    },
  };
}

/** A message that brings a port says nothing else. */
function fromUtility(port: UtilityParentPort): ParentPort {
  const listen = (entry: (event: MessageEvent) => void) => {
    port.on('message', entry);
    return () => port.off('message', entry);
  };
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) =>
      listen(({ data, ports }) => {
        if (ports.length === 0) listener(data);
      }),
    onPort: (listener) =>
      listen(({ ports }) => {
        for (const each of ports) listener(channelEnd(each));
      }),
  };
}

function channelEnd(port: MessagePortMain): ChannelEnd {
  return {
    send: (message) => port.postMessage(message),
    onMessage(listener) {
      const entry = ({ data }: MessageEvent) => listener(data);
      port.on('message', entry);
      port.start();
      return () => port.off('message', entry);
    },
    onClose: (listener) => port.once('close', listener),
    close: () => port.close(),
  };
}
