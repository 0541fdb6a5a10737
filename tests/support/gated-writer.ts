/**
 * The writer thread over a disk whose syncs the test decides on. Each write and each sync is told as a problem, so that
 * it arrives in order with what the writer tells; a sync is done, or fails, when the test says so on the channel.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads';
import type { WriterData } from '../../electron/history/messages.ts';

/** What the test answers to a sync: an error code, or null for the disk's own answer. */
export type SyncAnswer = string | null;

export function gateName(historyFolder: string): string {
  return `syncs of ${historyFolder}`;
}

if (parentPort) {
  const tell = (message: string) => parentPort?.postMessage({ type: 'problem', message });
  const { writev, fdatasync } = fs;
  const waiting: ((answer: SyncAnswer) => void)[] = [];
  const gate = new BroadcastChannel(gateName((workerData as WriterData).folder));
  gate.onmessage = (event) => waiting.shift()?.((event as { data: SyncAnswer }).data);
  fs.writev = ((...args: Parameters<typeof writev>) => {
    tell('write');
    writev(...args);
  }) as typeof writev;
  fs.fdatasync = ((file: number, callback: fs.NoParamCallback) => {
    waiting.push((code) => {
      if (code === null) fdatasync(file, callback);
      else callback(Object.assign(new Error('The disk failed.'), { code }));
    });
    tell('sync');
  }) as typeof fdatasync;
  syncBuiltinESMExports();
  await import('../../electron/history/writer-thread.ts');
}
