/**
 * The main thread's end of the query thread. The thread may be ended at any time: another one is fed from the
 * segments, gets the same views, and answers what was asked meanwhile.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { ViewStatus } from '#shared/contract/history.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { MessagePortLike } from '../processes/port.ts';
import { RpcClient, serveRpc } from '../processes/rpc.ts';
import type { DecryptApi, QueryApi, QueryData, QueryNotices } from './messages.ts';
import { createRegexWatch, RegexObserver, type StuckRegex } from './regex-watch.ts';

const restartsInARow = 3;
/** A question that ends every thread is not asked for ever. */
const attemptsPerCall = 3;
/** How often a busy expression is looked at before its time is over. */
const looksPerLimit = 8;

export interface QueryLinkOptions {
  readonly entry: URL;
  /** Of the thread that it starts for long searches. */
  readonly searchEntry: URL;
  /** Connects a new thread to the writer. */
  readonly feed: (port: MessagePort) => void;
  readonly decrypt: DecryptApi['decrypt'];
  readonly onGrew: (status: ViewStatus) => void;
  readonly onImporting: (progress: QueryNotices['importing']) => void;
  readonly onProblem: (message: string) => void;
  /** One text in a regular expression: after so long it is ended. */
  readonly regexLimitMs: number;
  /** Told before the thread is ended. */
  readonly onStuck: (stuck: StuckRegex) => void;
  /** Gives a new thread its views and floors. */
  readonly onReady: (call: QueryCall) => Promise<void>;
}

export type QueryCall = RpcClient<QueryApi, QueryNotices>['call'];

interface Running {
  readonly worker: Worker;
  readonly client: RpcClient<QueryApi, QueryNotices>;
  readonly ready: Promise<void>;
  readonly regexes: RegexObserver;
}

/** What calls fail with when their thread ends; they are then asked again. */
class ThreadEnded extends Error {}

export class QueryLink {
  readonly #options: QueryLinkOptions;
  #running: Running;
  #restarts = 0;
  #isClosed = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: QueryLinkOptions) {
    this.#options = options;
    this.#running = this.#start();
  }

  async call<M extends keyof QueryApi & string>(
    method: M,
    input: () => Parameters<QueryApi[M]>[0],
  ): Promise<Awaited<ReturnType<QueryApi[M]>>> {
    for (let attempt = 1; ; attempt++) {
      const running = this.#running;
      try {
        await running.ready;
        const answer = await running.client.call(method, input());
        this.#restarts = 0;
        return answer;
      } catch (error) {
        if (!(error instanceof ThreadEnded)) throw error;
        if (this.#isClosed || this.#running === running || attempt === attemptsPerCall) throw unavailable();
      }
    }
  }

  /** Whether views are open whose filters may run away. */
  watch(isNeeded: boolean): void {
    if (!isNeeded) {
      clearInterval(this.#watch);
      this.#watch = undefined;
    }
    if (!isNeeded || this.#watch || this.#isClosed) return;
    this.#watch = setInterval(() => this.#lookAtRegexes(), this.#options.regexLimitMs / looksPerLimit);
    this.#watch.unref();
  }

  #lookAtRegexes(): void {
    const stuck = this.#running.regexes.look(performance.now(), this.#options.regexLimitMs);
    if (!stuck) return;
    this.#options.onStuck(stuck);
    void this.restart();
  }

  /** Ends the thread, whatever it is doing, and starts another. */
  async restart(): Promise<void> {
    const { worker } = this.#running;
    this.#replace();
    await worker.terminate();
    await this.#running.ready.catch(() => {});
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.watch(false);
    const { worker, client } = this.#running;
    client.close(new ThreadEnded());
    await worker.terminate();
  }

  #replace(): void {
    const { client } = this.#running;
    this.#running = this.#start();
    client.close(new ThreadEnded());
  }

  #start(): Running {
    const { port1, port2 } = new MessageChannel();
    const regexes = createRegexWatch();
    const worker = new Worker(this.#options.entry, {
      name: 'latchkey-history-query',
      workerData: { feed: port1, regexes, search: this.#options.searchEntry.href } satisfies QueryData,
      transferList: [port1],
    });
    const client = new RpcClient<QueryApi, QueryNotices>(portOf(worker));
    serveRpc<DecryptApi>(portOf(worker), { decrypt: this.#options.decrypt });
    client.onNotice('grew', this.#options.onGrew);
    client.onNotice('importing', this.#options.onImporting);
    client.onNotice('problem', this.#options.onProblem);
    worker.on('error', (error) =>
      this.#options.onProblem(`The log’s query thread failed and is started again: ${error.message}`),
    );
    const ready = new Promise<void>((resolve, reject) => {
      client.onNotice('ready', () => {
        this.#options.onReady(client.call.bind(client)).then(resolve, reject);
      });
      worker.on('exit', () => {
        reject(new ThreadEnded());
        if (worker === this.#running.worker) this.#ended();
      });
    });
    // Whoever calls sees it; without a call it is nobody's concern.
    ready.catch(() => {});
    this.#options.feed(port2);
    return { worker, client, ready, regexes: new RegexObserver(regexes) };
  }

  #ended(): void {
    if (this.#isClosed) return;
    if (this.#restarts++ < restartsInARow) {
      this.#replace();
      return;
    }
    this.#running.client.close(new ThreadEnded());
    this.#options.onProblem(
      'The log can’t be shown any more: its query thread keeps failing. Restart Latchkey.',
    );
  }
}

function portOf(worker: Worker): MessagePortLike {
  return {
    send: (message, transfer) => worker.postMessage(message, transfer ? [...transfer] : []),
    onMessage(listener) {
      worker.on('message', listener);
      return () => worker.off('message', listener);
    },
  };
}

function unavailable(): AppError {
  return new AppError('storage_failed', 'The event log is closed.', { retryable: true });
}
