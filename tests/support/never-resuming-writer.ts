/** The writer thread, which ends with an error when it is given a frame that says so; started again, with any frame. */
import { parentPort, workerData } from 'node:worker_threads';

const { resume } = workerData as { readonly resume: readonly string[] };

parentPort?.on('message', (message: { type: string; buffer?: ArrayBuffer }) => {
  if (message.type !== 'frames') return;
  if (resume.length > 0 || Buffer.from(message.buffer ?? new ArrayBuffer(0)).includes('fail now')) {
    throw new Error('told to fail');
  }
});
await import('../../electron/history/writer-thread.ts');
