/** `app`: when things begin and end. Quitting follows Electron's order, with what Latchkey listens to. */
import { readFileSync } from 'node:fs';
import type { App, CommandLine, Event, WebContents } from 'electron';
import { standsFor } from '../stands-for.ts';
import { preventable } from './electron-event.ts';
import { Events, type Listener } from './events.ts';
import { lifecycle } from './lifecycle.ts';
import { settings } from './settings.ts';

type AppEvents = {
  activate: [Event, hasVisibleWindows: boolean];
  'before-quit': [Event];
  'web-contents-created': [Event, WebContents];
  'window-all-closed': [];
};

export const appEvents = new Events<AppEvents>('App', [
  'activate',
  'before-quit',
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
  /** Starts what is to be there when the app is ready. */
  start: () => Promise<void> = async () => {};
  #ready: Promise<void> | undefined;
  #isExiting = false;

  /** Electron starts Chromium when the app's module has run; here, asking for it is taken for the module's end. */
  get ready(): Promise<void> {
    this.#ready ??= this.start().then(() => {
      if (lifecycle.phase === 'starting') lifecycle.phase = 'ready';
    });
    return this.#ready;
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

/** Where the app keeps what Electron names. */
export const paths = new Map<string, string>();

/** What the app adds to Chromium’s command line. */
export const switches: string[] = [];

export const ending = new Ending();

export const app: App = standsFor<App>('app')({
  commandLine: standsFor<CommandLine>('CommandLine')({
    appendSwitch(name, value) {
      lifecycle.requireStarting('app.commandLine.appendSwitch');
      switches.push(value === undefined ? `--${name}` : `--${name}=${value}`);
    },
  }),
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
  // Which program is in front is the system's business, and there is no system here.
  focus: () => {},
  setPath(name, path) {
    if (name === 'userData') lifecycle.requireStarting('app.setPath for userData');
    paths.set(name, path);
  },
  whenReady: () => ending.ready,
  quit: () => ending.quit(),
  exit: (code = 0) => ending.exit(code),
});

// Electron quits on these, as if the user had asked for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.quit());
