/** Chooses the transport by what the page finds, and makes the client over it. */
import { BrowserClipboard } from './browser-clipboard.ts';
import { type Client, createClient } from './client.ts';
import { createElectronTransport } from './electron-transport.ts';
import { createSocketTransport } from './socket-transport.ts';
import { takeToken } from './token.ts';

export type { CallOptions, Client } from './client.ts';
export type { SecretInput, Secrets } from './secrets.ts';
export type { Transport, TransportStatus } from './transport.ts';

/** Undefined: not in Electron, and no token: the page was opened by a bare address. */
export function connectToHost(window: Window): Client | undefined {
  if (window.latchkey) return createClient(createElectronTransport(window.latchkey, window));
  const token = takeToken(window);
  if (!token) return undefined;
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  const transport = createSocketTransport({ url: `${scheme}://${window.location.host}/socket`, token });
  return createClient(transport, new BrowserClipboard(window));
}
