/** Electron's entry: wiring only. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { app, dialog, session } from 'electron';
import { AppError } from '#shared/lib/app-error.ts';
import { redactError } from '#shared/lib/redact.ts';
import { type App, compose } from './compose.ts';
import { defaultDataFolder } from './hosts/data-folder.ts';
import {
  hardenEveryPage,
  hardenSession,
  type OpenedWindow,
  openWindow,
  registerScheme,
  servePage,
  serveWindow,
  setMenu,
  spawnUtilityChild,
  systemClipboard,
} from './hosts/electron/index.ts';

const outFolder = join(fileURLToPath(new URL('.', import.meta.url)), '..');
const { values } = parseArgs({
  args: process.argv.slice(app.isPackaged ? 1 : 2),
  options: { data: { type: 'string' } },
  strict: false,
});

let latchkey: App | undefined;
let shown: OpenedWindow | undefined;
let isClosing = false;

function report(where: string, error: unknown): void {
  process.stderr.write(`${where}: ${redactError(error)}\n`);
}

function show(app: App): void {
  const opened = openWindow(outFolder, app.preferences);
  shown = opened;
  serveWindow(opened.window, app.openSession, app.passPort);
  opened.window.once('closed', () => {
    shown = undefined;
  });
}

/** The window goes first: it keeps its place in the database that closes after it. */
async function close(app: App): Promise<void> {
  shown?.keepPlace();
  shown?.window.destroy();
  await app.close();
}

async function start(): Promise<void> {
  hardenSession(session.defaultSession);
  servePage(outFolder);
  latchkey = await compose({
    dataFolder: typeof values.data === 'string' ? values.data : defaultDataFolder(),
    code: new URL('.', import.meta.url),
    spawn: spawnUtilityChild,
    host: 'electron',
    secretWay: { by: 'port', clipboard: systemClipboard },
    version: app.getVersion(),
    reportBug: report,
  });
  const { emit } = latchkey;
  setMenu((commandId) => emit('about.commandChosen', { commandId }));
  show(latchkey);
}

if (app.requestSingleInstanceLock()) {
  app.enableSandbox();
  registerScheme();
  hardenEveryPage();
  app.on('second-instance', () => {
    if (shown?.window.isMinimized()) shown.window.restore();
    shown?.window.focus();
  });
  app.on('activate', () => {
    if (latchkey && !shown) show(latchkey);
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin' && !isClosing) app.quit();
  });
  app.on('before-quit', (event) => {
    if (!latchkey) return;
    event.preventDefault();
    if (isClosing) return;
    isClosing = true;
    close(latchkey)
      .catch((error: unknown) => report('quit', error))
      .finally(() => {
        latchkey = undefined;
        app.quit();
      });
  });
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      if (error instanceof AppError) dialog.showErrorBox(error.message, error.hint ?? '');
      else report('start', error);
      app.exit(1);
    });
} else {
  app.quit();
}
