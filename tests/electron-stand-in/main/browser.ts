/** The one Chromium behind every window of a process: its pages, what they request, and the windows that they open. */
import type { CdpSession } from './cdp.ts';
import { type Chromium, type ChromiumOptions, startChromium } from './chromium.ts';

export interface Target {
  readonly targetId: string;
  readonly session: CdpSession;
}

type RequestListener = Parameters<typeof CdpSession.prototype.on<'Fetch.requestPaused'>>[1];
export type PausedRequest = Parameters<RequestListener>[0];

export interface BrowserListener {
  /** A page opened a window by itself. */
  onPopup(opener: string | undefined, url: string): 'deny';
  /** A page closed itself, or was closed from outside. */
  onClosed(targetId: string): void;
  /** @returns false for a frame of no window: the request goes nowhere */
  onRequest(request: PausedRequest): boolean;
}

export class Browser {
  readonly #chromium: Chromium;
  readonly #listener: BrowserListener;
  readonly #own = new Set<string>();
  #creating = 0;

  static async start(listener: BrowserListener, options: ChromiumOptions): Promise<Browser> {
    const browser = new Browser(await startChromium(options), listener);
    await browser.send('Target.setDiscoverTargets', { discover: true, filter: [{ type: 'page' }] });
    await browser.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
    return browser;
  }

  private constructor(chromium: Chromium, listener: BrowserListener) {
    this.#chromium = chromium;
    this.#listener = listener;
    const { browser } = chromium.connection;
    browser.on('Target.targetCreated', ({ targetInfo }) => {
      const isPopup = targetInfo.openerId !== undefined || this.#creating === 0;
      if (!isPopup || this.#own.has(targetInfo.targetId)) return;
      if (listener.onPopup(targetInfo.openerId, targetInfo.url) === 'deny') {
        void this.#refuse(targetInfo.targetId);
      }
    });
    browser.on('Target.targetDestroyed', ({ targetId }) => listener.onClosed(targetId));
    browser.on('Fetch.requestPaused', (paused) => {
      if (this.#listener.onRequest(paused)) return;
      const { requestId } = paused;
      // A window that is refused may be gone before its request is.
      this.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' }).catch(() => {});
    });
  }

  get endpoint(): string {
    return this.#chromium.endpoint;
  }

  get send(): CdpSession['send'] {
    return this.#chromium.connection.browser.send;
  }

  /** A page at `about:blank`. */
  async createTarget(size: { readonly width: number; readonly height: number }): Promise<Target> {
    this.#creating++;
    try {
      const { targetId } = await this.send('Target.createTarget', {
        url: 'about:blank',
        newWindow: true,
        ...size,
      });
      this.#own.add(targetId);
      const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
      return { targetId, session: this.#chromium.connection.session(sessionId) };
    } finally {
      this.#creating--;
    }
  }

  /** A test that is attached too lets windows wait at their start, and with them the page that opened one. */
  async #refuse(targetId: string): Promise<void> {
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const session = this.#chromium.connection.session(sessionId);
    await session.send('Runtime.runIfWaitingForDebugger').catch(() => {});
    await this.closeTarget(targetId);
  }

  async closeTarget(targetId: string): Promise<void> {
    // It may have been closed from the other side in the meantime.
    await this.send('Target.closeTarget', { targetId }).catch(() => {});
  }

  kill(): void {
    this.#chromium.connection.close();
    this.#chromium.kill();
  }
}
