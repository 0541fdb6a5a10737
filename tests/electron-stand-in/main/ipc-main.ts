/** `ipcMain`: what the pages' preload scripts send. */
import type { IpcMain, IpcMainEvent } from 'electron';
import { standsFor } from '../stands-for.ts';
import { received } from './received.ts';

// biome-ignore lint/suspicious/noExplicitAny: Electron's own listener type.
type Listener = (event: IpcMainEvent, ...args: any[]) => void;

const listeners = new Map<string, Set<Listener>>();

export const ipcMain: IpcMain = standsFor<IpcMain>('ipcMain')({
  on(channel, listener) {
    listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
    return ipcMain;
  },
  off(channel, listener) {
    listeners.get(channel)?.delete(listener);
    return ipcMain;
  },
});

export function receiveMessage(event: IpcMainEvent, channel: string, args: readonly unknown[]): void {
  received.add(args);
  for (const listener of [...(listeners.get(channel) ?? [])]) listener(event, ...args);
}
