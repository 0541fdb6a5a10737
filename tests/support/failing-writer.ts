/** The writer thread, which ends with an error when it is given a frame that says so. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (message: { type: string; buffer?: ArrayBuffer }) => {
  if (message.type === 'frames' && Buffer.from(message.buffer ?? new ArrayBuffer(0)).includes('fail now')) {
    throw new Error('told to fail');
  }
});
await import('../../electron/history/writer-thread.ts');
