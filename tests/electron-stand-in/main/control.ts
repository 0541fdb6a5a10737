/**
 * What a test can do to the app from outside: what the user, the operating system or a hostile page would, and look at
 * what came of it. One request at a time over Node's channel.
 */
import { declaredMembers, usedMembers } from '../stands-for.ts';
import { appEvents, ending } from './app.ts';
import { openWindows, type WindowState } from './browser-window.ts';
import { preventable } from './electron-event.ts';
import { heardEvents, knownEvents } from './events.ts';
import { chooseMenuItem, menuItems } from './menu.ts';
import { received } from './received.ts';
import { type Asking, askDevice, askPermission } from './session.ts';
import type { Rectangle } from './settings.ts';
import { type ErrorBox, errorBoxes } from './surroundings.ts';
import { utilityChildren } from './utility-process.ts';

function only(): WindowState {
  const [window, ...others] = openWindows.all;
  if (!window || others.length > 0) throw new Error(`There are ${openWindows.count} windows.`);
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
  secondInstance: () => {
    appEvents.emit('second-instance', preventable('second-instance').event, [], '/', null);
  },

  menu: () => menuItems(),
  chooseMenuItem: (path: readonly string[]) => chooseMenuItem(path),

  askPermission: (asking: Asking) => askPermission(only().page.webContents, asking),
  askDevice: () => askDevice(),

  /** As main-process code would, which is asked about nothing. */
  load: (url: string) => only().page.load(url),
  navigate: (url: string) => only().page.navigate(url),
  attachWebview: () => only().page.attachWebview(),
  speak: ({ url, channel, args }: { url: string; channel: string; args: readonly unknown[] }) =>
    only().page.speak(url, channel, args),

  children: () =>
    utilityChildren.all.map(({ pid, options }) => ({
      pid,
      name: options.serviceName,
      execArgv: options.execArgv,
      environment: options.env,
    })),
  failChild: ({ name, report }: { name: string; report: string }) => child(name).failFatally(report),

  /** How many of the messages that the bundle's listeners were given have this text in them. */
  received: (text: string) => ({ all: received.count, withText: received.countWith(text) }),
  isSandboxed: () => ending.isSandboxed,
  members: () => ({
    declared: [...declaredMembers],
    used: [...usedMembers],
    known: [...knownEvents],
    heard: [...heardEvents],
  }),
};

export type Controls = typeof controls;

export interface ControlRequest {
  readonly id: number;
  readonly control: keyof Controls;
  readonly input: unknown;
}

export type ControlMessage =
  | { readonly event: 'ready'; readonly endpoint: string }
  | { readonly event: 'exiting'; readonly childrenLeft: readonly string[] }
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
