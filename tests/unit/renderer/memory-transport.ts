/** A transport whose other end is the test. */
import type { ClientMessage } from '#shared/contract/wire.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { Listeners } from '#shared/lib/disposer.ts';
import type { Transport, TransportStatus } from '../../../renderer/bridge/transport.ts';

export class MemoryTransport implements Transport {
  readonly sent: ClientMessage[] = [];
  status: TransportStatus = { state: 'online' };
  readonly #messages = new Listeners<unknown>();
  readonly #statuses = new Listeners<TransportStatus>();
  /** Answers a call at once, when given. Undefined from it: no answer. An `AppError` that it throws is the answer. */
  answer: ((method: string, input: unknown) => unknown) | undefined;

  send(message: ClientMessage): void {
    this.sent.push(message);
    if (message.type !== 'call' || !this.answer) return;
    let output: unknown;
    try {
      output = this.answer(message.method, message.input);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { code, retryable } = error;
      const failure = { code, message: error.message, retryable };
      queueMicrotask(() => this.deliver({ type: 'failure', id: message.id, error: failure }));
      return;
    }
    if (output !== undefined) queueMicrotask(() => this.deliver({ type: 'result', id: message.id, output }));
  }

  onMessage(listener: (message: unknown) => void) {
    return this.#messages.add(listener);
  }

  onStatus(listener: (status: TransportStatus) => void) {
    return this.#statuses.add(listener);
  }

  retry(): void {}

  deliver(message: unknown): void {
    this.#messages.emit(message);
  }

  become(state: Exclude<TransportStatus['state'], 'refused'>): void {
    this.status = { state };
    this.#statuses.emit(this.status);
  }
}

/** Lets everything that is ready run: answers, and what they lead to. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
