/**
 * What a test can do to the app from outside: what the user, the operating system or a hostile page would, and look at
 * what came of it. One request at a time over Node's channel.
 */
import { appEvents, ending, switches } from './app.ts';
import { openWindows, WindowState } from './browser-window.ts';
import { systemClipboard } from './clipboard.ts';
import { preventable } from './electron-event.ts';
import { chooseMenuItem, menuItems } from './menu.ts';
import { relayedPorts } from './ports.ts';
import { type PowerEvent, powerEvents } from './power-monitor.ts';
import { answerRequest } from './protocol.ts';
import { received } from './received.ts';
import { type Asking, askDevice, askPermission } from './session.ts';
import type { Rectangle } from './settings.ts';
import { type ErrorBox, errorBoxes, fileDialogs } from './surroundings.ts';
import { utilityChildren } from './utility-process.ts';
import type { Speech } from './web-contents.ts';

/** A window that is none of Latchkey's. */
let other: WindowState | undefined;

function only(): WindowState {
  const [window, ...more] = openWindows.all.filter((each) => each !== other);
  if (!window || more.length > 0) throw new Error(`Latchkey has ${more.length + 1} windows, or none.`);
  return window;
}

function child(serviceName: string) {
  const found = utilityChildren.all.find(({ options }) => options.serviceName === serviceName);
  if (!found) throw new Error(`There is no process “${serviceName}”.`);
  return found;
}

/** Every one takes what its test sends, and answers with what can be sent back. */
export const controls = {
  windows: () => openWindows.all.map(({ state }) => state),
  closeWindow: () => only().close(),
  moveWindow: (bounds: Rectangle) => only().move(bounds),
  maximizeWindow: () => only().maximize(),
  minimizeWindow: () => only().minimize(),

  quit: () => ending.quit(),
  activate: () => {
    appEvents.emit('activate', preventable('activate').event, openWindows.count > 0);
  },

  power: (event: PowerEvent) => void powerEvents.emit(event),

  menu: () => menuItems(),
  chooseMenuItem: (path: readonly string[]) => chooseMenuItem(path),

  /** Those that are open. */
  fileDialogs: () => fileDialogs.open.map(({ kind, options }) => ({ kind, options })),
  /** Null: the user cancels. */
  answerFileDialog: (path: string | null) => {
    const [shown] = fileDialogs.open;
    if (!shown) throw new Error('No dialog for files is open.');
    shown.answer(path);
  },

  clipboard: () => systemClipboard.contents,
  /** As another program does. */
  copyElsewhere: (text: string) => {
    systemClipboard.contents = { 'text/plain': text };
  },

  askPermission: (asking: Asking) => askPermission(only().page.webContents, asking),
  askDevice: () => askDevice(),

  crashPage: () => only().page.crash(),
  /** Straight to the scheme's handler, with addresses that Chromium would tidy up before it asked. */
  request: async ({ url, method }: { url: string; method: string }) => {
    const response = await answerRequest({ url, method, headers: {} });
    if (!response) throw new Error(`Nothing handles ${url}.`);
    return { status: response.status, headers: Object.fromEntries(response.headers) };
  },

  /** As main-process code would, which is asked about nothing. */
  load: (url: string) => only().page.load(url),
  navigate: (url: string) => only().page.navigate(url),
  /** What it was asked about its page so far. */
  asked: () => only().page.asked,
  attachWebview: () => only().page.attachWebview(),
  speak: (speech: Speech) => only().page.speak(speech),
  /** Another window of the same process, with the same preload script, that Latchkey does not know. */
  openOther: async (url: string) => {
    const { webPreferences = {} } = only().options;
    other = new WindowState({ webPreferences });
    await other.page.load(url);
  },
  speakFromOther: (speech: Speech) => other?.page.speak(speech),

  children: () =>
    utilityChildren.all.map(({ pid, options }) => ({
      pid,
      name: options.serviceName,
      execArgv: options.execArgv,
      environment: options.env,
    })),
  killChild: (name: string) => child(name).end(),
  failChild: ({ name, report }: { name: string; report: string }) => child(name).failFatally(report),

  /** What became of each channel's end that Latchkey was given. */
  ports: () => relayedPorts.map(({ state }) => state),
  /** How many of the messages that the bundle's listeners were given have this text in them. */
  received: (text: string) => ({ all: received.count, withText: received.countWith(text) }),
  switches: () => switches,
  isSandboxed: () => ending.isSandboxed,
};

export type Controls = typeof controls;

export interface ControlRequest {
  readonly id: number;
  readonly control: keyof Controls;
  readonly input: unknown;
}

export interface LastWords {
  /** Child processes that the app had not ended by itself. */
  readonly childrenLeft: readonly string[];
  /** What is on the system's clipboard after it. */
  readonly clipboard: Readonly<Record<string, string>>;
  /** What the bundle has used of the stand-in, and which of its events. */
  readonly usedMembers: readonly string[];
  readonly heardEvents: readonly string[];
  readonly knownEvents: readonly string[];
}

export type ControlMessage =
  | { readonly event: 'ready'; readonly endpoint: string }
  | ({ readonly event: 'exiting' } & LastWords)
  | ({ readonly event: 'errorBox' } & ErrorBox)
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/** Resolves when it has been handed over. */
export function tell(message: ControlMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}

export function answerControl(): void {
  errorBoxes.onShown = (box) => void tell({ event: 'errorBox', ...box });
  process.on('message', async ({ id, control, input }: ControlRequest) => {
    try {
      const answer = controls[control] as (input: unknown) => unknown;
      await tell({ id, value: await answer(input) });
    } catch (error) {
      await tell({ id, error: String(error) });
    }
  });
  // The test's channel is no reason to go on living.
  process.channel?.unref();
}
