/** The main side's hold on one vault process: its calls, how long the keychain keeps it waiting, and its end. */
import { AppError } from '#shared/lib/app-error.ts';
import type { ChildExit, ChildPort, PassedPort, SpawnChild } from '../processes/port.ts';
import { RpcClient } from '../processes/rpc.ts';
import type { VaultApi, VaultNotices } from './api.ts';

export interface VaultProcessOptions {
  readonly spawn: SpawnChild;
  /** The module of the vault process. */
  readonly entry: URL;
  /** How long a keychain call may take before `onWaiting(true)`. */
  readonly waitingAfterMs: number;
  onWaiting(isWaiting: boolean): void;
  /** It ended without `end` having been called. Its pending calls have failed by then. */
  onUnexpectedExit(exit: ChildExit): void;
}

export class VaultProcess {
  readonly #child: ChildPort;
  readonly #client: RpcClient<VaultApi, VaultNotices>;
  #timer: NodeJS.Timeout | undefined;
  #isWaiting = false;
  #endedWith: AppError | undefined;

  constructor(options: VaultProcessOptions) {
    this.#child = options.spawn(options.entry, { name: 'vault' });
    this.#client = new RpcClient(this.#child);
    this.#client.onNotice('keychainCallStarted', () => {
      this.#timer = setTimeout(() => this.#setWaiting(true, options.onWaiting), options.waitingAfterMs);
    });
    this.#client.onNotice('keychainCallEnded', () => {
      clearTimeout(this.#timer);
      this.#setWaiting(false, options.onWaiting);
    });
    this.#child.onExit((exit) => {
      if (this.#endedWith) return;
      this.#finish(
        new AppError('vault_locked', 'The vault process ended unexpectedly.', {
          hint: 'Try again.',
          retryable: true,
        }),
      );
      options.onUnexpectedExit(exit);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  call<M extends keyof VaultApi & string>(
    method: M,
    input: Parameters<VaultApi[M]>[0],
  ): Promise<Awaited<ReturnType<VaultApi[M]>>> {
    return this.#client.call(method, input);
  }

  /** Passes a channel's end on to it. Throws what it was ended with, or that it takes none. */
  passPort(port: PassedPort): void {
    this.requireRunning();
    if (!this.#child.passPort) throw new AppError('refused', 'This host has no channels to the vault.');
    this.#child.passPort(port);
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

  #finish(reason: AppError): void {
    this.#endedWith = reason;
    clearTimeout(this.#timer);
    this.#client.close(reason);
  }

  #setWaiting(isWaiting: boolean, tell: (isWaiting: boolean) => void): void {
    if (this.#isWaiting === isWaiting || this.#endedWith) return;
    this.#isWaiting = isWaiting;
    tell(isWaiting);
  }
}
