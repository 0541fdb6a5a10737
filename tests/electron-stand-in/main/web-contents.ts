/** `webContents`: one page in Chromium, with the preload script in a world of its own. */
import type { Event, IpcMainEvent, WebContents } from 'electron';
import { decodeValue, encodeValue } from '../page/codec.ts';
import type { PageScripts } from '../page/scripts.ts';
import { standsFor } from '../stands-for.ts';
import type { PreloadMessage } from '../wire.ts';
import type { Browser, Target } from './browser.ts';
import { type CdpSession, TargetGone } from './cdp.ts';
import { preventable } from './electron-event.ts';
import { Events, type Listener } from './events.ts';
import { Frames } from './frames.ts';
import { RelayedPort } from './ports.ts';
import { answerRequest, schemes } from './protocol.ts';

const preloadWorld = 'preload';

type NavigationParams = { readonly url: string };
type StartedNavigation = { readonly isMainFrame: boolean; readonly isSameDocument: boolean };

type PageEvents = {
  'did-start-navigation': [Event<StartedNavigation>];
  'will-attach-webview': [Event];
  'will-navigate': [Event<NavigationParams>];
  'will-redirect': [Event<NavigationParams>];
};

interface Hooks {
  readonly onMessage: (event: IpcMainEvent, channel: string, args: readonly unknown[]) => void;
  readonly onFirstPaint: () => void;
  /** The page is gone: it closed itself, or was closed from outside. */
  readonly onGone: () => void;
  readonly beforeLoad: (url: string) => Promise<void>;
}

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
    'did-start-navigation',
    'will-attach-webview',
    'will-navigate',
    'will-redirect',
  ]);
  readonly #opened: Promise<Target>;
  #target: Target | undefined;
  #openHandler: OpenHandler = () => ({ action: 'allow' });
  /** What the main process itself is loading: no page asked for it. */
  #loading: string | undefined;
  #isDestroyed = false;
  readonly #ports = new Map<string, { readonly contextId: number; readonly port: RelayedPort }>();
  readonly webContents: WebContents;

  constructor(options: PageOptions) {
    this.#options = options;
    const webContents: WebContents = standsFor<WebContents>('WebContents')({
      isDestroyed: () => this.#isDestroyed,
      on: (name: string, listener: Listener) => {
        this.#events.on(name, listener);
        return webContents;
      },
      send: (channel, ...args) => this.#send(channel, args),
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

  async load(url: string): Promise<void> {
    const { session } = await this.#opened;
    await this.#options.hooks.beforeLoad(url);
    this.#loading = url;
    const { errorText } = await session.send('Page.navigate', { url: schemes.toBrowser(url) });
    if (errorText) throw new Error(`${errorText} loading '${url}'`);
  }

  /** Asks the app, as Electron does for every window that a page wants. */
  mayOpenWindow(): 'deny' {
    const { action } = this.#openHandler(standsFor<Parameters<OpenHandler>[0]>('HandlerDetails')({}));
    if (action === 'deny') return action;
    throw new Error('The stand-in for Electron has no windows that pages open.');
  }

  /** Chromium has no `<webview>`: asks the app as if a page had one. @returns whether it was refused */
  attachWebview(): boolean {
    const { event, isPrevented } = preventable('will-attach-webview');
    this.#events.emit('will-attach-webview', event);
    return isPrevented();
  }

  /** For URLs to which Chromium lets no page go: asks the app as if it had. @returns whether it was refused */
  navigate(url: string): boolean {
    return this.#isRefused('will-navigate', url);
  }

  /** As a renderer that was taken over would: straight into the IPC, from each frame that shows `url`. */
  async speak(url: string, channel: string, args: readonly unknown[]): Promise<number> {
    const { session } = await this.#opened;
    const message: PreloadMessage = { kind: 'message', channel, args: encodeValue(args), ports: [] };
    const text = JSON.stringify(message);
    const frameIds = this.#frames.idsByUrl(url);
    for (const frameId of frameIds) {
      const contextId = this.#frames.contextOf(frameId);
      if (contextId === undefined) throw new Error(`The frame at ${url} has no preload world.`);
      const expression = `standInSay(${JSON.stringify(text)})`;
      await session.send('Runtime.evaluate', { expression, contextId });
    }
    return frameIds.length;
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
      session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
      session.send('Runtime.addBinding', { name: 'standInSay', executionContextName: preloadWorld }),
      session.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.page }),
      session.send('Page.addScriptToEvaluateOnNewDocument', {
        source: scripts.forPreload(preload),
        worldName: preloadWorld,
      }),
      session.send('Runtime.runIfWaitingForDebugger'),
    ]);
    return target;
  }

  #listen(session: CdpSession, mainFrameId: string): void {
    let isPainted = false;
    session.on('Page.lifecycleEvent', ({ name, frameId }) => {
      // The first document of a target is its empty one, which Electron's windows do not show.
      if (name !== 'firstPaint' || frameId !== mainFrameId || isPainted) return;
      if (this.#frames.urlOf(mainFrameId) === 'about:blank') return;
      isPainted = true;
      this.#options.hooks.onFirstPaint();
    });
    session.on('Page.frameStartedNavigating', ({ frameId, navigationType }) => {
      const isSameDocument = /samedocument/i.test(navigationType);
      this.#events.emit(
        'did-start-navigation',
        standsFor<Event<StartedNavigation>>('did-start-navigation')({
          isMainFrame: frameId === mainFrameId,
          isSameDocument,
        }),
      );
    });
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === 'standInSay')
        this.#receive(session, JSON.parse(payload) as PreloadMessage, executionContextId);
    });
    session.on('Fetch.requestPaused', (paused) => {
      this.#answer(session, paused, mainFrameId).catch((error: unknown) => {
        // The page went while it was being answered.
        if (!(error instanceof TargetGone) && !/Invalid InterceptionId/.test(String(error))) throw error;
      });
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      this.#closePorts((contextId) => contextId === executionContextId);
    });
    session.on('Runtime.executionContextsCleared', () => this.#closePorts(() => true));
    session.on('Inspector.detached', () => this.#options.hooks.onGone());
  }

  async #answer(
    session: CdpSession,
    paused: Parameters<Parameters<typeof session.on<'Fetch.requestPaused'>>[1]>[0],
    mainFrameId: string,
  ): Promise<void> {
    const { requestId, request, frameId, resourceType, redirectedRequestId } = paused;
    const url = schemes.fromBrowser(request.url);
    if (
      resourceType === 'Document' &&
      this.#isNavigationRefused(url, frameId === mainFrameId, redirectedRequestId)
    ) {
      await session.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
      return;
    }
    const response = await answerRequest({ url, method: request.method, headers: request.headers });
    if (!response) {
      await session.send('Fetch.continueRequest', { requestId });
      return;
    }
    await session.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    });
  }

  #isNavigationRefused(url: string, isMainFrame: boolean, redirectedFrom: string | undefined): boolean {
    if (redirectedFrom !== undefined) return this.#isRefused('will-redirect', url);
    if (!isMainFrame) return false;
    if (this.#loading === url) {
      this.#loading = undefined;
      return false;
    }
    return this.#isRefused('will-navigate', url);
  }

  #isRefused(name: 'will-navigate' | 'will-redirect', url: string): boolean {
    const { event, isPrevented } = preventable(name, { url });
    this.#events.emit(name, event);
    return isPrevented();
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
    if (!(error instanceof TargetGone) && !/Cannot find context/.test(String(error))) throw error;
  });
}
