/**
 * What the Electron host asks of Electron: its security checklist, as far as it can be seen without the binary. The
 * stand-in records calls and does nothing; what real Electron makes of them is for tests/e2e-electron.
 */
import { EventEmitter } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Database, Preferences } from '../../../electron/storage/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const electron = await vi.hoisted(async () => {
  const { EventEmitter: Emitter } = await import('node:events');
  const windows: RecordedWindow[] = [];
  const displays = [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];

  class RecordedWindow extends Emitter {
    readonly options: Record<string, unknown>;
    url = '';
    isMax = false;
    readonly calls: string[] = [];
    isMin = false;
    constructor(options: Record<string, unknown>) {
      super();
      this.options = options;
      windows.push(this);
    }
    loadURL = async (url: string) => {
      this.url = url;
    };
    maximize = () => {
      this.isMax = true;
    };
    show = () => this.calls.push('show');
    focus = () => this.calls.push('focus');
    moveTop = () => this.calls.push('moveTop');
    restore = () => this.calls.push('restore');
    isMinimized = () => this.isMin;
    isMaximized = () => this.isMax;
    getNormalBounds = () => ({ x: 10, y: 20, width: 1000, height: 700 });
  }

  return {
    windows,
    displays,
    app: Object.assign(new Emitter(), { isPackaged: true }),
    BrowserWindow: RecordedWindow,
    nativeTheme: { shouldUseDarkColors: true },
    screen: { getAllDisplays: () => displays },
    ipcMain: new Emitter(),
    protocol: { registerSchemesAsPrivileged: vi.fn(), handle: vi.fn() },
    Menu: { setApplicationMenu: vi.fn(), buildFromTemplate: vi.fn((template: unknown) => template) },
    utilityProcess: { fork: vi.fn() },
    clipboard: { write: vi.fn(), readText: vi.fn(), clear: vi.fn() },
    ClipboardItem: class {
      readonly items: Readonly<Record<string, string>>;
      constructor(items: Readonly<Record<string, string>>) {
        this.items = items;
      }
    },
  };
});
vi.mock('electron', () => electron);
const host = await import('../../../electron/hosts/electron/index.ts');

describe('the Electron host', () => {
  beforeEach(() => {
    electron.windows.length = 0;
  });

  it('opens a sandboxed, isolated window without Node, at its own scheme', async () => {
    const preferences = new Preferences(await Database.inMemory());
    host.openWindow('/app/out', preferences);
    const [window] = electron.windows;
    expect(window?.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
    });
    expect(window?.url).toBe('app://latchkey/');
  });

  it('comes back where it was, unless that is off every display now', async () => {
    const preferences = new Preferences(await Database.inMemory());
    host.openWindow('/app/out', preferences);
    electron.windows[0]?.emit('close');
    host.openWindow('/app/out', preferences);
    expect(electron.windows[1]?.options).toMatchObject({ x: 10, y: 20, width: 1000, height: 700 });
    electron.displays[0] = { workArea: { x: 5000, y: 0, width: 800, height: 600 } };
    host.openWindow('/app/out', preferences);
    expect(electron.windows[2]?.options).not.toHaveProperty('x');
  });

  it('brings a window forward, out of being minimized too', async () => {
    const opened = host.openWindow('/app/out', new Preferences(await Database.inMemory()));
    const [window] = electron.windows;
    opened.bringForward();
    expect(window?.calls).toEqual(['show', 'moveTop', 'focus']);
    if (window) window.isMin = true;
    opened.bringForward();
    expect(window?.calls.slice(3)).toEqual(['restore', 'show', 'moveTop', 'focus']);
  });

  it('refuses every permission and device, but for copying text from its own page', () => {
    const session = {
      setPermissionRequestHandler: vi.fn(),
      setPermissionCheckHandler: vi.fn(),
      setDevicePermissionHandler: vi.fn(),
    };
    host.hardenSession(session as never);
    const isGranted = (permission: string, requestingUrl: string, isMainFrame = true) => {
      const decide = vi.fn();
      const details = { isMainFrame, requestingUrl };
      session.setPermissionRequestHandler.mock.calls[0]?.[0](null, permission, decide, details);
      const isChecked = session.setPermissionCheckHandler.mock.calls[0]?.[0](
        null,
        permission,
        requestingUrl,
        details,
      );
      expect(decide).toHaveBeenCalledWith(isChecked);
      return isChecked;
    };
    for (const permission of ['media', 'clipboard-read', 'notifications', 'openExternal', 'fileSystem']) {
      expect(isGranted(permission, 'app://latchkey/'), permission).toBe(false);
    }
    expect(isGranted('clipboard-sanitized-write', 'app://latchkey/')).toBe(true);
    expect(isGranted('clipboard-sanitized-write', 'app://latchkey/', false)).toBe(false);
    expect(isGranted('clipboard-sanitized-write', 'https://evil.example/')).toBe(false);
    expect(isGranted('clipboard-sanitized-write', 'app://latchkey.evil/')).toBe(false);
    expect(session.setDevicePermissionHandler.mock.calls[0]?.[0]()).toBe(false);
  });

  it('refuses navigation, redirects, webviews and new windows, whatever page asks', () => {
    host.hardenEveryPage();
    let openWindow: ((details: unknown) => unknown) | undefined;
    const contents = Object.assign(new EventEmitter(), {
      setWindowOpenHandler: (handler: (details: unknown) => unknown) => {
        openWindow = handler;
      },
    });
    electron.app.emit('web-contents-created', {}, contents);
    const refused = (event: string, url: string) => {
      const preventDefault = vi.fn();
      contents.emit(event, { url, preventDefault });
      return preventDefault.mock.calls.length > 0;
    };
    for (const url of [
      'https://evil.example/',
      'file:///etc/passwd',
      'app://latchkey.evil/',
      'javascript:1',
    ]) {
      expect(refused('will-navigate', url), url).toBe(true);
    }
    expect(refused('will-navigate', 'app://latchkey/')).toBe(false);
    expect(refused('will-redirect', 'app://latchkey/')).toBe(true);
    expect(refused('will-attach-webview', '')).toBe(true);
    expect(openWindow?.({ url: 'https://example.com/' })).toEqual({ action: 'deny' });
  });

  it('serves the page’s files with a policy that allows no network at all', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'renderer'));
    writeFileSync(join(folder, 'renderer', 'index.html'), '<!doctype html>');
    writeFileSync(join(folder, 'secret.json'), '{}');
    host.registerScheme();
    expect(electron.protocol.registerSchemesAsPrivileged).toHaveBeenCalledWith([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
    host.servePage(folder);
    const serve = electron.protocol.handle.mock.calls[0]?.[1] as (request: Request) => Promise<Response>;
    const get = (url: string, method = 'GET') => serve({ url, method } as Request);
    const page = await get('app://latchkey/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'none'");
    for (const url of [
      'app://other/',
      'app://latchkey/../secret.json',
      'app://latchkey/%2e%2e/secret.json',
    ]) {
      expect((await get(url)).status, url).toBe(404);
    }
    expect((await get('app://latchkey/', 'POST')).status).toBe(404);
  });

  it('takes messages from the window’s own page only', () => {
    const received: unknown[] = [];
    const webContents = Object.assign(new EventEmitter(), { isDestroyed: () => false, send: () => {} });
    const window = Object.assign(new EventEmitter(), { webContents });
    const open = () => ({
      receive: async (message: unknown) => {
        received.push(message);
      },
      close: () => {},
    });
    host.serveWindow(window as never, open, () => {});
    const page = { parent: null, url: 'app://latchkey/' };
    const say = (sender: unknown, senderFrame: unknown, message: string) =>
      electron.ipcMain.emit('latchkey:message', { sender, senderFrame }, message);
    say(webContents, page, 'ours');
    say(new EventEmitter(), page, 'another window');
    say(webContents, { parent: page, url: 'app://latchkey/' }, 'a frame inside');
    say(webContents, { parent: null, url: 'https://evil.example/' }, 'another page');
    say(webContents, { parent: null, url: 'app://latchkey.evil/' }, 'a look-alike');
    say(webContents, null, 'a frame that is gone');
    expect(received).toEqual(['ours']);
    window.emit('closed');
    say(webContents, page, 'too late');
    expect(received).toEqual(['ours']);
  });

  it('passes on channels of the window’s own page only, and does not listen on them', () => {
    class Port {
      readonly used: string[] = [];
      readonly close = () => this.used.push('close');
      readonly on = () => this.used.push('on');
      readonly once = () => this.used.push('once');
      readonly start = () => this.used.push('start');
      readonly postMessage = () => this.used.push('postMessage');
    }
    const passed: unknown[] = [];
    const webContents = Object.assign(new EventEmitter(), { isDestroyed: () => false, send: () => {} });
    const window = Object.assign(new EventEmitter(), { webContents });
    const session = { receive: async () => {}, close: () => {} };
    host.serveWindow(
      window as never,
      () => session,
      (port) => passed.push(port),
    );
    const page = { parent: null, url: 'app://latchkey/' };
    const bring = (sender: unknown, senderFrame: unknown, ports: readonly Port[]) =>
      electron.ipcMain.emit('latchkey:port', { sender, senderFrame, ports }, null);
    const ours = new Port();
    bring(webContents, page, [ours]);
    const refused = Array.from({ length: 7 }, () => new Port());
    const [one, two, three, four, five, six, seven] = refused as [Port, Port, Port, Port, Port, Port, Port];
    bring(new EventEmitter(), page, [one]);
    bring(webContents, { parent: page, url: 'app://latchkey/' }, [two]);
    bring(webContents, { parent: null, url: 'https://evil.example/' }, [three]);
    bring(webContents, { parent: null, url: 'app://latchkey.evil/' }, [four]);
    bring(webContents, null, [five]);
    bring(webContents, page, [six, seven]);
    bring(webContents, page, []);
    expect(passed).toEqual([ours]);
    expect(ours.used).toEqual([]);
    for (const port of refused) expect(port.used).toEqual(['close']);
    window.emit('closed');
    bring(webContents, page, [new Port()]);
    expect(passed).toEqual([ours]);
  });

  it('passes a channel’s end on to a child, with nothing said beside it', () => {
    const posted: unknown[][] = [];
    const child = Object.assign(new EventEmitter(), {
      pid: 1,
      kill: () => true,
      postMessage: (...message: unknown[]) => posted.push(message),
    });
    electron.utilityProcess.fork.mockReturnValue(child);
    const end = { close: vi.fn(), postMessage: vi.fn() };
    host.spawnUtilityChild(new URL('file:///vault.js'), { name: 'vault' }).passPort?.(end);
    expect(posted).toEqual([[null, [end]]]);
    expect(end.close).not.toHaveBeenCalled();
  });

  it.each([
    ['win32', 'ExcludeClipboardContentFromMonitorProcessing', '1'],
    ['darwin', 'org.nspasteboard.ConcealedType', '1'],
    ['linux', 'x-kde-passwordManagerHint', 'secret'],
  ] as const)(
    'copies a secret on %s in one piece with what tells managers not to keep it',
    async (platform, format, word) => {
      const own = Object.getOwnPropertyDescriptor(process, 'platform');
      Object.defineProperty(process, 'platform', { ...own, value: platform });
      electron.clipboard.write.mockReset().mockResolvedValue(undefined);
      await host.systemClipboard.writeSecret('a value');
      Object.defineProperty(process, 'platform', own as PropertyDescriptor);
      expect(electron.clipboard.write.mock.calls).toEqual([
        [
          [
            {
              items: {
                'text/plain': 'a value',
                [`electron application/osclipboard;format="${format}"`]: word,
              },
            },
          ],
        ],
      ]);
    },
  );

  it('has a menu whose items run the page’s commands', () => {
    const chosen: string[] = [];
    host.setMenu((commandId) => chosen.push(commandId));
    type Item = { label?: string; click?: () => void; submenu?: Item[] };
    const click = (item: Item): void => {
      item.click?.();
      item.submenu?.forEach(click);
    };
    const template = electron.Menu.buildFromTemplate.mock.calls[0]?.[0] as Item[] | undefined;
    template?.forEach(click);
    expect(chosen).toEqual(
      expect.arrayContaining(['profiles.add', 'vault.lock', 'settings.open', 'palette.open', 'help.keys']),
    );
  });

  it('starts children without Node’s own variables, and survives a fatal error of one', () => {
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=1000');
    const child = Object.assign(new EventEmitter(), { pid: 1, kill: () => true, postMessage: () => {} });
    electron.utilityProcess.fork.mockReturnValue(child);
    const port = host.spawnUtilityChild(new URL('file:///vault.js'), {
      name: 'vault',
      env: { PASSED: 'too' },
    });
    vi.unstubAllEnvs();
    const options = electron.utilityProcess.fork.mock.calls[0]?.[2];
    expect(Object.keys(options.env).filter((name) => name.startsWith('NODE_'))).toEqual([]);
    expect(options).toMatchObject({ execArgv: [], env: { PASSED: 'too' } });
    const exits: unknown[] = [];
    port.onExit((exit) => exits.push(exit));
    child.emit('error', 'FatalError', 'v8', 'a report with the whole environment in it');
    child.emit('exit', 5);
    expect(exits).toEqual([{ code: 5, signal: null }]);
  });
});
