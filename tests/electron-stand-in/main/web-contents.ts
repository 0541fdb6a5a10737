/** `webContents`: one page in Chromium, with the preload script in a world of its own. */
import type { Event, IpcMainEvent, RenderProcessGoneDetails, WebContents } from 'electron';
import { decodeValue, encodeValue } from '../page/codec.ts';
import type { PageScripts } from '../page/scripts.ts';
import { standsFor } from '../stands-for.ts';
import type { PreloadMessage } from '../wire.ts';
import type { Browser, PausedRequest, Target } from './browser.ts';
import { type CdpSession, TargetGone } from './cdp.ts';
import { preventable } from './electron-event.ts';
import { Events, type Listener } from './events.ts';
import { Frames } from './frames.ts';
import { RelayedPort } from './ports.ts';
import { answerRequest, schemes } from './protocol.ts';

const preloadWorld = 'preload';

type NavigationParams = { readonly url: string };

type PageEvents = {
  'render-process-gone': [Event, RenderProcessGoneDetails];
  'will-attach-webview': [Event];
  'will-navigate': [Event<NavigationParams>];
  'will-redirect': [Event<NavigationParams>];
};

interface Hooks {
  readonly onMessage: (event: IpcMainEvent, channel: string, args: readonly unknown[]) => void;
  readonly onFirstPaint: () => void;
  readonly beforeLoad: (url: string) => Promise<void>;
}

export interface Asked {
  readonly what: 'navigate' | 'redirect' | 'open a window' | 'attach a webview';
  readonly url: string;
  readonly isRefused: boolean;
}

export interface Speech {
  readonly frameUrl: string;
  readonly isMainFrame: boolean;
  readonly channel: string;
  readonly args: readonly unknown[];
  /** Ends of channels that lead nowhere, sent along. */
  readonly portCount?: number;
}

/** Beyond any number that the preload script's world gives out. */
let forgedPort = 1_000_000;

type OpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0];

export interface PageOptions {
  readonly browser: Browser;
  readonly scripts: PageScripts;
  readonly preload: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly hooks: Hooks;
}

export class Page {
  readonly #options: PageOptions;
  readonly #frames = new Frames(schemes, preloadWorld);
  readonly #events = new Events<PageEvents>('WebContents', [
    'render-process-gone',
    'will-attach-webview',
    'will-navigate',
    'will-redirect',
  ]);
  readonly #opened: Promise<Target>;
  #target: Target | undefined;
  #openHandler: OpenHandler = () => ({ action: 'allow' });
  /** What the main process itself is loading: no page asked for it. */
  #loading: string | undefined;
  #loaded: () => void = () => {};
  #isDestroyed = false;
  #isCrashed = false;
  readonly #ports = new Map<string, { readonly contextId: number; readonly port: RelayedPort }>();
  readonly webContents: WebContents;
  loadCount = 0;
  /** Kept for a test to see: nothing sets it on a page of Chromium's from outside. */
  webRtcPolicy = 'default';
  /** What the app was asked, and whether it refused. */
  readonly asked: Asked[] = [];

  constructor(options: PageOptions) {
    this.#options = options;
    const webContents: WebContents = standsFor<WebContents>('WebContents')({
      isDestroyed: () => this.#isDestroyed,
      on: (name: string, listener: Listener) => {
        this.#events.on(name, listener);
        return webContents;
      },
      send: (channel, ...args) => this.#send(channel, args),
      setWebRTCIPHandlingPolicy: (policy) => {
        this.webRtcPolicy = policy;
      },
      setWindowOpenHandler: (handler) => {
        this.#openHandler = handler;
      },
    });
    this.webContents = webContents;
    this.#opened = this.#open();
    // Told to whoever waits for it.
    this.#opened.catch(() => {});
  }

  get targetId(): string | undefined {
    return this.#target?.targetId;
  }

  /** Where its main frame is. */
  get url(): string | undefined {
    return this.#target && this.#frames.urlOf(this.#target.targetId);
  }

  async load(url: string): Promise<void> {
    const { session } = await this.#opened;
    await this.#options.hooks.beforeLoad(url);
    this.#loading = url;
    const isLoaded = Promise.withResolvers<void>();
    this.#loaded = isLoaded.resolve;
    const { errorText } = await session.send('Page.navigate', { url: schemes.toBrowser(url) });
    if (errorText) throw new Error(`${errorText} loading '${url}'`);
    await isLoaded.promise;
  }

  /** Asks the app, as Electron does for every window that a page wants. */
  mayOpenWindow(url: string): 'deny' {
    const { action } = this.#openHandler(standsFor<Parameters<OpenHandler>[0]>('HandlerDetails')({}));
    this.asked.push({ what: 'open a window', url, isRefused: action === 'deny' });
    if (action === 'deny') return action;
    throw new Error('The stand-in for Electron has no windows that pages open.');
  }

  /** Chromium has no `<webview>`: asks the app as if a page had one. @returns whether it was refused */
  attachWebview(): boolean {
    const { event, isPrevented } = preventable('will-attach-webview');
    this.#events.emit('will-attach-webview', event);
    return this.#note('attach a webview', '', isPrevented());
  }

  /** For URLs to which Chromium lets no page go: asks the app as if it had. @returns whether it was refused */
  navigate(url: string): boolean {
    return this.#isRefused('navigate', url);
  }

  /** As a renderer that was taken over would: straight into the IPC, from a frame with this URL. */
  async speak({ frameUrl, isMainFrame, channel, args, portCount }: Speech): Promise<void> {
    const { session, targetId } = await this.#opened;
    const ports = Array.from({ length: portCount ?? 0 }, () => forgedPort++);
    const message: PreloadMessage = { kind: 'message', channel, args: encodeValue(args), ports };
    const frameIds = this.#frames.idsByUrl(frameUrl).filter((id) => (id === targetId) === isMainFrame);
    const [contextId] = frameIds.map((id) => this.#frames.contextOf(id));
    if (contextId === undefined) throw new Error(`There is no frame at ${frameUrl} to speak from.`);
    const expression = `standInSay(${JSON.stringify(JSON.stringify(message))})`;
    await session.send('Runtime.evaluate', { expression, contextId });
  }

  /** Answers a request of one of its frames. @returns false when it is another's */
  takeRequest(paused: PausedRequest): boolean {
    if (!this.#frames.has(paused.frameId)) return false;
    this.#answer(paused).catch((error: unknown) => {
      // The page went while it was being answered.
      if (!(error instanceof TargetGone)) throw error;
    });
    return true;
  }

  async crash(): Promise<void> {
    const { session } = await this.#opened;
    // Nobody is left to answer.
    session.send('Page.crash').catch(() => {});
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    void this.#opened.then(
      ({ targetId }) => this.#options.browser.closeTarget(targetId),
      () => {},
    );
  }

  async #open(): Promise<Target> {
    const { browser, scripts, preload, size } = this.#options;
    const target = await browser.createTarget(size);
    this.#target = target;
    const { session, targetId } = target;
    // Of a page's main frame, the id is the page's.
    this.#frames.follow(session, targetId);
    this.#listen(session, targetId);
    await Promise.all([
      session.send('Page.enable'),
      session.send('Page.setLifecycleEventsEnabled', { enabled: true }),
      session.send('Runtime.enable'),
      session.send('Inspector.enable'),
      session.send('Runtime.addBinding', { name: 'standInSay', executionContextName: preloadWorld }),
      session.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.page }),
      session.send('Page.addScriptToEvaluateOnNewDocument', {
        source: scripts.forPreload(preload),
        worldName: preloadWorld,
      }),
    ]);
    return target;
  }

  #listen(session: CdpSession, mainFrameId: string): void {
    let isPainted = false;
    session.on('Page.frameNavigated', () => {
      this.#isCrashed = false;
    });
    session.on('Page.loadEventFired', () => {
      this.loadCount++;
      this.#loaded();
    });
    session.on('Page.lifecycleEvent', ({ name, frameId }) => {
      // The first document of a target is its empty one, which Electron's windows do not show.
      if (name !== 'firstPaint' || frameId !== mainFrameId || isPainted) return;
      if (this.#frames.urlOf(mainFrameId) === 'about:blank') return;
      isPainted = true;
      this.#options.hooks.onFirstPaint();
    });
    session.on('Inspector.targetCrashed', () => {
      this.#isCrashed = true;
      this.#frames.forgetContexts();
      this.#closePorts(() => true);
      this.#events.emit(
        'render-process-gone',
        preventable('render-process-gone').event,
        standsFor<RenderProcessGoneDetails>('RenderProcessGoneDetails')({ reason: 'crashed' }),
      );
    });
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === 'standInSay')
        this.#receive(session, JSON.parse(payload) as PreloadMessage, executionContextId);
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      this.#closePorts((contextId) => contextId === executionContextId);
    });
    session.on('Runtime.executionContextsCleared', () => this.#closePorts(() => true));
  }

  async #answer({
    requestId,
    request,
    frameId,
    resourceType,
    redirectedRequestId,
  }: PausedRequest): Promise<void> {
    const { send } = this.#options.browser;
    const url = schemes.fromBrowser(request.url);
    const isMainFrame = frameId === this.targetId;
    if (resourceType === 'Document' && this.#isNavigationRefused(url, isMainFrame, redirectedRequestId)) {
      await send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
      return;
    }
    const response = await answerRequest({ url, method: request.method, headers: request.headers });
    if (!response) {
      await send('Fetch.continueRequest', { requestId });
      return;
    }
    await send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    });
  }

  #isNavigationRefused(url: string, isMainFrame: boolean, redirectedFrom: string | undefined): boolean {
    if (redirectedFrom !== undefined) return this.#isRefused('redirect', url);
    if (!isMainFrame) return false;
    if (this.#loading === url) {
      this.#loading = undefined;
      return false;
    }
    return this.#isRefused('navigate', url);
  }

  #isRefused(what: 'navigate' | 'redirect', url: string): boolean {
    const name = `will-${what}` as const;
    const { event, isPrevented } = preventable(name, { url });
    this.#events.emit(name, event);
    return this.#note(what, url, isPrevented());
  }

  #note(what: Asked['what'], url: string, isRefused: boolean): boolean {
    this.asked.push({ what, url, isRefused });
    return isRefused;
  }

  #receive(session: CdpSession, message: PreloadMessage, contextId: number): void {
    if (message.kind !== 'message') {
      const port = this.#ports.get(`${contextId} ${message.port}`)?.port;
      if (message.kind === 'said') port?.fromPage(decodeValue(message.data));
      else port?.close();
      return;
    }
    const event = standsFor<IpcMainEvent>('IpcMainEvent')({
      sender: this.webContents,
      senderFrame: this.#frames.ofContext(contextId),
      ports: message.ports.map((id) => this.#openPort(session, contextId, id).handle),
    });
    this.#options.hooks.onMessage(event, message.channel, decodeValue(message.args) as unknown[]);
  }

  #openPort(session: CdpSession, contextId: number, id: number): RelayedPort {
    const key = `${contextId} ${id}`;
    const evaluate = (expression: string) => evaluateIn(session, contextId, expression);
    const port = new RelayedPort({
      send: (data) => evaluate(`standInPort(${id}, ${JSON.stringify(encodeValue(data))})`),
      close: () => {
        if (this.#ports.delete(key)) evaluate(`standInPortClosed(${id})`);
      },
    });
    this.#ports.set(key, { contextId, port });
    return port;
  }

  /** A document that is gone takes its ports along. */
  #closePorts(isGone: (contextId: number) => boolean): void {
    for (const { contextId, port } of [...this.#ports.values()]) if (isGone(contextId)) port.close();
  }

  /** To the page that is there when it arrives; lost when there is none, as in Electron. */
  #send(channel: string, args: readonly unknown[]): void {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed');
    if (this.#isCrashed) {
      // In Electron's words, and where Electron has them. It goes on, too.
      process.stderr.write('Error sending from webFrameMain: Render frame was disposed\n');
      return;
    }
    const target = this.#target;
    const contextId = target && this.#frames.contextOf(target.targetId);
    if (!target || contextId === undefined) return;
    const expression = `standInDeliver(${JSON.stringify(channel)}, ${JSON.stringify(encodeValue(args))})`;
    evaluateIn(target.session, contextId, expression);
  }
}

/** In a world of a page, which may be gone before it gets there. */
function evaluateIn(session: CdpSession, contextId: number, expression: string): void {
  session.send('Runtime.evaluate', { expression, contextId }).catch((error: unknown) => {
    if (!(error instanceof TargetGone)) throw error;
  });
}
