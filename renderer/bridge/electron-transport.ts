/** In Electron: the two functions that the preload script exposes, and its ear for channels. */
import type { ClientMessage } from '#shared/contract/wire.ts';
import { portChannel } from '#shared/lib/bridge-names.ts';
import type { Transport } from './transport.ts';
import { VaultPort } from './vault-port.ts';

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

export function createElectronTransport(
  bridge: LatchkeyBridge,
  page: Pick<Window, 'postMessage' | 'location'>,
): Transport {
  return {
    send: (message) => bridge.send(message),
    onMessage: (listener) => bridge.onMessage(listener),
    status: { state: 'online' },
    // The window and the main process live and die together.
    onStatus: () => () => undefined,
    retry: () => undefined,
    // The preload script hears what is posted to the page's own window, and passes the port on.
    openVaultPort: (signal) =>
      VaultPort.open((port) => page.postMessage(portChannel, page.location.origin, [port]), signal),
  };
}
