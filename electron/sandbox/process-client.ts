/** The main side's hold on the sandbox's process: starts it, asks it, ends it, and notices when it ends by itself. */
import { AppError } from '#shared/lib/app-error.ts';
import { type Disposer, Listeners } from '#shared/lib/disposer.ts';
import type { ChildExit, ChildPort, SpawnChild } from '../processes/port.ts';
import { RpcClient } from '../processes/rpc.ts';
import type { SandboxApi, SandboxCredentials } from './host.ts';
import type { KeyPair } from './server/app-store.ts';

const stopTimeoutMs = 2000;

interface Child {
  readonly port: ChildPort;
  readonly client: RpcClient<SandboxApi>;
  readonly exited: Promise<void>;
}

export class SandboxProcess {
  readonly #spawn: SpawnChild;
  readonly #entry: URL;
  readonly #unexpectedExits = new Listeners<ChildExit>();
  #child: Child | undefined;

  /** @param entry The module `process.ts`, or what it was built into. */
  constructor(spawn: SpawnChild, entry: URL) {
    this.#spawn = spawn;
    this.#entry = entry;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** The process ended without being asked to. */
  onUnexpectedExit(listener: (exit: ChildExit) => void): Disposer {
    return this.#unexpectedExits.add(listener);
  }

  /** With new credentials every time. @throws AppError `conflict` (it runs already), `sandbox_failed`. */
  async start(): Promise<SandboxCredentials> {
    if (this.#child) throw new AppError('conflict', 'The sandbox is running already.');
    const child = this.#spawnChild();
    this.#child = child;
    try {
      return await child.client.call('start', {});
    } catch (error) {
      this.#forget(child, new AppError('sandbox_failed', 'The sandbox did not start.'));
      child.port.kill();
      throw error;
    }
  }

  async setDemo(isRunning: boolean): Promise<void> {
    await this.#client().call('setDemo', { isRunning });
  }

  createPair(): Promise<KeyPair> {
    return this.#client().call('createPair', {});
  }

  async revokePair(key: string): Promise<void> {
    await this.#client().call('revokePair', { key });
  }

  createMasterKey(): Promise<{ readonly masterKeyBase64: string }> {
    return this.#client().call('createMasterKey', {});
  }

  async useMasterKey(): Promise<void> {
    await this.#client().call('useMasterKey', {});
  }

  /** Resolves when the process is gone. Does nothing when there is none. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopTimeoutMs);
    });
    await Promise.race([child.client.call('stop', {}).catch(() => {}), timeout]);
    clearTimeout(timer);
    child.client.close(new AppError('sandbox_failed', 'The sandbox was stopped.'));
    child.port.kill();
    await child.exited;
  }

  #client(): RpcClient<SandboxApi> {
    if (this.#child) return this.#child.client;
    throw new AppError('sandbox_failed', 'The sandbox is not running.', { hint: 'Start it first.' });
  }

  #spawnChild(): Child {
    const port = this.#spawn(this.#entry, { name: 'sandbox' });
    const exited = Promise.withResolvers<void>();
    const child: Child = { port, client: new RpcClient<SandboxApi>(port), exited: exited.promise };
    port.onExit((exit) => {
      exited.resolve();
      const wasExpected = this.#child !== child;
      this.#forget(
        child,
        new AppError('sandbox_failed', 'The sandbox ended unexpectedly.', { retryable: true }),
      );
      if (!wasExpected) this.#unexpectedExits.emit(exit);
    });
    return child;
  }

  #forget(child: Child, reason: AppError): void {
    child.client.close(reason);
    if (this.#child === child) this.#child = undefined;
  }
}
