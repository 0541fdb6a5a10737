/** The contract over Electron's IPC. Messages of any frame but the window's own page are dropped. */
import { type BrowserWindow, type IpcMainEvent, ipcMain } from 'electron';
import type { ServerMessage } from '#shared/contract/wire.ts';
import type { Session } from '../../ipc/index.ts';
import { pageOrigin } from './scheme.ts';

/** The same name in the preload script. */
export const messageChannel = 'latchkey:message';

export function serveWindow(
  window: BrowserWindow,
  openSession: (send: (message: ServerMessage) => void) => Session,
): void {
  const { webContents } = window;
  let session: Session | undefined;
  const open = () => {
    session?.close();
    session = openSession((message) => {
      if (!webContents.isDestroyed()) webContents.send(messageChannel, message);
    });
  };
  const receive = (event: IpcMainEvent, message: unknown) => {
    if (event.sender !== webContents || !isOurPage(event)) return;
    void session?.receive(message);
  };
  open();
  ipcMain.on(messageChannel, receive);
  // A page that was reloaded knows nothing of the calls of the one before.
  webContents.on('did-start-navigation', (details) => {
    if (details.isMainFrame && !details.isSameDocument) open();
  });
  window.once('closed', () => {
    ipcMain.off(messageChannel, receive);
    session?.close();
  });
}

function isOurPage(event: IpcMainEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && frame.url.startsWith(`${pageOrigin}/`);
}
