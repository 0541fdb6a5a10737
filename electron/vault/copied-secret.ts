/**
 * A secret on the system's clipboard: taken off it after some seconds, and earlier when the vault is locked or the app
 * quits, if it is still there. Only a keyed hash of it is kept for that.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { CopyEnd } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import { afterTime, type Later } from './later.ts';

/** The system's clipboard. */
export interface Clipboard {
  /** Replaces what is there; marked, where the system has a mark for it, as not to be kept by clipboard managers. */
  writeSecret(value: string): Promise<void>;
  /** Empty when there is no text. */
  readText(): Promise<string>;
  clear(): void;
}

export const copiedForMs = 10_000;

export interface CopiedSecretOptions {
  readonly clipboard: Clipboard;
  readonly onEnded: (how: CopyEnd) => void;
  /** For the log: what the clipboard failed with. */
  readonly onProblem: (error: unknown) => void;
  readonly later?: Later;
}

export class CopiedSecret {
  readonly #options: CopiedSecretOptions;
  readonly #key = randomBytes(32);
  #mark: string | undefined;
  #stopTimer: Disposer | undefined;
  /** One thing at a time: what is being cleared must not be what was copied meanwhile. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: CopiedSecretOptions) {
    this.#options = options;
  }

  /** @throws AppError `refused` when the system's clipboard does not take it. */
  copy(value: string): Promise<void> {
    const { clipboard, later = afterTime, onProblem } = this.#options;
    return this.#queue(async () => {
      this.#stopTimer?.();
      // Before it is written: a write that fails half-way is cleared as well.
      this.#mark = this.#markOf(value);
      this.#stopTimer = later(copiedForMs, () => void this.clear());
      try {
        await clipboard.writeSecret(value);
      } catch (error) {
        onProblem(error);
        throw new AppError('refused', 'The system’s clipboard did not take the secret.', {
          hint: 'Another program may be holding it. Try again.',
          retryable: true,
        });
      }
    });
  }

  /** Never throws: `onEnded` says what came of it. */
  clear(): Promise<void> {
    return this.#queue(async () => {
      if (this.#mark === undefined) return;
      this.#stopTimer?.();
      const how = await this.#takeOff(this.#mark);
      this.#mark = undefined;
      this.#options.onEnded(how);
    });
  }

  async #takeOff(mark: string): Promise<CopyEnd> {
    const { clipboard, onProblem } = this.#options;
    try {
      if (this.#markOf(await clipboard.readText()) !== mark) return 'replaced';
      clipboard.clear();
      return 'cleared';
    } catch (error) {
      onProblem(error);
      return 'left';
    }
  }

  #markOf(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64');
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
