/** Members of a presence channel: each has a real socket of its own, all in this process. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';
import type { ServerAddress } from './sandbox.ts';

/** Opened at one time. */
const atOnce = 25;

export class Crowd {
  readonly #address: ServerAddress;
  readonly #channel: string;
  readonly #sockets = new Map<string, WebSocket>();

  constructor(address: ServerAddress, channel: string) {
    this.#address = address;
    this.#channel = channel;
  }

  /** Resolves when the server has taken them all. */
  async join(userIds: readonly string[]): Promise<void> {
    for (let start = 0; start < userIds.length; start += atOnce) {
      await Promise.all(userIds.slice(start, start + atOnce).map((userId) => this.#join(userId)));
    }
  }

  /** Resolves when their sockets are closed. */
  async leave(userIds: readonly string[]): Promise<void> {
    await Promise.all(
      userIds.map(async (userId) => {
        const socket = this.#sockets.get(userId);
        this.#sockets.delete(userId);
        if (!socket) return;
        socket.close();
        await once(socket, 'close');
      }),
    );
  }

  close(): Promise<void> {
    return this.leave([...this.#sockets.keys()]);
  }

  async #join(userId: string): Promise<void> {
    const { port, key, secret } = this.#address;
    const channel = this.#channel;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/app/${key}?protocol=7`);
    this.#sockets.set(userId, socket);
    const done = Promise.withResolvers<void>();
    socket.on('error', done.reject);
    socket.on('message', (bytes: Buffer) => {
      // Whoever comes later is told to everyone: of no concern here.
      if (bytes.includes('"pusher:connection_established"')) {
        const { socket_id } = JSON.parse(JSON.parse(bytes.toString()).data);
        const channelData = JSON.stringify({ user_id: userId, user_info: { name: `Name of ${userId}` } });
        const text = `${socket_id}:${channel}:${channelData}`;
        const auth = `${key}:${createHmac('sha256', secret).update(text).digest('hex')}`;
        socket.send(
          JSON.stringify({ event: 'pusher:subscribe', data: { channel, auth, channel_data: channelData } }),
        );
      } else if (bytes.includes('"pusher_internal:subscription_succeeded"')) done.resolve();
      else if (bytes.includes('"pusher:error"')) done.reject(new Error(bytes.toString()));
    });
    await done.promise;
  }
}
