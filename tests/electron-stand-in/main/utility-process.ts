/** `utilityProcess`: a process of Node's, given the `parentPort` that Electron's would have. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { utilityProcess as ElectronModule, ForkOptions, UtilityProcess } from 'electron';
import { standsFor } from '../stands-for.ts';
import type { UtilityMessage } from '../wire.ts';
import { Events, type Listener } from './events.ts';
import { lifecycle } from './lifecycle.ts';
import { RelayedPort } from './ports.ts';
import { received } from './received.ts';

type ChildEvents = {
  error: [type: 'FatalError', location: string, report: string];
  exit: [code: number];
  message: [message: unknown];
};

const parentPort = new URL('../utility/parent-port.ts', import.meta.url).href;

export interface UtilityChild {
  readonly options: ForkOptions;
  readonly pid: number | undefined;
  /** The app has told it to end. */
  readonly isKilled: boolean;
  /** As V8 does when it can't go on: tells the app, and ends the process. */
  failFatally(report: string): void;
  /** Resolves when it is gone. */
  end(): Promise<void>;
}

const running = new Set<UtilityChild>();

export const utilityChildren: { readonly all: readonly UtilityChild[] } = {
  get all() {
    return [...running];
  },
};

export const utilityProcess = standsFor<typeof ElectronModule>('utilityProcess')({
  fork(modulePath, args = [], options = {}) {
    lifecycle.requireReady('utilityProcess.fork');
    return new Child(modulePath, args, options).handle;
  },
});

class Child implements UtilityChild {
  readonly options: ForkOptions;
  readonly handle: UtilityProcess;
  readonly #process: ChildProcess;
  readonly #events = new Events<ChildEvents>('UtilityProcess', ['error', 'exit', 'message']);
  readonly #ports = new Map<number, RelayedPort>();
  #nextPort = 0;
  #isSpawned = false;
  #isGone = false;

  constructor(modulePath: string, args: readonly string[], options: ForkOptions) {
    refuseUnknown(options);
    this.options = options;
    this.#process = fork(modulePath, args, {
      execArgv: ['--import', parentPort, ...(options.execArgv ?? [])],
      env: { ...options.env, NODE_V8_COVERAGE: undefined },
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.once('spawn', () => {
      this.#isSpawned = true;
      running.add(this);
    });
    this.#process.on('message', (message: UtilityMessage) => this.#receive(message));
    this.#process.once('exit', (code, signal) => this.#ended(code ?? numberOf(signal)));
    // A process that could not be started has no exit of its own; one that is gone takes no more messages.
    this.#process.on('error', () => {
      if (!this.#isSpawned) this.#ended(1);
    });
    this.handle = this.#handle();
  }

  /** Known while it runs, and not a moment before. */
  get pid(): number | undefined {
    return this.#isSpawned && !this.#isGone ? this.#process.pid : undefined;
  }

  get isKilled(): boolean {
    return this.#process.killed;
  }

  failFatally(report: string): void {
    this.#events.emit('error', 'FatalError', 'v8', report);
    void this.end();
  }

  async end(): Promise<void> {
    if (this.#isGone) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  #ended(code: number): void {
    if (this.#isGone) return;
    this.#isGone = true;
    running.delete(this);
    for (const port of this.#ports.values()) port.close();
    this.#events.emit('exit', code);
  }

  #receive(message: UtilityMessage): void {
    if (message.kind === 'said') this.#ports.get(message.port)?.fromChild(message.data);
    else if (message.kind === 'closed') this.#ports.get(message.port)?.close();
    else {
      received.add(message.data);
      this.#events.emit('message', message.data);
    }
  }

  #send(message: UtilityMessage): void {
    // A child that is gone says so by its exit.
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  #postMessage(data: unknown, transfer: readonly RelayedPort[]): void {
    const ports = transfer.map((port) => {
      this.#ports.set(this.#nextPort, port);
      return this.#nextPort++;
    });
    this.#send({ kind: 'message', data, ports });
    for (const port of ports) {
      this.#ports.get(port)?.passTo({
        send: (said) => this.#send({ kind: 'said', port, data: said }),
        close: () => {
          this.#ports.delete(port);
          this.#send({ kind: 'closed', port });
        },
      });
    }
  }

  #handle(): UtilityProcess {
    const events = this.#events;
    const handle: UtilityProcess = standsFor<UtilityProcess>('UtilityProcess')({
      kill: () => this.#process.kill('SIGTERM'),
      off(name: string, listener: Listener) {
        events.off(name, listener);
        return handle;
      },
      on(name: string, listener: Listener) {
        events.on(name, listener);
        return handle;
      },
      once(name: string, listener: Listener) {
        events.once(name, listener);
        return handle;
      },
      postMessage: (message, transfer = []) => this.#postMessage(message, transfer.map(RelayedPort.of)),
    });
    return handle;
  }
}

const knownOptions = ['env', 'execArgv', 'serviceName', 'stdio'];

function refuseUnknown(options: ForkOptions): void {
  const unknown = Object.keys(options).find((name) => !knownOptions.includes(name));
  if (unknown) throw new Error(`The stand-in for Electron has no utilityProcess option “${unknown}”.`);
  if (options.stdio !== 'inherit') throw new Error('The stand-in’s utility processes inherit their streams.');
}

/** What the operating system reports of a process that a signal ended. */
function numberOf(signal: NodeJS.Signals | null): number {
  return signal === 'SIGTERM' ? 15 : 9;
}
