/**
 * A thread that looks to the module it runs like one of Electron's utility processes: `process.parentPort`, and ports
 * whose messages wait for `start()`.
 */
import { EventEmitter } from 'node:events';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

class PortMain extends EventEmitter {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('close', () => this.emit('close'));
  }

  start(): void {
    this.#port.on('message', (data) => this.emit('message', { data, ports: [] }));
  }

  postMessage(message: unknown): void {
    this.#port.postMessage(message);
  }

  close(): void {
    this.#port.close();
  }
}

if (!parentPort) throw new Error('This module runs in a thread.');
const toParent = parentPort;
const port = Object.assign(new EventEmitter(), {
  postMessage: (message: unknown) => toParent.postMessage(message),
});
Object.assign(process, { parentPort: port });
await import(workerData.entry);
toParent.on('message', ({ data, ports }: { data: unknown; ports: MessagePort[] }) =>
  port.emit('message', { data, ports: ports.map((each) => new PortMain(each)) }),
);
