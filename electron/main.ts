/** Electron's entry: wiring only. */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { app, dialog, session } from 'electron';
import { AppError } from '#shared/lib/app-error.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import { redactError } from '#shared/lib/redact.ts';
import { isCommandLine } from './cli/index.ts';
import { endAs } from './cli/pass-through.mjs';
import { type App, compose } from './compose.ts';
import { defaultDataFolder } from './hosts/data-folder.ts';
import {
  cutNetwork,
  filePicker,
  hardenEveryPage,
  hardenSession,
  haveNoWindows,
  keepProfileAside,
  keepProfileIn,
  type OpenedWindow,
  onAway,
  openWindow,
  recoverPage,
  registerScheme,
  servePage,
  serveWindow,
  setMenu,
  spawnUtilityChild,
  systemClipboard,
} from './hosts/electron/index.ts';
import { goToOwner, openInWindow } from './hosts/hand-over.ts';
import { browserCommand } from './hosts/web/open-browser.ts';
import { type AnswerOf, type Ownership, takeFolder } from './ownership/index.ts';
import { keepMemoryOutOfDumps } from './processes/core-dumps.ts';

// What is copied passes through this process, and the sandbox’s credentials do.
const asItWas = keepMemoryOutOfDumps();

const outFolder = join(fileURLToPath(new URL('.', import.meta.url)), '..');
const args = process.argv.slice(app.isPackaged ? 1 : 2);
const { values } = parseArgs({
  args,
  options: { data: { type: 'string' } },
  strict: false,
});
const dataFolder = resolve(typeof values.data === 'string' ? values.data : defaultDataFolder());

let ownership: Ownership | undefined;
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
  recoverPage(opened.window, report);
  opened.window.once('closed', () => {
    shown = undefined;
  });
}

/** The window goes first: it keeps its place in the database that closes after it. */
async function close(app: App): Promise<void> {
  await ownership?.stopAnswering();
  shown?.keepPlace();
  shown?.window.destroy();
  await app.close();
  await ownership?.release();
}

async function start(owner: Ownership): Promise<void> {
  hardenSession(session.defaultSession);
  servePage(outFolder);
  const started = await compose({
    dataFolder,
    lock: owner.lock,
    code: new URL('.', import.meta.url),
    spawn: spawnUtilityChild,
    host: 'electron',
    secretWay: { by: 'port', clipboard: systemClipboard },
    pickFile: filePicker(() => shown?.window),
    version: app.getVersion(),
    reportBug: report,
  });
  latchkey = started;
  setMenu((commandId) => started.emit('about.commandChosen', { commandId }));
  onAway((rule) => started.lockVault(rule));
  show(started);
  owner.answerCommands(started.commands);
  owner.answerShow(() => {
    if (shown) shown.bringForward();
    else show(started);
    return {};
  });
}

/** From here on, this process is the app. */
function run(owner: Ownership): void {
  ownership = owner;
  keepProfileIn(dataFolder);
  app.on('activate', () => {
    if (latchkey && !shown && !isClosing) show(latchkey);
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
    .then(() => start(owner))
    .catch(fail);
}

/**
 * Latchkey runs already. This process ends before it is ready, and never touches the owner's Chromium files. It prints
 * no token: what a program that was started from the desktop prints is logged.
 */
async function handOver(to: AnswerOf<'show'>): Promise<void> {
  const already = `Latchkey runs in the web host already (process ${to.pid}).`;
  if (!(await goToOwner(to))) {
    const hint = 'No browser could be opened. Its address is in the terminal where it was started.';
    return fail(new AppError('conflict', already, { hint }));
  }
  const line = to.url === undefined ? openInWindow(to) : `${already} It is open in your browser now.`;
  process.stdout.write(`${line}\n`);
  app.exit(0);
}

async function fail(error: unknown): Promise<void> {
  const { message, hint } =
    error instanceof AppError ? error : { message: 'Latchkey could not start.', hint: undefined };
  if (error instanceof AppError) process.stderr.write(`${[message, hint].filter(Boolean).join(' ')}\n`);
  else report('start', error);
  // Whoever reads this mends it and starts Latchkey again.
  await ownership?.release();
  // Not awaited by this module, which Electron waits for. On Linux there are no dialogs before that.
  void app.whenReady().then(() => {
    dialog.showErrorBox(message, hint ?? '');
    app.exit(1);
  });
}

/**
 * The packaged app is the `latchkey` command as well: it then has no window, and touches none of Chromium's files. Only
 * opening the vault itself needs Electron to be ready; until then this module is waited for, and Chromium does not start.
 * When it does, it has files of its own: the folder goes back before the program runs, and Chromium runs on beside it.
 */
async function runAsCommand(): Promise<void> {
  haveNoWindows();
  const needsElectron = Promise.withResolvers<void>();
  let removeProfile: Disposer | undefined;
  const { runCommandLine } = await import('./cli/main.ts');
  const done = runCommandLine({
    args,
    code: new URL('.', import.meta.url),
    version: () => app.getVersion(),
    asItWas,
    spawn: async () => {
      removeProfile ??= keepProfileAside();
      needsElectron.resolve();
      await app.whenReady();
      return spawnUtilityChild;
    },
  }).then((ending) => {
    removeProfile?.();
    if ('signal' in ending) endAs(ending);
    else app.exit(ending.code);
  });
  await Promise.race([done, needsElectron.promise]);
}

app.enableSandbox();
cutNetwork();
registerScheme();
hardenEveryPage();
if (isCommandLine(args)) await runAsCommand();
else await runAsApp();

async function runAsApp(): Promise<void> {
  try {
    // Electron waits for this module before it starts Chromium, whose files are the folder's owner's alone.
    const taken = await takeFolder({
      folder: dataFolder,
      host: 'electron',
      version: app.getVersion(),
      opensBrowser: browserCommand() !== undefined,
      onProblem: (problem) => process.stderr.write(`${problem}\n`),
      onBug: (error) => report('ownership', error),
    });
    if (taken.kind === 'owner') run(taken.ownership);
    else await handOver(taken.to);
  } catch (error) {
    await fail(error);
  }
}
