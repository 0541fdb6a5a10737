/** `BrowserWindow`: a page in Chromium, and the state of a window that no window manager knows. */
import type {
  BrowserWindowConstructorOptions,
  BrowserWindow as ElectronWindow,
  Event,
  Rectangle,
  WebPreferences,
} from 'electron';
import type { PageScripts } from '../page/scripts.ts';
import { constructs, standsFor } from '../stands-for.ts';
import { appEvents, ending } from './app.ts';
import type { Browser, BrowserListener } from './browser.ts';
import { preventable } from './electron-event.ts';
import { Events, type Listener } from './events.ts';
import { receiveMessage } from './ipc-main.ts';
import { lifecycle } from './lifecycle.ts';
import { grantInBrowser } from './session.ts';
import { settings } from './settings.ts';
import { Page } from './web-contents.ts';

type WindowEvents = {
  close: [Event];
  closed: [];
  'ready-to-show': [];
};

/** The options whose effect is shown, or kept for a test to see. */
const knownOptions = [
  ...['x', 'y', 'width', 'height', 'minWidth', 'minHeight'],
  ...['show', 'title', 'backgroundColor', 'webPreferences'],
];

const windows = new Set<WindowState>();

/** Both come when the app starts, before it is ready. */
let parts: { readonly browser: Browser; readonly scripts: PageScripts } | undefined;

export function provideBrowser(browser: Browser, scripts: PageScripts): void {
  parts = { browser, scripts };
}

export const windowsOfBrowser: BrowserListener = {
  onPopup(opener, url) {
    const [only] = windows;
    const asking =
      [...windows].find(({ page }) => page.targetId === opener) ?? (windows.size === 1 ? only : undefined);
    if (!asking) throw new Error('A window was opened, and it is not known by which page.');
    return asking.page.mayOpenWindow(url);
  },
  onClosed: (targetId) => [...windows].find(({ page }) => page.targetId === targetId)?.destroy(),
  onRequest: (request) => [...windows].some(({ page }) => page.takeRequest(request)),
};

export class WindowState {
  readonly options: BrowserWindowConstructorOptions;
  readonly page: Page;
  readonly window: ElectronWindow;
  readonly #events = new Events<WindowEvents>('BrowserWindow', ['close', 'closed', 'ready-to-show']);
  #normalBounds: Rectangle;
  #isMaximized = false;
  #isMinimized = false;
  #isVisible: boolean;
  #isFocused = false;
  #isOnTop = false;
  #isDestroyed = false;

  constructor(options: BrowserWindowConstructorOptions) {
    lifecycle.requireReady('new BrowserWindow');
    if (!parts) throw new Error('The app was ready before its browser was.');
    refuseUnknown(options);
    this.options = options;
    this.#isVisible = options.show ?? true;
    this.#normalBounds = placed(options);
    this.page = new Page({
      ...parts,
      preload: preloadOf(options.webPreferences),
      size: { width: this.#normalBounds.width, height: this.#normalBounds.height },
      hooks: {
        onMessage: receiveMessage,
        onFirstPaint: () => this.#events.emit('ready-to-show'),
        beforeLoad: (url) => grantInBrowser(this.page.webContents, url),
      },
    });
    this.window = this.#handle();
    windows.add(this);
    appEvents.emit('web-contents-created', preventable('web-contents-created').event, this.page.webContents);
  }

  /** What a test may see of it. */
  get state() {
    const { webPreferences: _, ...options } = this.options;
    return {
      options,
      url: this.page.url,
      webRtcPolicy: this.page.webRtcPolicy,
      loadCount: this.page.loadCount,
      webPreferences: this.options.webPreferences,
      bounds: this.#normalBounds,
      isMaximized: this.#isMaximized,
      isMinimized: this.#isMinimized,
      isVisible: this.#isVisible,
      isFocused: this.#isFocused,
      isOnTop: this.#isOnTop,
    };
  }

  /** As the user does with the title bar. */
  move(bounds: Rectangle): void {
    this.#normalBounds = bounds;
  }

  maximize(): void {
    this.#isMaximized = true;
  }

  minimize(): void {
    this.#isMinimized = true;
    this.#isFocused = false;
    this.#isOnTop = false;
  }

  /** @returns whether it agreed to be closed */
  close(): boolean {
    const { event, isPrevented } = preventable('close');
    this.#events.emit('close', event);
    if (isPrevented()) return false;
    this.destroy();
    return true;
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.page.destroy();
    windows.delete(this);
    this.#events.emit('closed');
    ending.windowClosed();
  }

  #handle(): ElectronWindow {
    const window: ElectronWindow = standsFor<ElectronWindow>('BrowserWindow')({
      webContents: this.page.webContents,
      destroy: () => this.destroy(),
      focus: () => {
        this.#isFocused = true;
      },
      getNormalBounds: () => ({ ...this.#normalBounds }),
      isMaximized: () => this.#isMaximized,
      isMinimized: () => this.#isMinimized,
      loadURL: (url) => {
        const loaded = this.page.load(url);
        // As Electron does: whoever wants to know that it failed asks.
        loaded.catch(() => {});
        return loaded;
      },
      maximize: () => this.maximize(),
      on: (name: string, listener: Listener) => {
        this.#events.on(name, listener);
        return window;
      },
      once: (name: string, listener: Listener) => {
        this.#events.once(name, listener);
        return window;
      },
      moveTop: () => {
        this.#isOnTop = true;
      },
      restore: () => {
        this.#isMinimized = false;
      },
      show: () => {
        this.#isVisible = true;
        this.#isFocused = true;
      },
    });
    return window;
  }
}

export const BrowserWindow = constructs<typeof ElectronWindow>(
  'BrowserWindow',
  (options = {}) => new WindowState(options).window,
);

export const openWindows = {
  get all(): readonly WindowState[] {
    return [...windows];
  },
  get count(): number {
    return windows.size;
  },
  closeAll: () => [...windows].every((window) => window.close()),
  destroyAll: () => {
    for (const window of windows) window.destroy();
  },
};
ending.windows = openWindows;

function refuseUnknown(options: BrowserWindowConstructorOptions): void {
  const unknown = Object.keys(options).find((name) => !knownOptions.includes(name));
  if (unknown) throw new Error(`The stand-in for Electron has no window option “${unknown}”.`);
}

/** What is below stands for these preferences, and for no others. */
function preloadOf({
  preload,
  contextIsolation,
  sandbox,
  nodeIntegrationInSubFrames,
}: WebPreferences = {}): string {
  if (!preload || contextIsolation === false || sandbox === false || nodeIntegrationInSubFrames) {
    throw new Error('The stand-in for Electron has sandboxed pages with an isolated preload script only.');
  }
  return preload;
}

function placed({ x, y, width = 800, height = 600 }: BrowserWindowConstructorOptions): Rectangle {
  const [display = { x: 0, y: 0, width, height }] = settings.displays;
  return {
    x: x ?? display.x + Math.round((display.width - width) / 2),
    y: y ?? display.y + Math.round((display.height - height) / 2),
    width,
    height,
  };
}
