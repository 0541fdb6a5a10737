/** What is said of a server that gives no answer. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Profile } from '#shared/contract/profiles.ts';
import { HttpApi } from '../../../electron/http-api/index.ts';

const api = new HttpApi({ signRequest: async () => ({ query: 'auth_key=x' }) });

function ask(host: string, port: number) {
  const endpoint = { host, port, tls: false, path: '' };
  const profile: Profile = {
    profileId: randomUUID(),
    name: 'Shop',
    environment: 'local',
    dialect: 'other',
    appId: '1',
    key: 'key',
    location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    createdAt: 0,
    updatedAt: 0,
  };
  return api.request({ profile, method: 'GET', path: '/channels' });
}

describe('a request that gets no answer', () => {
  it.each([1, 6000, 6667])('says that port %i is one that HTTP clients refuse', async (port) => {
    await expect(ask('127.0.0.1', port)).rejects.toMatchObject({
      code: 'offline',
      retryable: false,
      message: expect.stringContaining(`port ${port} belongs to another protocol`),
      hint: expect.stringContaining('another port'),
    });
  });

  it('says that an address can’t exist', async () => {
    await expect(ask('256.256.256.256', 80)).rejects.toMatchObject({
      code: 'offline',
      message: expect.stringContaining('not an address'),
    });
  });

  it('says that what answers is not HTTP', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(ask('127.0.0.1', port)).rejects.toMatchObject({
      code: 'offline',
      message: expect.stringContaining('not HTTP'),
    });
  });
});
