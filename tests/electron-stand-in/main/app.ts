/** `app`: when things begin and end. Quitting follows Electron's order, with what Latchkey listens to. */
import { readFileSync } from 'node:fs';
import type { App, Event, WebContents } from 'electron';
import { standsFor } from '../stands-for.ts';
import { preventable } from './electron-event.ts';
import { Events, type Listener } from './events.ts';
import { lifecycle } from './lifecycle.ts';
import { settings } from './settings.ts';

type AppEvents = {
  activate: [Event, hasVisibleWindows: boolean];
  'before-quit': [Event];
  'second-instance': [Event, argv: readonly string[], workingDirectory: string, additionalData: unknown];
  'web-contents-created': [Event, WebContents];
  'window-all-closed': [];
};

export const appEvents = new Events<AppEvents>('App', [
  'activate',
  'before-quit',
  'second-instance',
  'web-contents-created',
  'window-all-closed',
]);

interface Windows {
  readonly count: number;
  /** @returns whether every window agreed */
  closeAll(): boolean;
  destroyAll(): void;
}

const packageFile = new URL('../../../package.json', import.meta.url);

class Ending {
  /** Set by the windows: they know the app, and the app them. */
  windows: Windows = { count: 0, closeAll: () => true, destroyAll: () => {} };
  /** Ends Chromium and the child processes, and tells the test. */
  release: () => Promise<void> = async () => {};
  isSandboxed = false;
  #isReady: Promise<void> = Promise.resolve();
  #isExiting = false;

  get ready(): Promise<void> {
    return this.#isReady;
  }

  /** @param started resolves when Electron would be ready */
  readyAfter(started: Promise<void>): void {
    this.#isReady = started.then(() => {
      if (lifecycle.phase === 'starting') lifecycle.phase = 'ready';
    });
  }

  quit(): void {
    const { event, isPrevented } = preventable('before-quit');
    appEvents.emit('before-quit', event);
    if (isPrevented()) return;
    lifecycle.phase = 'quitting';
    if (this.windows.closeAll()) this.exit(0);
    else lifecycle.phase = 'ready';
  }

  /** Unlike Node's, Electron's exit comes back to the caller, and ends the process soon after. */
  exit(code: number): void {
    if (this.#isExiting) return;
    this.#isExiting = true;
    lifecycle.phase = 'quitting';
    this.windows.destroyAll();
    void this.release().finally(() => process.exit(code));
  }

  windowClosed(): void {
    if (this.windows.count > 0 || lifecycle.phase === 'quitting') return;
    if (!appEvents.emit('window-all-closed')) this.quit();
  }
}

export const ending = new Ending();

export const app: App = standsFor<App>('app')({
  isPackaged: settings.isPackaged,
  enableSandbox() {
    lifecycle.requireStarting('app.enableSandbox');
    ending.isSandboxed = true;
  },
  getVersion: () => (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version,
  on(name: string, listener: Listener) {
    appEvents.on(name, listener);
    return app;
  },
  // Electron's lock is its own business: the tests of what a second start does send the event themselves.
  requestSingleInstanceLock: () => true,
  whenReady: () => ending.ready,
  quit: () => ending.quit(),
  exit: (code = 0) => ending.exit(code),
});

// Electron quits on these, as if the user had asked for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.quit());
