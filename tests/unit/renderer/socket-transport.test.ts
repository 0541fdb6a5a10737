import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { createSocketTransport } from '../../../renderer/bridge/socket-transport.ts';
import { takeToken } from '../../../renderer/bridge/token.ts';
import type { Transport, TransportStatus } from '../../../renderer/bridge/transport.ts';

const servers: WebSocketServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});

async function startServer(): Promise<{ server: WebSocketServer; url: string }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  servers.push(server);
  await once(server, 'listening');
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/socket` };
}

async function nextConnection(server: WebSocketServer): Promise<ServerSocket> {
  const [socket] = (await once(server, 'connection')) as [ServerSocket];
  return socket;
}

async function nextMessage(socket: ServerSocket): Promise<unknown> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return JSON.parse(data.toString());
}

function statusOf(transport: Transport, state: TransportStatus['state']): Promise<void> {
  if (transport.status.state === state) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = transport.onStatus((status) => {
      if (status.state !== state) return;
      stop();
      resolve();
    });
  });
}

describe('the web host’s transport', () => {
  const token = randomBytes(32).toString('hex');

  it('says its token first, and holds calls until it is welcome', async () => {
    const { server, url } = await startServer();
    const connection = nextConnection(server);
    const transport = createSocketTransport({ url, token });
    transport.send({ type: 'call', id: 0, method: 'live.list', input: {} });
    const socket = await connection;
    expect(await nextMessage(socket)).toEqual({ type: 'hello', token });
    const call = nextMessage(socket);
    socket.send(JSON.stringify({ type: 'welcome' }));
    expect(await call).toEqual({ type: 'call', id: 0, method: 'live.list', input: {} });
    expect(transport.status.state).toBe('online');
  });

  it('comes back by itself after the host was gone', async () => {
    const { server, url } = await startServer();
    const first = nextConnection(server);
    const transport = createSocketTransport({ url, token });
    const socket = await first;
    await nextMessage(socket);
    socket.send(JSON.stringify({ type: 'welcome' }));
    await statusOf(transport, 'online');
    const second = nextConnection(server);
    socket.terminate();
    await statusOf(transport, 'offline');
    const next = await second;
    expect(await nextMessage(next)).toEqual({ type: 'hello', token });
    next.send(JSON.stringify({ type: 'welcome' }));
    await statusOf(transport, 'online');
  });

  it('stops trying when the host does not know the token', async () => {
    const { server, url } = await startServer();
    server.on('connection', (socket) => socket.close(4401, 'The token is wrong'));
    const transport = createSocketTransport({ url, token });
    await statusOf(transport, 'refused');
    expect(transport.status.state).toBe('refused');
  });
});

describe('the token', () => {
  function place(hash: string, stored: Record<string, string> = {}) {
    const urls: string[] = [];
    return {
      urls,
      stored,
      location: { hash, pathname: '/', search: '' },
      history: { replaceState: (_data: unknown, _unused: string, url: string) => urls.push(url) },
      sessionStorage: {
        getItem: (name: string) => stored[name] ?? null,
        setItem: (name: string, value: string) => {
          stored[name] = value;
        },
      },
    };
  }

  it('leaves the address bar at once, and is kept for the tab', () => {
    const given = randomBytes(16).toString('hex');
    const first = place(`#token=${given}`);
    expect(takeToken(first)).toBe(given);
    expect(first.urls).toEqual(['/']);
    expect(takeToken(place('', first.stored))).toBe(given);
  });

  it('is undefined when the page was opened by its bare address', () => {
    expect(takeToken(place(''))).toBeUndefined();
  });
});
