/**
 * What the Electron entry imports as `electron`, in a process of its own (`recorded-electron-main.ts`): it records the
 * calls that decide over starts, windows and ends, and tells them to the test. Pages are never loaded.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';

export type Record = { readonly call: string; readonly input?: unknown };
export type UserDoes = 'minimizes' | 'closes' | 'quits';

const tell = (call: string, input?: unknown) => {
  process.send?.({ call, ...(input === undefined ? {} : { input }) } satisfies Record);
};
const ready = Promise.withResolvers<void>();
let isReady = false;
let isExiting = false;
const windows = new Set<BrowserWindow>();

/** After the entry has been loaded, as in Electron: what it awaits, that waits for. */
export function becomeReady(): void {
  if (isExiting) return;
  isReady = true;
  tell('ready');
  ready.resolve();
}

class App extends EventEmitter {
  readonly isPackaged = false;
  getVersion = () => '1.2.3';
  enableSandbox = () => before('enableSandbox');
  whenReady = () => ready.promise;
  focus = () => tell('app.focus');
  readonly commandLine = { appendSwitch: () => before('appendSwitch') };

  setPath(name: string, path: string): void {
    before('setPath');
    tell('setPath', [name, path]);
  }

  quit(): void {
    let isPrevented = false;
    const preventDefault = () => {
      isPrevented = true;
    };
    this.emit('before-quit', { preventDefault });
    if (!isPrevented) this.exit(0);
  }

  /** Unlike Node's, it comes back to its caller. */
  exit(code = 0): void {
    isExiting = true;
    setImmediate(() => process.exit(code));
  }
}

export const app = new App();

export class BrowserWindow extends EventEmitter {
  readonly webContents = Object.assign(new EventEmitter(), {
    isDestroyed: () => false,
    send: () => {},
    mainFrame: {},
  });
  #isMinimized = false;

  constructor() {
    super();
    if (!isReady) throw new Error('A window before the app is ready');
    windows.add(this);
    tell('window.open');
  }

  loadURL = async () => {};
  maximize = () => {};
  isMaximized = () => false;
  isMinimized = () => this.#isMinimized;
  getNormalBounds = () => ({ x: 0, y: 0, width: 1000, height: 700 });
  show = () => tell('window.show');
  focus = () => tell('window.focus');
  moveTop = () => tell('window.moveTop');

  restore(): void {
    this.#isMinimized = false;
    tell('window.restore');
  }

  minimize(): void {
    this.#isMinimized = true;
  }

  close(): void {
    this.emit('close');
    this.destroy();
  }

  destroy(): void {
    windows.delete(this);
    this.emit('closed');
    if (windows.size === 0) app.emit('window-all-closed');
  }
}

export const dialog = {
  showErrorBox: (title: string, content: string) => tell('errorBox', `${title} ${content}`),
};
export const session = {
  defaultSession: {
    setPermissionRequestHandler: () => {},
    setPermissionCheckHandler: () => {},
    setDevicePermissionHandler: () => {},
  },
};
/** Nobody goes away here. */
export const powerMonitor = new EventEmitter();
export const nativeTheme = { shouldUseDarkColors: false };
export const screen = { getAllDisplays: () => [] };
export const ipcMain = new EventEmitter();
export const protocol = {
  registerSchemesAsPrivileged: () => before('registerSchemesAsPrivileged'),
  handle: () => {},
};
/** Nothing is copied here: the entry only takes them along. */
export const clipboard = {};
export class ClipboardItem {}
export const Menu = { setApplicationMenu: () => {}, buildFromTemplate: () => ({}) };
export const utilityProcess = {
  fork(path: string, _args: readonly string[], { env }: { env: NodeJS.ProcessEnv }): ChildProcess {
    const child = fork(path, [], { serialization: 'advanced', execArgv: [], env });
    return Object.assign(child, { postMessage: (message: object) => child.send(message, () => {}) });
  },
};

function before(what: string): void {
  if (isReady) throw new Error(`${what} after the app is ready`);
}

process.on('message', (does: UserDoes) => {
  if (does === 'quits') app.quit();
  for (const window of windows) {
    if (does === 'minimizes') window.minimize();
    else if (does === 'closes') window.close();
  }
  tell(does);
});
process.on('disconnect', () => process.exit(1));
