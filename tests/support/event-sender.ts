/** A server that sends many events, in a process of its own so that sending takes none of the test's time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SendOrder } from './event-sender-process.ts';

export interface SenderCredentials {
  readonly port: number;
  readonly key: string;
  readonly secret: string;
  readonly appId: string;
}

export class EventSender {
  readonly credentials: SenderCredentials;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, credentials: SenderCredentials) {
    this.#child = child;
    this.credentials = credentials;
  }

  static async start(): Promise<EventSender> {
    const entry = fileURLToPath(new URL('./event-sender-process.ts', import.meta.url));
    const child = fork(entry, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    return new EventSender(child, (await answer(child)) as SenderCredentials);
  }

  /** Resolves when all are handed to the sockets. @returns How many seconds that took. */
  async send(order: SendOrder): Promise<number> {
    this.#child.send(order);
    const { seconds } = (await answer(this.#child)) as { seconds: number };
    return seconds;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

async function answer(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('The sender ended without an answer.');
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return message;
}
