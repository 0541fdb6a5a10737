/** What is left of the page's messages in the web host's buffers. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { readMessage } from '../../../electron/hosts/web/messages.ts';
import { SecretSearch } from '../../support/secret-search.ts';

async function messageAt(text: string): Promise<RawData> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    client.terminate();
    server.close();
  });
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  const received = once(socket, 'message');
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open');
  client.send(text);
  return ((await received) as [RawData])[0];
}

describe('a message of the page', () => {
  it('is wiped from the buffer that it came in, once it was read', async () => {
    const value = randomBytes(20).toString('hex');
    const data = await messageAt(JSON.stringify({ type: 'call', value }));
    // Not only its own part of it: all that the socket has read into.
    const buffer = Buffer.from((data as Buffer).buffer);
    const search = new SecretSearch([{ name: 'the secret', value }]);
    expect(search.inBytes('the buffer', buffer)).toHaveLength(1);
    expect(readMessage(data)).toEqual({ type: 'call', value });
    expect(search.inBytes('the buffer', buffer)).toEqual([]);
  });

  it('is wiped as well when it is no JSON, and is undefined', async () => {
    const value = randomBytes(20).toString('hex');
    const data = await messageAt(`{"value":"${value}`);
    expect(readMessage(data)).toBeUndefined();
    expect(new Uint8Array(data as Buffer).every((byte) => byte === 0)).toBe(true);
  });
});
