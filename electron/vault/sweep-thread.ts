/**
 * A thread of the vault process, which sweeps while that one signs: searching takes a whole processor for as long as it
 * lasts. It ends with its process, and what it was given with it.
 */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { AppError, type Failure } from '#shared/lib/app-error.ts';
import { type KnownSecret, type Progress, type SweepResult, sweep } from './sweep/index.ts';

export interface SweepThreadData {
  readonly folder: string;
  readonly hasHistory: boolean;
  readonly secrets: readonly KnownSecret[];
}

/** The other way there is one message, whatever is in it: stop. */
export type SweepThreadMessage =
  | { readonly progress: Progress }
  | { readonly result: SweepResult }
  | { readonly failure: Failure };

if (!parentPort) throw new Error('This module runs in a thread of the vault process.');
const port = parentPort;
const tell = (message: SweepThreadMessage) => port.postMessage(message);
const stopping = new AbortController();
port.on('message', () => stopping.abort());

giveWay();
try {
  const result = await sweep({
    ...(workerData as SweepThreadData),
    signal: stopping.signal,
    onProgress: (progress) => tell({ progress }),
  });
  tell({ result });
} catch (error) {
  tell({ failure: failureOf(error) });
}
port.close();

/** To signatures, and whatever else wants a processor. Linux alone has a priority for each thread. */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch {
    // Without it a sweep is as it should be, and other things are slower.
  }
}

/** Of what nobody expected, the kind and no more: its words could hold a secret. */
function failureOf(error: unknown): Failure {
  if (error instanceof AppError) return error.toFailure();
  const kind = error instanceof Error ? error.name : typeof error;
  return { code: 'internal', message: `The sweep failed (${kind}).`, retryable: false };
}
