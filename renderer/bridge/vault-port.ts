/**
 * In Electron: a channel of the page's own to the vault process. The main process hands its other end on, and does not
 * read what is said. One for each secret.
 */
import { type MessageFromVault, type MessageToVault, messageFromVault } from '#shared/contract/vault-port.ts';
import { AppError } from '#shared/lib/app-error.ts';

/** The vault process answers at once; before that, the vault may have to be opened. */
const answerLimitMs = 60_000;

type Answer<T extends MessageFromVault['type']> = Extract<MessageFromVault, { readonly type: T }>;

export class VaultPort {
  readonly #port: MessagePort;
  readonly #arrived: unknown[] = [];
  #isLost = false;
  /** Called when something has arrived, or nothing will. */
  #wake: (() => void) | undefined;
  #portId = '';

  private constructor(port: MessagePort) {
    this.#port = port;
    port.addEventListener('message', ({ data }) => {
      this.#arrived.push(data);
      this.#wake?.();
    });
    port.addEventListener('close', () => {
      this.#isLost = true;
      this.#wake?.();
    });
    port.start();
  }

  /**
   * Resolves once the vault process has the other end: nothing that is sent waits elsewhere.
   * @param handOver Is given the other end, for the vault process.
   * @param signal Ends the wait, here and below; with its reason, if that is an AppError.
   * @throws AppError `vault_locked`, `vault_waiting`, or what the main side refused it with; as everything here.
   */
  static async open(handOver: (port: MessagePort) => void, signal?: AbortSignal): Promise<VaultPort> {
    const { port1, port2 } = new MessageChannel();
    const opened = new VaultPort(port1);
    try {
      handOver(port2);
      opened.#portId = (await opened.#next('ready', signal)).portId;
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  /** By which a call of the contract means this channel. */
  get portId(): string {
    return this.#portId;
  }

  /** Resolves once the vault process holds the value; it drops it when this port is closed. */
  async enter(value: string, signal?: AbortSignal): Promise<void> {
    await this.#hold({ type: 'enter', value }, signal);
  }

  /** As above, for a text to be imported. */
  async importText(value: string, signal?: AbortSignal): Promise<void> {
    await this.#hold({ type: 'import', value }, signal);
  }

  async #hold(message: MessageToVault, signal: AbortSignal | undefined): Promise<void> {
    this.#port.postMessage(message);
    await this.#next('held', signal);
  }

  /** What the vault process sends when a call has asked for it. */
  async receive(signal?: AbortSignal): Promise<string> {
    return (await this.#next('secret', signal)).value;
  }

  close(): void {
    this.#isLost = true;
    this.#port.close();
  }

  async #next<T extends MessageFromVault['type']>(type: T, signal?: AbortSignal): Promise<Answer<T>> {
    await this.#arrival(signal);
    if (this.#arrived.length === 0) throw lost();
    const message = messageFromVault.parse(this.#arrived.shift());
    if (message.type === 'refused') throw AppError.fromFailure(message.error);
    if (message.type !== type)
      throw new Error(`The vault process said “${message.type}” instead of “${type}”.`);
    return message as Answer<T>;
  }

  #arrival(signal: AbortSignal | undefined): Promise<void> {
    if (this.#arrived.length > 0 || this.#isLost) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => {
      const reason: unknown = signal?.reason;
      reject(reason instanceof AppError ? reason : new AppError('cancelled', 'Cancelled.'));
    };
    const timer = setTimeout(() => reject(unanswered()), answerLimitMs);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    this.#wake = resolve;
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      this.#wake = undefined;
    });
  }
}

export function lost(): AppError {
  return new AppError('vault_locked', 'The vault is not open, or was locked meanwhile.', {
    hint: 'Unlock it and try again.',
    retryable: true,
  });
}

function unanswered(): AppError {
  return new AppError('vault_waiting', 'The vault has not answered for a minute.', {
    hint: 'Answer the system keychain’s prompt if there is one, and try again.',
    retryable: true,
  });
}
