/**
 * The bridge: one function to send, one to listen, and a way for channels. It runs sandboxed, knows no method of the
 * contract, and gives the page nothing of Electron's.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { messageChannel, pageChannel, portChannel } from '#shared/lib/bridge-names.ts';

/** Of the page's window, as much as is used here: the main side has no types of the DOM. */
declare const window: {
  readonly location: { readonly origin: string };
  addEventListener(
    type: 'message',
    listener: (event: {
      readonly source: unknown;
      readonly origin: string;
      readonly data: unknown;
      readonly ports: readonly never[];
    }) => void,
  ): void;
};

// Before anything that the page can say, and on the same way.
ipcRenderer.send(pageChannel);

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

// A port can't cross the context bridge: the page posts it to its own window. Whatever came with it is left behind.
window.addEventListener('message', ({ source, origin, data, ports }) => {
  const isOurs = source === window && origin === window.location.origin;
  if (isOurs && data === portChannel && ports.length === 1)
    ipcRenderer.postMessage(portChannel, null, [...ports]);
});
