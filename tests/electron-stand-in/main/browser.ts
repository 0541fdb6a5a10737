/** The one Chromium behind every window of a process, and what it says about windows that pages open by themselves. */
import type { CdpConnection, CdpSession } from './cdp.ts';
import { type Chromium, startChromium } from './chromium.ts';

export interface Target {
  readonly targetId: string;
  readonly session: CdpSession;
}

export class Browser {
  readonly #chromium: Chromium;
  readonly #connection: CdpConnection;
  /** Attached, and not yet known whose: a target is announced before the call that made it is answered. */
  readonly #unclaimed = new Map<string, string>();
  #creating = 0;
  /** Called for each window that a page opened by itself; it does not load before the answer. */
  onPopup: (opener: string | undefined) => 'deny' = () => {
    throw new Error('A page opened a window before there was one.');
  };

  static async start(): Promise<Browser> {
    const browser = new Browser(await startChromium());
    await browser.#connection.browser.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: true,
      flatten: true,
      filter: [{ type: 'page' }],
    });
    return browser;
  }

  private constructor(chromium: Chromium) {
    this.#chromium = chromium;
    this.#connection = chromium.connection;
    const { browser } = this.#connection;
    browser.on('Target.attachedToTarget', ({ targetInfo, sessionId }) => {
      const isPopup = targetInfo.openerId !== undefined || this.#creating === 0;
      if (!isPopup) this.#unclaimed.set(targetInfo.targetId, sessionId);
      else if (this.onPopup(targetInfo.openerId) === 'deny') void this.closeTarget(targetInfo.targetId);
    });
  }

  get endpoint(): string {
    return this.#chromium.endpoint;
  }

  get send(): CdpSession['send'] {
    return this.#connection.browser.send;
  }

  /** A page at `about:blank`, which waits for `Runtime.runIfWaitingForDebugger`. */
  async createTarget(size: { readonly width: number; readonly height: number }): Promise<Target> {
    this.#creating++;
    try {
      const { targetId } = await this.send('Target.createTarget', { url: 'about:blank', ...size });
      const sessionId = this.#unclaimed.get(targetId);
      if (!sessionId) throw new Error('Chromium made a page and did not attach to it.');
      this.#unclaimed.delete(targetId);
      return { targetId, session: this.#connection.session(sessionId) };
    } finally {
      this.#creating--;
    }
  }

  async closeTarget(targetId: string): Promise<void> {
    // It may have been closed from the other side in the meantime.
    await this.send('Target.closeTarget', { targetId }).catch(() => {});
  }

  kill(): void {
    this.#connection.close();
    this.#chromium.kill();
  }
}
