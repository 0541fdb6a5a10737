/**
 * On the web host: a secret on the browser's clipboard. A page may write there only while it has the focus, and read
 * only if the user has allowed it, so that it can't always take the secret off again: then it says so.
 */
import type { CopyEnd } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { Listeners } from '#shared/lib/disposer.ts';

export const copiedForMs = 10_000;

/** What is used of the window. */
export interface ClipboardPage {
  readonly navigator: {
    readonly clipboard: Pick<Clipboard, 'readText' | 'writeText'>;
    readonly permissions: {
      query(wanted: { name: PermissionName }): Promise<{ readonly state: PermissionState }>;
    };
  };
  readonly document: EventTarget & { hasFocus(): boolean };
  readonly crypto: { readonly subtle: Pick<SubtleCrypto, 'generateKey' | 'sign'> };
  addEventListener(type: 'blur' | 'focus', listener: () => void): void;
}

interface Copied {
  /** A keyed hash: the value itself is not kept. */
  readonly mark: string;
  readonly timer: ReturnType<typeof setTimeout>;
  /** Its time is over, and it could not be taken off. */
  isLeft: boolean;
}

export class BrowserClipboard {
  readonly ended = new Listeners<CopyEnd>();
  readonly #page: ClipboardPage;
  #key: Promise<CryptoKey> | undefined;
  #copied: Copied | undefined;
  /** Another program, or this page, may have put something else there. */
  #isOtherPossible = false;
  /** One thing at a time: what is being cleared must not be what was copied meanwhile. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(page: ClipboardPage) {
    this.#page = page;
    const noteOther = () => {
      this.#isOtherPossible = true;
    };
    page.addEventListener('blur', noteOther);
    page.document.addEventListener('copy', noteOther);
    page.document.addEventListener('cut', noteOther);
    page.addEventListener('focus', () => {
      if (this.#copied?.isLeft) void this.clear();
    });
  }

  /** @throws AppError `refused` when the browser does not let the page write. */
  copy(value: string): Promise<void> {
    return this.#queue(async () => {
      const mark = await this.#markOf(value);
      this.#forget();
      await this.#write(value);
      this.#isOtherPossible = !this.#page.document.hasFocus();
      const timer = setTimeout(() => void this.clear(), copiedForMs);
      this.#copied = { mark, timer, isLeft: false };
    });
  }

  /** Takes it off if it is still there and the browser lets the page find out. `ended` says what came of it. */
  clear(): Promise<void> {
    return this.#queue(async () => {
      const copied = this.#copied;
      if (!copied) return;
      const how = await this.#takeOff(copied.mark);
      if (how !== 'left') this.#forget();
      else if (copied.isLeft) return;
      copied.isLeft = true;
      this.ended.emit(how);
    });
  }

  /** For the user who has been told that it is still there. @throws AppError `refused` */
  clearByHand(): Promise<void> {
    return this.#queue(async () => {
      await this.#write('');
      this.#forget();
      this.ended.emit('cleared');
    });
  }

  async #takeOff(mark: string): Promise<CopyEnd> {
    const { clipboard } = this.#page.navigator;
    if (!this.#page.document.hasFocus()) return 'left';
    try {
      if (await this.#mayRead()) {
        if ((await this.#markOf(await clipboard.readText())) !== mark) return 'replaced';
      } else if (this.#isOtherPossible) return 'left';
      await clipboard.writeText('');
      return 'cleared';
    } catch {
      // The browser's answer to a page that has lost the focus by now, or that no user has touched for a while.
      return 'left';
    }
  }

  async #mayRead(): Promise<boolean> {
    try {
      const name = 'clipboard-read' as PermissionName;
      return (await this.#page.navigator.permissions.query({ name })).state === 'granted';
    } catch {
      // Firefox and Safari know no such permission.
      return false;
    }
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#page.navigator.clipboard.writeText(text);
    } catch (cause) {
      throw new AppError('refused', 'The browser did not let Latchkey write to the clipboard.', {
        hint: 'Click into this page, and try again.',
        retryable: true,
        cause,
      });
    }
  }

  async #markOf(text: string): Promise<string> {
    const { subtle } = this.#page.crypto;
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    this.#key ??= subtle.generateKey(algorithm, false, ['sign']) as Promise<CryptoKey>;
    const mark = await subtle.sign('HMAC', await this.#key, new TextEncoder().encode(text));
    return new Uint8Array(mark).join();
  }

  #forget(): void {
    clearTimeout(this.#copied?.timer);
    this.#copied = undefined;
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
