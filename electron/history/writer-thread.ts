/** The writer thread's entry. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ToWriter, WriterData } from './messages.ts';
import { Writer } from './writer.ts';

const port = parentPort;
if (!port) throw new Error('This module runs in a thread that Latchkey starts.');

const writer = new Writer(workerData as WriterData, (message, transfer) => {
  port.postMessage(message, transfer ? [...transfer] : []);
  if (message.type === 'closed') port.close();
});
port.on('message', (message: ToWriter) => writer.receive(message));
writer.start();
