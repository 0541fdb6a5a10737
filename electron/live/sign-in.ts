/**
 * The user of one connection. Not through pusher-js: its own sign-in throws on answers that are not as expected, and
 * says nothing of errors. What goes over the wire is the same: `pusher:signin`, then a subscription to the user's
 * channel. See its `src/core/user.ts`.
 */
import type { SignedInUser, SignInState } from '#shared/contract/live.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { ProtocolMessage } from './protocol-messages.ts';
import * as reasons from './reasons.ts';

export interface SignInOptions {
  readonly userId: string;
  /** JSON text, signed byte for byte, and the same on every reconnect. */
  readonly userData: string;
  readonly answerTimeoutMs: number;
  sign(socketId: string, userData: string): Promise<{ auth: string }>;
  send(event: string, data: unknown): void;
  onChanged(): void;
  /** For the timeline. */
  onTold(text: string): void;
}

export class SignIn {
  readonly #options: SignInOptions;
  #state: SignInState = 'waiting';
  #reason: string | null = null;
  #isListening = false;
  #socketId: string | null = null;
  /** The socket whose signature is being made. */
  #askedFor: string | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  get userData(): string {
    return this.#options.userData;
  }

  get state(): SignInState {
    return this.#state;
  }

  snapshot(): SignedInUser {
    return {
      userId: this.#options.userId,
      state: this.#state,
      reason: this.#reason,
      isListening: this.#isListening,
    };
  }

  /** A user that the server refused is not sent again before `retry`: some servers end the connection for it. */
  connected(socketId: string): void {
    this.#socketId = socketId;
    if (this.#state !== 'failed') void this.#request(socketId);
  }

  connectionLost(): void {
    this.#socketId = null;
    this.#isListening = false;
    if (this.#state !== 'failed') this.#become('waiting');
  }

  /** The vault is open, or has another secret. */
  retry(which: 'waiting' | 'all'): void {
    const isStuck = this.#state === 'waiting' || (which === 'all' && this.#state === 'failed');
    if (!isStuck) return;
    this.#become('waiting');
    if (this.#socketId !== null) void this.#request(this.#socketId);
  }

  /** @returns Whether it was about the user. */
  receive(message: ProtocolMessage): boolean {
    if (message.kind === 'signed-in') {
      if (this.#state !== 'pending') return true;
      this.#become('signed-in');
      this.#options.onTold(`Signed in as ${this.#options.userId}.`);
      this.#options.send('pusher:subscribe', { auth: '', channel: this.#channel });
      return true;
    }
    if (!('channel' in message) || message.channel !== this.#channel) return false;
    if (message.kind === 'subscribed' && this.#state === 'signed-in') {
      this.#isListening = true;
      this.#options.onChanged();
    }
    return true;
  }

  /**
   * The server sent an error that names nothing, or closed the connection, while a sign-in was unanswered.
   * @returns Whether it was taken for the answer.
   */
  refused(code: number | null, isAlone: boolean): boolean {
    if (this.#state !== 'pending') return false;
    if (code === 4200) this.#fail(reasons.signInUnknown);
    else if (code === 4009 || (code === null && isAlone)) this.#fail(reasons.signInRefused);
    else return false;
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#socketId = null;
  }

  get #channel(): string {
    return `#server-to-user-${this.#options.userId}`;
  }

  async #request(socketId: string): Promise<void> {
    // Asked for again while it is being signed, such as by an unlock: once is enough.
    if (this.#askedFor === socketId) return;
    this.#askedFor = socketId;
    try {
      const { auth } = await this.#options.sign(socketId, this.#options.userData);
      if (this.#socketId !== socketId) return;
      this.#become('pending');
      this.#options.send('pusher:signin', { auth, user_data: this.#options.userData });
      this.#timer = setTimeout(() => {
        this.#reason = reasons.signInSilence(this.#options.answerTimeoutMs);
        this.#options.onChanged();
      }, this.#options.answerTimeoutMs);
    } catch (error) {
      if (this.#socketId !== socketId) return;
      if (!(error instanceof AppError) || error.code === 'internal') {
        this.#fail('The signature for the sign-in could not be made.');
      } else if (reasons.endsWithVault(error)) this.#become('waiting', reasons.failureText(error));
      else this.#fail(reasons.failureText(error));
    } finally {
      if (this.#askedFor === socketId) this.#askedFor = null;
    }
  }

  #fail(reason: string): void {
    this.#become('failed', reason);
    this.#options.onTold(`Not signed in as ${this.#options.userId}. ${reason}`);
  }

  #become(state: SignInState, reason: string | null = null): void {
    clearTimeout(this.#timer);
    this.#state = state;
    this.#reason = reason;
    this.#options.onChanged();
  }
}
