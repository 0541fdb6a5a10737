/** The leak sweep, which goes on while the user is elsewhere in the page. One at a time. */
import type { SweepProgress, SweepReport } from '#shared/contract/sweep.ts';
import type { AppError } from '#shared/lib/app-error.ts';
import type { Client } from '../bridge/index.ts';
import { asAppError } from './remote.ts';
import { type Readable, Value } from './value.ts';

export interface SweepOrder {
  readonly path: string;
  readonly history: boolean;
}

export type SweepState =
  | { readonly state: 'none' }
  /** `progress` is null until the first is told. */
  | { readonly state: 'running'; readonly order: SweepOrder; readonly progress: SweepProgress | null }
  | { readonly state: 'cancelled'; readonly order: SweepOrder }
  | { readonly state: 'failed'; readonly order: SweepOrder; readonly error: AppError }
  | { readonly state: 'done'; readonly order: SweepOrder; readonly report: SweepReport };

export class SweepRun implements Readable<SweepState> {
  readonly #client: Client;
  readonly #value = new Value<SweepState>({ state: 'none' });
  #abort: AbortController | undefined;

  constructor(client: Client) {
    this.#client = client;
    client.on('sweep.progress', (progress) => {
      const now = this.#value.get();
      if (now.state === 'running') this.#value.set({ ...now, progress });
    });
  }

  readonly get = (): SweepState => this.#value.get();

  readonly subscribe = (listener: () => void) => this.#value.subscribe(listener);

  async start(order: SweepOrder): Promise<void> {
    if (this.#abort) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#value.set({ state: 'running', order, progress: null });
    try {
      const report = await this.#client.call('sweep.start', order, { signal: abort.signal });
      this.#value.set({ state: 'done', order, report });
    } catch (cause) {
      const error = asAppError(cause);
      this.#value.set(
        error.code === 'cancelled' ? { state: 'cancelled', order } : { state: 'failed', order, error },
      );
    } finally {
      this.#abort = undefined;
    }
  }

  cancel(): void {
    this.#abort?.abort();
  }
}
