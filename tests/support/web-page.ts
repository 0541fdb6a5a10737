/** The page's own bridge in a test, over a real socket, without a browser: a tab that opens a URL of the web host. */
import { WebSocket as NodeSocket } from 'ws';
import { Admission } from '../../renderer/bridge/admission.ts';
import { type Client, createClient } from '../../renderer/bridge/client.ts';
import { createSocketTransport } from '../../renderer/bridge/socket-transport.ts';
import type { TransportStatus } from '../../renderer/bridge/transport.ts';
import { eventually } from './conditions.ts';

/** A browser's tab, as far as the bridge sees it: an address, and storage that outlives each page in it. */
export class Tab {
  readonly stored: Map<string, string>;
  readonly crypto = globalThis.crypto;
  readonly sessionStorage = {
    getItem: (name: string) => this.stored.get(name) ?? null,
    setItem: (name: string, value: string) => void this.stored.set(name, value),
    removeItem: (name: string) => void this.stored.delete(name),
  };
  readonly history = {
    replaceState: (_data: unknown, _unused: string, url: string) => {
      this.#url = new URL(url, this.#url);
    },
  };
  readonly #sockets: NodeSocket[] = [];
  #isClosed = false;
  #url = new URL('about:blank');

  /** @param original the tab that this one is a duplicate of: browsers copy what it stored. */
  constructor(original?: Tab) {
    this.stored = new Map(original?.stored);
  }

  /** What the address bar shows. */
  get location(): URL {
    return this.#url;
  }

  /** Loads the page at this URL. Undefined: it was a bare address, and the tab has been let in by no other. */
  open(url: string): Client | undefined {
    this.#url = new URL(url);
    const { origin, host } = this.#url;
    const admission = Admission.read(this);
    return (
      admission &&
      createClient(
        createSocketTransport({
          url: `ws://${host}/socket`,
          admission,
          openSocket: (address) => this.#connect(address, origin),
        }),
      )
    );
  }

  /** Its connection breaks, without a word. The page makes another. */
  breakConnection(): void {
    this.#sockets.at(-1)?.terminate();
  }

  close(): void {
    this.#isClosed = true;
    this.breakConnection();
  }

  #connect(address: string, origin: string): WebSocket {
    // A page that is gone tries nothing more: what it gets never opens.
    if (this.#isClosed) return new EventTarget() as WebSocket;
    const socket = new NodeSocket(address, { origin });
    this.#sockets.push(socket);
    socket.on('error', () => {});
    return socket as unknown as WebSocket;
  }
}

/** Waits until the host has let this page in or turned it away. */
export async function settled(client: Client | undefined, withinMs = 10_000): Promise<TransportStatus> {
  if (!client) throw new Error('The page had nothing to say to the host');
  return eventually(() => (['online', 'refused'].includes(client.status.state) ? client.status : undefined), {
    withinMs,
    what: 'an answer of the host',
  });
}

export interface OpenPage {
  readonly client: Client;
  readonly tab: Tab;
}

/** A page that has been let in by this URL. */
export async function openPage(url: string): Promise<OpenPage> {
  const tab = new Tab();
  const client = tab.open(url);
  const status = await settled(client);
  if (!client || status.state !== 'online') throw new Error(`Not let in: ${JSON.stringify(status)}`);
  return { client, tab };
}
