/**
 * Runs in a world of its own beside the page's, before the preload script, and is what that script requires. Built into
 * one script with it: the page's policy allows no other way in.
 */
import type { ContextBridge, IpcRenderer, IpcRendererEvent } from 'electron';
import { standsFor } from '../stands-for.ts';
import type { PreloadMessage } from '../wire.ts';
import { bridgeEnd, type Exposed, exposedEvent, portEvent } from './bridge.ts';
import { decodeValue, encodeValue } from './codec.ts';

declare global {
  /** Made by Chromium, in this world only: carries text to the main process. */
  var standInSay: (text: string) => void;
  /** Called by the main process, with what `encodeValue` made. */
  var standInDeliver: (channel: string, args: unknown) => void;
  /** The same, for what was said on a port. */
  var standInPort: (port: number, data: unknown) => void;
  var standInPortClosed: (port: number) => void;
}

// biome-ignore lint/suspicious/noExplicitAny: Electron's own listener type.
type Listener = (event: IpcRendererEvent, ...args: any[]) => void;

const { port1: port } = new MessageChannel();
document.dispatchEvent(new MessageEvent(portEvent, { ports: [port] }));
const end = bridgeEnd(port, 'preload');

const contextBridge = standsFor<ContextBridge>('contextBridge')({
  exposeInMainWorld(key, api) {
    const data: Exposed = { key, api: end.copyOut(api) };
    port.dispatchEvent(new MessageEvent(exposedEvent, { data }));
  },
});

const say = (message: PreloadMessage) => globalThis.standInSay(JSON.stringify(message));

const ports = new Map<number, MessagePort>();
let nextPort = 0;

/** The end stays here and its messages go on, as a port itself can't. @returns its number */
function relay(passed: MessagePort): number {
  const id = nextPort++;
  ports.set(id, passed);
  passed.addEventListener('message', ({ data }) => say({ kind: 'said', port: id, data: encodeValue(data) }));
  passed.addEventListener('close', () => {
    if (ports.delete(id)) say({ kind: 'closed', port: id });
  });
  passed.start();
  return id;
}

globalThis.standInPort = (id, data) => ports.get(id)?.postMessage(decodeValue(data));
globalThis.standInPortClosed = (id) => {
  ports.get(id)?.close();
  ports.delete(id);
};

const listeners = new Map<string, Set<Listener>>();
const ipcRenderer: IpcRenderer = standsFor<IpcRenderer>('ipcRenderer')({
  send(channel, ...args) {
    say({ kind: 'message', channel, args: encodeValue(args), ports: [] });
  },
  postMessage(channel, message, transfer = []) {
    say({ kind: 'message', channel, args: encodeValue([message]), ports: transfer.map(relay) });
  },
  on(channel, listener) {
    listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
    return ipcRenderer;
  },
  off(channel, listener) {
    listeners.get(channel)?.delete(listener);
    return ipcRenderer;
  },
});

globalThis.standInDeliver = (channel, args) => {
  for (const listener of listeners.get(channel) ?? []) {
    const event = standsFor<IpcRendererEvent>('IpcRendererEvent')({});
    listener(event, ...(decodeValue(args) as unknown[]));
  }
};

/** Of the modules that a sandboxed preload script may have, this is the one that Latchkey's asks for. */
export function require(name: string): unknown {
  if (name !== 'electron') throw new Error(`module not found: ${name}`);
  return standsFor<Record<string, object>>('electron')({ contextBridge, ipcRenderer });
}
