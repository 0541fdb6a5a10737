/** The page's own client over the web host's socket, without a page; and all that crossed. */
import { WebSocket } from 'ws';
import { type Client, createClient } from '../../renderer/bridge/client.ts';
import { createSocketTransport } from '../../renderer/bridge/socket-transport.ts';

export interface SocketClient {
  readonly client: Client;
  readonly received: readonly string[];
  close(): void;
}

/** @param url As the web host prints it, with its token. */
export function openSocketClient(url: string): SocketClient {
  const { origin, host, hash } = new URL(url);
  const received: string[] = [];
  let socket: WebSocket | undefined;
  const transport = createSocketTransport({
    url: `ws://${host}/socket`,
    token: new URLSearchParams(hash.slice(1)).get('token') ?? '',
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
