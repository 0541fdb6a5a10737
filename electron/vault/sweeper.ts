/** In the vault process: one sweep at a time, in a thread of its own, for secrets that are read when it begins. */
import { Worker } from 'node:worker_threads';
import { AppError } from '#shared/lib/app-error.ts';
import { Listeners } from '#shared/lib/disposer.ts';
import { parseMasterKey } from '../signing/index.ts';
import type { KnownSecret, Progress, SweepResult } from './sweep/index.ts';
import type { SweepThreadData, SweepThreadMessage } from './sweep-thread.ts';

export interface SweepOrder {
  readonly folder: string;
  readonly hasHistory: boolean;
  readonly secrets: readonly { readonly credentialId: string; readonly isMasterKey: boolean }[];
}

/** Beside this module, or beside the vault process's own when it was built into that. */
const thread = new URL(
  `./sweep-thread${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
  import.meta.url,
);

export class Sweeper {
  readonly progressed = new Listeners<Progress>();
  readonly #read: (credentialId: string) => Promise<string>;
  #running: AbortController | undefined;

  constructor(read: (credentialId: string) => Promise<string>) {
    this.#read = read;
  }

  /** @throws AppError `conflict`, `cancelled`, `not_found`, and what reading a secret throws */
  async sweep({ folder, hasHistory, secrets }: SweepOrder): Promise<SweepResult> {
    if (this.#running) {
      throw new AppError('conflict', 'A sweep is under way already.', {
        hint: 'Wait for it, or cancel it first.',
      });
    }
    const running = new AbortController();
    this.#running = running;
    try {
      const known = await Promise.all(secrets.map((secret) => this.#known(secret)));
      return await this.#inThread({ folder, hasHistory, secrets: known }, running.signal);
    } finally {
      this.#running = undefined;
    }
  }

  cancel(): void {
    this.#running?.abort();
  }

  async #known({ credentialId, isMasterKey }: SweepOrder['secrets'][number]): Promise<KnownSecret> {
    const value = await this.#read(credentialId);
    return isMasterKey ? { credentialId, value, bytes: parseMasterKey(value) } : { credentialId, value };
  }

  async #inThread(workerData: SweepThreadData, signal: AbortSignal): Promise<SweepResult> {
    const worker = new Worker(thread, { workerData, name: 'sweep', execArgv: [] });
    const stop = () => worker.postMessage('stop');
    const { promise, resolve, reject } = Promise.withResolvers<SweepResult>();
    worker.on('message', (message: SweepThreadMessage) => {
      if ('progress' in message) this.progressed.emit(message.progress);
      else if ('result' in message) resolve(message.result);
      else reject(AppError.fromFailure(message.failure));
    });
    worker.once('error', () => reject(new Error('The thread of the sweep failed.')));
    worker.once('exit', () => reject(new Error('The thread of the sweep ended.')));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
