/** The page's own client over the web host's socket, without a page; and all that crossed. */
import { WebSocket } from 'ws';
import { Admission } from '../../renderer/bridge/admission.ts';
import { type Client, createClient } from '../../renderer/bridge/client.ts';
import { createSocketTransport } from '../../renderer/bridge/socket-transport.ts';

export interface SocketClient {
  readonly client: Client;
  readonly received: readonly string[];
  close(): void;
}

/** @param url As the web host prints it, with a ticket that has not been used. */
export function openSocketClient(url: string): SocketClient {
  const { origin, host, hash } = new URL(url);
  const kept = new Map<string, string>();
  const admission = Admission.read({
    location: { hash, pathname: '/', search: '' },
    history: { replaceState: () => {} },
    sessionStorage: {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => kept.set(name, value),
      removeItem: (name) => kept.delete(name),
    },
    crypto,
  });
  if (!admission) throw new Error('The URL has no ticket');
  const received: string[] = [];
  let socket: WebSocket | undefined;
  const transport = createSocketTransport({
    url: `ws://${host}/socket`,
    admission,
    openSocket: (address) => {
      socket = new WebSocket(address, { origin });
      socket.on('error', () => {});
      socket.on('message', (data) => received.push(String(data)));
      return socket as unknown as globalThis.WebSocket;
    },
  });
  const client = createClient(transport);
  return {
    client,
    received,
    close: () => {
      client.close();
      socket?.removeAllListeners();
      socket?.on('error', () => {});
      socket?.terminate();
    },
  };
}
