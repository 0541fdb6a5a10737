/**
 * A minimal Channels server written from the protocol alone: it shares no code with the app or its sandbox. It checks
 * signatures for real, and does on demand what no good server would: raw frames, closes, silence.
 */
import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';

const unreadLimitBytes = 1_048_576;

export interface ScriptedServerOptions {
  readonly port?: number;
  /** What follows a subscription with a wrong signature. */
  readonly onBadSignature?: 'silence' | 'error-without-code' | 'error-4009';
  /** Nothing is sent when a socket opens. */
  readonly isWelcomeHeld?: boolean;
  /** Lines for the answer to an upgrade, as `Name: value`. */
  readonly upgradeHeaders?: readonly string[];
  /** In the welcome; 120 if nothing else is said. */
  readonly activityTimeoutSeconds?: number;
  /** The frame that answers a sign-in. None: silence. */
  readonly onSignIn?: string;
  /** The frame that refuses an unknown key. The socket then ends without a code. */
  readonly onUnknownKey?: string;
  /** Frames to send in place of the answer to a subscription. */
  readonly onSubscribe?: (channel: string) => string | undefined;
}

export interface ScriptedFrame {
  readonly event: string;
  readonly channel?: string;
  readonly data?: unknown;
}

interface Client {
  readonly socket: WebSocket;
  readonly socketId: string;
  readonly channels: Set<string>;
  /** By presence channel. */
  readonly memberships: Map<string, { user_id: string; user_info?: unknown }>;
}

export class ScriptedServer {
  readonly appId = String(randomInt(100_000, 1_000_000));
  key = randomBytes(10).toString('hex');
  readonly secret = randomBytes(10).toString('hex');
  /** Everything that clients sent, oldest first. */
  readonly received: ScriptedFrame[] = [];
  /** How many sockets have been opened. */
  accepted = 0;
  port = 0;
  /** Frames are read and not answered, as by a server that lost its network. */
  isDeaf = false;
  isWelcomeHeld: boolean;
  readonly #options: ScriptedServerOptions;
  readonly #clients = new Set<Client>();
  #server: http.Server | undefined;

  private constructor(options: ScriptedServerOptions) {
    this.#options = options;
    this.isWelcomeHeld = options.isWelcomeHeld ?? false;
  }

  static async start(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(options);
    server.port = options.port ?? 0;
    await server.listen();
    return server;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  get socketIds(): string[] {
    return [...this.#clients].map(({ socketId }) => socketId);
  }

  /** Again on the same port, after `stop`. */
  async listen(): Promise<void> {
    const sockets = new WebSocketServer({ noServer: true, maxPayload: 1_048_576 });
    sockets.on('headers', (headers) => headers.push(...(this.#options.upgradeHeaders ?? [])));
    const server = http.createServer((request, response) => this.#answer(request, response));
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      sockets.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket, request.url ?? ''));
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    const address = server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
    this.#server = server;
  }

  /** As if killed: no goodbye. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    for (const { socket } of this.#clients) socket.terminate();
    this.#clients.clear();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  /** Any text or bytes to everyone, or to one. */
  sendRaw(frame: string | Uint8Array, to?: string): void {
    for (const { socket, socketId } of this.#clients) {
      if (to === undefined || to === socketId) socket.send(frame, { binary: false });
    }
  }

  /** Resolves when no client has much left to read. */
  async whenTaken(): Promise<void> {
    for (const { socket } of this.#clients) {
      while (socket.readyState === socket.OPEN && socket.bufferedAmount > unreadLimitBytes) await delay(1);
    }
  }

  sendBinary(bytes: Uint8Array): void {
    for (const { socket } of this.#clients) socket.send(bytes, { binary: true });
  }

  closeAll(code: number, reason = ''): void {
    for (const { socket } of this.#clients) socket.close(code, reason);
  }

  publish(channel: string, event: string, data: string): void {
    for (const client of this.#clients) {
      if (client.channels.has(channel)) send(client, { event, channel, data });
    }
  }

  framesOf(event: string): ScriptedFrame[] {
    return this.received.filter((frame) => frame.event === event);
  }

  #accept(socket: WebSocket, url: string): void {
    this.accepted++;
    socket.on('error', () => {});
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (pathname !== `/app/${this.key}` || searchParams.get('protocol') !== '7') {
      const { onUnknownKey } = this.#options;
      if (onUnknownKey !== undefined) {
        socket.send(onUnknownKey);
        socket.close();
        return;
      }
      const code = pathname === `/app/${this.key}` ? 4007 : 4001;
      socket.send(JSON.stringify({ event: 'pusher:error', data: { code, message: 'Refused' } }));
      socket.close(code, 'Refused');
      return;
    }
    const client: Client = {
      socket,
      socketId: `${randomInt(1, 100_000)}.${randomInt(1, 100_000_000)}`,
      channels: new Set(),
      memberships: new Map(),
    };
    this.#clients.add(client);
    socket.on('close', () => this.#gone(client));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data));
      this.received.push(frame);
      if (!this.isDeaf) this.#handle(client, frame);
    });
    if (this.isWelcomeHeld) return;
    const data = JSON.stringify({
      socket_id: client.socketId,
      activity_timeout: this.#options.activityTimeoutSeconds ?? 120,
    });
    send(client, { event: 'pusher:connection_established', data });
  }

  #handle(client: Client, { event, channel, data }: ScriptedFrame): void {
    if (event === 'pusher:ping') send(client, { event: 'pusher:pong', data: {} });
    else if (event === 'pusher:subscribe') this.#subscribe(client, data as SubscribeData);
    else if (event === 'pusher:signin') {
      if (this.#options.onSignIn !== undefined) client.socket.send(this.#options.onSignIn);
    } else if (event === 'pusher:unsubscribe') this.#leave(client, (data as { channel: string }).channel);
    else if (event.startsWith('client-') && channel && client.channels.has(channel)) {
      for (const other of this.#clients) {
        if (other !== client && other.channels.has(channel)) send(other, { event, channel, data });
      }
    }
  }

  #subscribe(client: Client, { channel, auth, channel_data: channelData }: SubscribeData): void {
    const scripted = this.#options.onSubscribe?.(channel);
    if (scripted !== undefined) {
      client.socket.send(scripted);
      return;
    }
    if (/^(?:private|presence)-/.test(channel) && !this.#isSigned(client, channel, auth, channelData)) {
      this.#refuse(client);
      return;
    }
    client.channels.add(channel);
    let answer: unknown = {};
    if (channel.startsWith('presence-') && channelData !== undefined) {
      const member = JSON.parse(channelData);
      const isNew = !this.#members(channel).some(({ user_id }) => user_id === member.user_id);
      client.memberships.set(channel, member);
      const members = this.#members(channel);
      const ids = [...new Set(members.map(({ user_id }) => user_id))];
      const hash = Object.fromEntries(members.map(({ user_id, user_info }) => [user_id, user_info ?? null]));
      answer = { presence: { count: ids.length, ids, hash } };
      if (isNew) this.#tellOthers(client, channel, 'member_added', member);
    }
    const data = JSON.stringify(answer);
    send(client, { event: 'pusher_internal:subscription_succeeded', channel, data });
  }

  #isSigned(client: Client, channel: string, auth: string | undefined, channelData: string | undefined) {
    const parts = [client.socketId, channel, ...(channelData === undefined ? [] : [channelData])];
    return isSame(auth ?? '', `${this.key}:${this.#sign(parts.join(':'))}`);
  }

  #refuse(client: Client): void {
    const { onBadSignature = 'silence' } = this.#options;
    if (onBadSignature === 'error-without-code') {
      send(client, { event: 'pusher:error', data: { code: null, message: 'Invalid signature' } });
    } else if (onBadSignature === 'error-4009') {
      const data = JSON.stringify({ code: 4009, message: 'Connection is unauthorized' });
      send(client, { event: 'pusher:error', data });
    }
  }

  #members(channel: string) {
    return [...this.#clients].flatMap(({ memberships }) => memberships.get(channel) ?? []);
  }

  #leave(client: Client, channel: string): void {
    client.channels.delete(channel);
    const member = client.memberships.get(channel);
    if (!member) return;
    client.memberships.delete(channel);
    if (this.#members(channel).some(({ user_id }) => user_id === member.user_id)) return;
    this.#tellOthers(client, channel, 'member_removed', { user_id: member.user_id });
  }

  #gone(client: Client): void {
    this.#clients.delete(client);
    for (const channel of client.channels) this.#leave(client, channel);
  }

  #tellOthers(client: Client, channel: string, what: string, data: unknown): void {
    for (const other of this.#clients) {
      if (other === client || !other.channels.has(channel)) continue;
      send(other, { event: `pusher_internal:${what}`, channel, data: JSON.stringify(data) });
    }
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const status = this.#apiStatus(request.method ?? '', request.url ?? '', body);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(status === 200 ? '{}' : JSON.stringify({ error: status }));
    });
  }

  /** POST /apps/ID/events is all there is. */
  #apiStatus(method: string, url: string, body: string): number {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (method !== 'POST' || pathname !== `/apps/${this.appId}/events`) return 404;
    const signature = searchParams.get('auth_signature') ?? '';
    searchParams.delete('auth_signature');
    const query = [...searchParams]
      .map(([name, value]) => `${name.toLowerCase()}=${value}`)
      .sort()
      .join('&');
    const isFresh = Math.abs(Date.now() / 1000 - Number(searchParams.get('auth_timestamp'))) < 600;
    const isIntact = searchParams.get('body_md5') === createHash('md5').update(body).digest('hex');
    const isOurs = searchParams.get('auth_key') === this.key;
    if (!isFresh || !isIntact || !isOurs) return 401;
    if (!isSame(signature, this.#sign(`${method}\n${pathname}\n${query}`))) return 401;
    const { name, data, channel, channels } = JSON.parse(body);
    for (const each of channels ?? [channel]) this.publish(each, name, data);
    return 200;
  }

  #sign(text: string): string {
    return createHmac('sha256', this.secret).update(text).digest('hex');
  }
}

interface SubscribeData {
  readonly channel: string;
  readonly auth?: string;
  readonly channel_data?: string;
}

function send({ socket }: Client, frame: ScriptedFrame): void {
  socket.send(JSON.stringify(frame));
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
