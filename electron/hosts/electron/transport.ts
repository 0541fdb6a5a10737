/**
 * The contract over Electron's IPC, and the channels that the page opens to the vault process. Messages of any frame
 * but the window's own page are dropped.
 */
import { type BrowserWindow, type IpcMainEvent, ipcMain } from 'electron';
import type { ServerMessage } from '#shared/contract/wire.ts';
import { messageChannel, pageChannel, portChannel } from '#shared/lib/bridge-names.ts';
import type { Session } from '../../ipc/index.ts';
import type { PassedPort } from '../../processes/port.ts';
import { pageOrigin } from './scheme.ts';

/** @param passPort Is given each channel's end as it came: nothing here listens on it, as secrets pass there. */
export function serveWindow(
  window: BrowserWindow,
  openSession: (send: (message: ServerMessage) => void) => Session,
  passPort: (port: PassedPort) => void,
): void {
  const { webContents } = window;
  let session: Session | undefined;
  const close = () => {
    session?.close();
    session = undefined;
  };
  // Told by each page's own preload script: a navigation that is refused has begun too, and the page that it would
  // have replaced goes on. Where that page is does not matter yet, as its messages are looked at one by one.
  const begin = (event: IpcMainEvent) => {
    if (event.sender !== webContents || event.senderFrame?.parent) return;
    close();
    session = openSession((message) => {
      if (!webContents.isDestroyed()) webContents.send(messageChannel, message);
    });
  };
  const isOurs = (event: IpcMainEvent) => event.sender === webContents && isOurPage(event);
  const receive = (event: IpcMainEvent, message: unknown) => {
    if (isOurs(event)) void session?.receive(message);
  };
  const receivePort = (event: IpcMainEvent) => {
    const [port, ...others] = event.ports;
    if (port && others.length === 0 && isOurs(event)) passPort(port);
    else for (const refused of event.ports) refused.close();
  };
  ipcMain.on(pageChannel, begin);
  ipcMain.on(messageChannel, receive);
  ipcMain.on(portChannel, receivePort);
  webContents.on('render-process-gone', close);
  window.once('closed', () => {
    ipcMain.off(pageChannel, begin);
    ipcMain.off(messageChannel, receive);
    ipcMain.off(portChannel, receivePort);
    close();
  });
}

function isOurPage(event: IpcMainEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && frame.url.startsWith(`${pageOrigin}/`);
}
