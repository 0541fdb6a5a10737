/**
 * Processes that are killed at a moment of the test's choosing, without a chance to clean up. One is started and then
 * told to go, so that the next can start while the one before is looked at.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SeededRandom } from './seeded-random.ts';

export interface ProcessToKill {
  readonly entry: URL;
  /** Its one argument, as JSON. */
  readonly argument: unknown;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Moment<Message> {
  /** Asked with each message until it says true. */
  readonly isTime: (message: Message) => boolean;
  /** The kill comes at a random time from then on. */
  readonly withinMs: number;
  readonly random: SeededRandom;
}

export class KilledProcess<Message> {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when the process has called `untilToldToGo`. */
  static async start<Message>({ entry, argument, env }: ProcessToKill): Promise<KilledProcess<Message>> {
    const child = fork(fileURLToPath(entry), [JSON.stringify(argument)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: undefined, ...env },
    });
    const ended = once(child, 'exit').then(() => {
      throw new Error('The process ended before it was ready.');
    });
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => {});
    return new KilledProcess(child);
  }

  /**
   * Nothing else may keep this thread meanwhile, or the kill comes late: see `Turns`.
   * @returns All that it told, also what was still on its way when it was killed: it had told it.
   * @throws when it failed. One that is done before the kill may end by itself.
   */
  async goUntilKilled({ isTime, withinMs, random }: Moment<Message>): Promise<Message[]> {
    const child = this.#child;
    const told: Message[] = [];
    child.on('message', (message) => {
      told.push(message as Message);
      if (child.killed || !isTime(message as Message)) return;
      const until = performance.now() + random.fraction() * withinMs;
      // Not a timer: a timer's millisecond is wider than what is to be hit.
      while (performance.now() < until);
      child.kill('SIGKILL');
    });
    const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
    child.send('go');
    const [[code, signal]] = await ended;
    if (signal !== 'SIGKILL' && code !== 0)
      throw new Error(`The process failed: ${signal ?? `code ${code}`}.`);
    return told;
  }
}

/** One at a time. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
