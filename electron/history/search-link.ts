/**
 * The query thread's end of the search thread, which is started when a search is long enough to be worth it, and
 * ended when none was for a while. One search at a time has its help. Whatever the thread has not done when it fails,
 * the query thread does itself.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { ByteSearch, type Found } from './byte-search.ts';
import type { SearchData, SearchTask } from './messages.ts';
import type { ProbeBytes } from './raw-probe.ts';
import { type Range, type Room, roomStates, SearchMemory } from './search-memory.ts';

/** It takes some MB, and no time to speak of to start. */
const idleMs = 10_000;
/** Of a thread that fails time and again no more is started. */
const mostFailures = 3;

export interface SearchLinkOptions {
  readonly entry: URL;
  readonly onProblem: (message: string) => void;
}

export interface Extent extends Range {
  readonly path: string;
}

interface Running {
  readonly worker: Worker;
  readonly tasks: MessagePort;
}

export class SearchLink {
  readonly #options: SearchLinkOptions;
  readonly #memory = SearchMemory.create();
  readonly #search: ByteSearch;
  #running: Running | undefined;
  #failures = 0;
  #nextTask = 0;
  #helped: Help | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: SearchLinkOptions) {
    this.#options = options;
    this.#search = new ByteSearch(this.#memory.wasm);
  }

  /** The query thread's own. It is in use from a block's reading to the end of its search only. */
  get own(): Room {
    return this.#memory.own;
  }

  /** Searches what was read into a room. */
  findLines(probes: readonly ProbeBytes[], { address, places }: Room, range: Range): Found {
    return this.#search.findLines(probes, address, address + range.sizeBytes, places, range.mayHaveEscapes);
  }

  /** Help for a search, until it is released. Undefined: there is none to be had. */
  help(probes: readonly ProbeBytes[]): Help | undefined {
    if (this.#helped) return undefined;
    clearTimeout(this.#idle);
    this.#running ??= this.#start();
    if (!this.#running) return undefined;
    this.#helped = new Help({
      memory: this.#memory,
      probes: probes.map(({ small, large, pairStart }) => ({ small, large, pairStart })),
      tell: (task) => this.#running?.tasks.postMessage(task),
      nextTask: () => this.#nextTask++,
      onReleased: () => {
        this.#helped = undefined;
        // What it has is taken from it when it is gone, and not before.
        this.#idle = setTimeout(() => void this.#running?.worker.terminate(), idleMs);
        this.#idle.unref();
      },
    });
    return this.#helped;
  }

  #start(): Running | undefined {
    if (this.#failures === mostFailures) return undefined;
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(this.#options.entry, {
      name: 'latchkey-history-search',
      workerData: { wasm: this.#memory.wasm, tasks: port1 } satisfies SearchData,
      transferList: [port1],
    });
    worker.on('error', (error) => {
      this.#failures++;
      this.#options.onProblem(
        `The log’s search thread failed, and searches take longer without it: ${error.message}`,
      );
    });
    worker.on('exit', () => {
      if (this.#running?.worker === worker) this.#ended(this.#running);
    });
    // It keeps nobody alive.
    worker.unref();
    return { worker, tasks: port2 };
  }

  #ended({ tasks }: Running): void {
    this.#running = undefined;
    tasks.close();
    for (const room of this.#memory.ahead) room.change(roomStates.taken, roomStates.failed);
  }
}

interface HelpOptions {
  readonly memory: SearchMemory;
  readonly probes: readonly ProbeBytes[];
  readonly tell: (task: SearchTask) => void;
  readonly nextTask: () => number;
  readonly onReleased: () => void;
}

/** The search thread's help for one search. */
export class Help {
  readonly #options: HelpOptions;
  readonly #inUse = new Set<Room>();
  #task: SearchTask | undefined;
  #turn = 0;

  constructor(options: HelpOptions) {
    this.#options = options;
  }

  /** Wants a part of a segment searched, after what was asked before. Undefined: every room is in use. */
  ask(extent: Extent): Room | undefined {
    const { memory, probes, tell, nextTask } = this.#options;
    const { path } = extent;
    // One that the thread still searches for who was helped before is not free.
    const room = memory.ahead.find((each) => !this.#inUse.has(each) && each.state !== roomStates.taken);
    if (!room) return undefined;
    if (this.#task?.path !== path) {
      this.#task = { id: nextTask(), path, probes };
      tell(this.#task);
    }
    this.#inUse.add(room);
    room.ask(this.#turn++, this.#task.id, extent);
    return room;
  }

  /** To be called after something was asked. */
  wake(): void {
    this.#options.memory.wakeSearcher();
  }

  /** What was found in a room was looked at, or is of no interest. */
  free(room: Room): void {
    room.change(roomStates.wanted, roomStates.idle);
    this.#inUse.delete(room);
  }

  release(): void {
    for (const room of this.#inUse) this.free(room);
    this.#options.onReleased();
  }
}
