/** Chooses the transport by what the page finds, and makes the client over it. */
import { Admission, ticketIn } from './admission.ts';
import { BrowserClipboard } from './browser-clipboard.ts';
import { type Client, createClient } from './client.ts';
import { createElectronTransport } from './electron-transport.ts';
import { createSocketTransport } from './socket-transport.ts';

export type { CallOptions, Client } from './client.ts';
export type {
  BundleInput,
  BundleToOpen,
  PassphraseEnd,
  PassphraseInput,
  PassphraseWay,
  SecretInput,
  Secrets,
} from './secrets.ts';
export type { Transport, TransportStatus } from './transport.ts';

/** Undefined: not in Electron, and no link: the page was opened by its bare address. */
export function connectToHost(window: Window): Client | undefined {
  if (window.latchkey) return createClient(createElectronTransport(window.latchkey, window));
  const admission = Admission.read(window);
  if (!admission) {
    onLink(window, () => window.location.reload());
    return undefined;
  }
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  const transport = createSocketTransport({ url: `${scheme}://${window.location.host}/socket`, admission });
  onLink(window, () => {
    admission.arrive(window);
    transport.reopen();
  });
  return createClient(transport, new BrowserClipboard(window));
}

/** A link that is opened in a tab which is here already changes nothing but the fragment. */
function onLink(window: Window, listener: () => void): void {
  window.addEventListener('hashchange', () => {
    if (ticketIn(window.location.hash)) listener();
  });
}
