import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { Admission } from '../../../renderer/bridge/admission.ts';
import { createSocketTransport } from '../../../renderer/bridge/socket-transport.ts';
import type { Transport, TransportStatus } from '../../../renderer/bridge/transport.ts';
import { eventually } from '../../support/conditions.ts';

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

const createTicket = () => randomBytes(32).toString('base64url');

/** A tab of a browser, opened at this fragment. */
function tab(hash: string, stored: Record<string, string> = {}) {
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
      removeItem: (name: string) => {
        delete stored[name];
      },
    },
    crypto: globalThis.crypto,
  };
}

function admissionOf(place: ReturnType<typeof tab>): Admission {
  const admission = Admission.read(place);
  if (!admission) throw new Error('This tab has nothing to say');
  return admission;
}

describe('the web host’s transport', () => {
  it('says its hello first, and holds calls until it is welcome', async () => {
    const { server, url } = await startServer();
    const connection = nextConnection(server);
    const ticket = createTicket();
    const admission = admissionOf(tab(`#ticket=${ticket}`));
    const transport = createSocketTransport({ url, admission });
    transport.send({ type: 'call', id: 0, method: 'live.list', input: {} });
    const socket = await connection;
    expect(await nextMessage(socket)).toEqual({
      type: 'hello',
      ticket,
      session: expect.stringMatching(/^[\w-]{43}$/),
    });
    const call = nextMessage(socket);
    socket.send(JSON.stringify({ type: 'welcome' }));
    expect(await call).toEqual({ type: 'call', id: 0, method: 'live.list', input: {} });
    expect(transport.status.state).toBe('online');
  });

  it('comes back by itself after the host was gone, by its session and without the ticket', async () => {
    const { server, url } = await startServer();
    const first = nextConnection(server);
    const transport = createSocketTransport({
      url,
      admission: admissionOf(tab(`#ticket=${createTicket()}`)),
    });
    const socket = await first;
    const { session } = (await nextMessage(socket)) as { session: string };
    socket.send(JSON.stringify({ type: 'welcome' }));
    await statusOf(transport, 'online');
    const second = nextConnection(server);
    socket.terminate();
    await statusOf(transport, 'offline');
    const next = await second;
    expect(await nextMessage(next)).toEqual({ type: 'hello', session });
    next.send(JSON.stringify({ type: 'welcome' }));
    await statusOf(transport, 'online');
  });

  it('says the same again when it was lost before it was welcomed', async () => {
    const { server, url } = await startServer();
    const first = nextConnection(server);
    createSocketTransport({ url, admission: admissionOf(tab(`#ticket=${createTicket()}`)) });
    const socket = await first;
    const said = await nextMessage(socket);
    const second = nextConnection(server);
    socket.terminate();
    expect(await nextMessage(await second)).toEqual(said);
  });

  it.each([
    [4401, 'unknown'],
    [4402, 'used'],
    [4403, 'expired'],
  ])('stops trying when the host does not let its link in (%i)', async (code, reason) => {
    const { server, url } = await startServer();
    let connections = 0;
    server.on('connection', (socket) => {
      connections++;
      socket.close(code, 'Not admitted');
    });
    const transport = createSocketTransport({
      url,
      admission: admissionOf(tab(`#ticket=${createTicket()}`)),
    });
    await statusOf(transport, 'refused');
    expect(transport.status).toEqual({ state: 'refused', what: 'link', reason });
    expect(connections).toBe(1);
  });

  it('tells a tab that had been let in from a link that was refused', async () => {
    const { server, url } = await startServer();
    server.on('connection', (socket) => socket.close(4401, 'Not admitted'));
    const admission = admissionOf(tab('', { 'latchkey-session': createTicket() }));
    const transport = createSocketTransport({ url, admission });
    await statusOf(transport, 'refused');
    expect(transport.status).toEqual({ state: 'refused', what: 'tab', reason: 'unknown' });
  });

  it('goes by its session when a link that was opened in a tab is no good', async () => {
    const { server, url } = await startServer();
    const session = createTicket();
    const stored = { 'latchkey-session': session };
    const place = tab(`#ticket=${createTicket()}`, stored);
    const first = nextConnection(server);
    const transport = createSocketTransport({ url, admission: admissionOf(place) });
    transport.send({ type: 'call', id: 0, method: 'live.list', input: {} });
    const refusing = await first;
    await nextMessage(refusing);
    const second = nextConnection(server);
    refusing.close(4402, 'Not admitted: used');
    const socket = await second;
    expect(await nextMessage(socket)).toEqual({ type: 'hello', session });
    const call = nextMessage(socket);
    socket.send(JSON.stringify({ type: 'welcome' }));
    expect(await call).toMatchObject({ method: 'live.list' });
    expect(stored).toEqual({ 'latchkey-session': session });
  });
});

describe('a link that is opened in a tab that is here already', () => {
  it('is said on a new connection, whatever became of the one before', async () => {
    const { server, url } = await startServer();
    const stored = { 'latchkey-session': createTicket() };
    const refusing = nextConnection(server);
    const admission = admissionOf(tab('', stored));
    const transport = createSocketTransport({ url, admission });
    const statuses: string[] = [];
    transport.onStatus(({ state }) => statuses.push(state));
    const first = await refusing;
    await nextMessage(first);
    first.close(4401, 'Not admitted');
    await statusOf(transport, 'refused');

    for (const ticket of [createTicket(), createTicket()]) {
      const connection = nextConnection(server);
      expect(admission.arrive(tab(`#ticket=${ticket}`, stored))).toBe(true);
      transport.reopen();
      const socket = await connection;
      expect(await nextMessage(socket)).toMatchObject({ type: 'hello', ticket });
      socket.send(JSON.stringify({ type: 'welcome' }));
      await statusOf(transport, 'online');
    }
    expect(statuses).toEqual(['refused', 'offline', 'online', 'offline', 'online']);
    await eventually(() => server.clients.size === 1, { what: 'the connections before closed' });
  });
});

describe('the ticket', () => {
  it('leaves the address bar at once, and is kept until it has been used', () => {
    const ticket = createTicket();
    const place = tab(`#ticket=${ticket}`);
    const admission = admissionOf(place);
    expect(place.urls).toEqual(['/']);
    expect(admission.hello.ticket).toBe(ticket);
    expect(admissionOf(tab('', place.stored)).hello).toEqual(admission.hello);
    admission.admitted();
    expect(JSON.stringify(place.stored)).not.toContain(ticket);
    expect(admissionOf(tab('', place.stored)).hello).toEqual({
      type: 'hello',
      session: admission.hello.session,
    });
  });

  it('brings a new session name each time, so that none is good in two runs', () => {
    const place = tab(`#ticket=${createTicket()}`);
    const first = admissionOf(place);
    first.admitted();
    const second = admissionOf(tab(`#ticket=${createTicket()}`, place.stored));
    expect(second.hello.session).not.toBe(first.hello.session);
  });

  it('is not there when the page was opened by its bare address', () => {
    expect(Admission.read(tab(''))).toBeUndefined();
    expect(Admission.read(tab('#ticket='))).toBeUndefined();
    expect(Admission.read(tab('#elsewhere'))).toBeUndefined();
  });
});
