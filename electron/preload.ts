/**
 * The bridge: one function to send, one to listen. It runs sandboxed, knows no method of the contract, and gives the
 * page nothing of Electron's.
 */
import { contextBridge, ipcRenderer } from 'electron';

/** The same name in `hosts/electron/transport.ts`. */
const messageChannel = 'latchkey:message';

contextBridge.exposeInMainWorld('latchkey', {
  send: (message: unknown) => ipcRenderer.send(messageChannel, message),
  onMessage: (listener: (message: unknown) => void) => {
    const entry = (_event: unknown, message: unknown) => listener(message);
    ipcRenderer.on(messageChannel, entry);
    return () => {
      ipcRenderer.off(messageChannel, entry);
    };
  },
});
