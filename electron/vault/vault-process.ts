/** The main side's hold on one vault process: its calls, how long the keychain keeps them waiting, and its end. */
import { AppError } from '#shared/lib/app-error.ts';
import type { ChildExit, ChildPort, PassedPort, SpawnChild } from '../processes/port.ts';
import { RpcClient } from '../processes/rpc.ts';
import type { VaultApi, VaultNotices } from './api.ts';
import type { Progress } from './sweep/index.ts';

export interface VaultProcessOptions {
  readonly spawn: SpawnChild;
  /** The module of the vault process. */
  readonly entry: URL;
  /** How long the keychain may keep an operation waiting before `onWaiting(true)`. */
  readonly waitingAfterMs: number;
  onWaiting(isWaiting: boolean): void;
  /** Its connection to the keychain is gone for good: only another process gets a new one. */
  onKeychainLost(): void;
  onSweepProgress(progress: Progress): void;
  /** It ended without `end` having been called. Its pending calls have failed by then. */
  onUnexpectedExit(exit: ChildExit): void;
}

/** The calls of one operation. For the user it is one thing to wait for, however many calls it takes. */
export interface VaultCalls {
  call<M extends keyof VaultApi>(
    method: M,
    input: Parameters<VaultApi[M]>[0],
  ): Promise<Awaited<ReturnType<VaultApi[M]>>>;
}

/** The process is gone without anyone having ended it, or of no more use. Another one can be asked. */
export class VaultProcessLost extends AppError {
  constructor(message: string, hint: string) {
    super('vault_locked', message, { hint, retryable: true });
  }
}

/** Runs from when the keychain is first at work while the operation waits. */
interface Patience {
  pending: number;
  isOver: boolean;
  timer: NodeJS.Timeout | undefined;
  readonly givenUp: PromiseWithResolvers<never>;
}

export class VaultProcess {
  /** When the process is gone, whoever ended it. */
  readonly exited: Promise<void>;
  readonly #options: VaultProcessOptions;
  readonly #child: ChildPort;
  readonly #client: RpcClient<VaultApi, VaultNotices>;
  readonly #operations = new Set<Patience>();
  #isKeychainBusy = false;
  #isWaiting = false;
  /** Those that nobody waits for any more, and that are still worked on. */
  readonly #givenUp = new Set<Patience>();
  #endedWith: AppError | undefined;

  constructor(options: VaultProcessOptions) {
    this.#options = options;
    this.#child = options.spawn(options.entry, { name: 'vault' });
    this.#client = new RpcClient(this.#child);
    this.#client.onNotice('keychainCallStarted', () => {
      this.#isKeychainBusy = true;
      for (const patience of this.#operations) this.#run(patience);
      this.#review();
    });
    this.#client.onNotice('keychainCallEnded', () => {
      this.#isKeychainBusy = false;
    });
    this.#client.onNotice('keychainLost', () => options.onKeychainLost());
    this.#client.onNotice('sweepProgress', (progress) => options.onSweepProgress(progress));
    const exited = Promise.withResolvers<void>();
    this.exited = exited.promise;
    this.#child.onExit((exit) => {
      exited.resolve();
      if (this.#endedWith) return;
      this.#finish(new VaultProcessLost('The vault process ended unexpectedly.', 'Try again.'));
      options.onUnexpectedExit(exit);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  operation(): VaultCalls {
    let patience: Patience | undefined;
    return {
      call: (method, input) => {
        // This one waits for a server of somebody else's, and for the keychain only in a call before it.
        if (method === 'checkService') return this.#client.call(method, input);
        const timed = this.#begin(patience);
        patience = timed;
        const answer = this.#client.call(method, input).finally(() => this.#finishCall(timed));
        return Promise.race([answer, timed.givenUp.promise]);
      },
    };
  }

  /** For what takes as long as it takes, and asks nothing of the keychain: no sign that this keeps anyone waiting. */
  readonly atLeisure: VaultCalls['call'] = (method, input) => this.#client.call(method, input);

  /** Passes a channel's end on to it. Throws what it was ended with, or that it takes none. */
  passPort(port: PassedPort): void {
    this.requireRunning();
    if (!this.#child.passPort) throw new AppError('refused', 'This host has no channels to the vault.');
    this.#child.passPort(port);
  }

  /**
   * What the keychain keeps waiting fails with `reason`. The process goes on, and so does what the keychain was asked:
   * it may be done yet.
   */
  giveUpWaiting(reason: AppError): void {
    for (const patience of this.#operations) {
      if (!patience.isOver || patience.pending === 0) continue;
      this.#operations.delete(patience);
      this.#givenUp.add(patience);
      patience.givenUp.reject(reason);
    }
    this.#review();
  }

  /** Something that was given up may be done yet. */
  get isCatchingUp(): boolean {
    return this.#givenUp.size > 0 && this.isRunning;
  }

  get isRunning(): boolean {
    return this.#endedWith === undefined;
  }

  /** Throws what it was ended with. */
  requireRunning(): void {
    if (this.#endedWith) throw this.#endedWith;
  }

  /** Ends it, with all that it has in memory. What is pending fails with `reason`, and so does every later call. */
  end(reason: AppError): void {
    if (this.#endedWith) return;
    this.#finish(reason);
    this.#child.kill();
  }

  #begin(known: Patience | undefined): Patience {
    if (known && this.#operations.has(known)) {
      known.pending++;
      return known;
    }
    const givenUp = Promise.withResolvers<never>();
    // Whoever waits hears of it in a race, and there may be nobody.
    givenUp.promise.catch(() => {});
    const patience: Patience = { pending: 1, isOver: false, timer: undefined, givenUp };
    if (this.#endedWith) return patience;
    this.#operations.add(patience);
    if (this.#isKeychainBusy) this.#run(patience);
    return patience;
  }

  #run(patience: Patience): void {
    patience.timer ??= setTimeout(() => {
      patience.isOver = true;
      this.#review();
    }, this.#options.waitingAfterMs);
  }

  #finishCall(patience: Patience): void {
    patience.pending--;
    if (patience.pending === 0) this.#givenUp.delete(patience);
    this.#review();
    // What comes next in the operation is asked for before the event loop turns.
    setImmediate(() => {
      if (patience.pending > 0) return;
      clearTimeout(patience.timer);
      this.#operations.delete(patience);
    });
  }

  /** An operation that takes long for another reason than the keychain does not begin it, and ends it like any other. */
  #review(): void {
    const isLong = [...this.#operations].some(({ isOver, pending }) => isOver && pending > 0);
    const isWaiting = isLong && (this.#isWaiting || this.#isKeychainBusy);
    if (this.#isWaiting === isWaiting || this.#endedWith) return;
    this.#isWaiting = isWaiting;
    this.#options.onWaiting(isWaiting);
  }

  #finish(reason: AppError): void {
    this.#endedWith = reason;
    for (const { timer } of this.#operations) clearTimeout(timer);
    this.#operations.clear();
    this.#client.close(reason);
  }
}
