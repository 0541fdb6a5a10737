/** In Electron: the two functions that the preload script exposes. */
import type { ClientMessage } from '#shared/contract/wire.ts';
import type { Transport } from './transport.ts';

export interface LatchkeyBridge {
  send(message: ClientMessage): void;
  /** Returns the function that stops it. */
  onMessage(listener: (message: unknown) => void): () => void;
}

declare global {
  interface Window {
    readonly latchkey?: LatchkeyBridge;
  }
}

export function createElectronTransport(bridge: LatchkeyBridge): Transport {
  return {
    send: (message) => bridge.send(message),
    onMessage: (listener) => bridge.onMessage(listener),
    status: { state: 'online' },
    // The window and the main process live and die together.
    onStatus: () => () => undefined,
    retry: () => undefined,
  };
}
