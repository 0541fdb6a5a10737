import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import type { Profile } from '#shared/contract/profiles.ts';
import { HttpApi } from '../../../electron/http-api/index.ts';
import { PresencePoll } from '../../../electron/presence/index.ts';

/** Polls a server that answers with `answer`. */
async function poll(answer: unknown) {
  const server = createServer((_request, response) => response.end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('It does not listen');
  const endpoint = { host: '127.0.0.1', port: address.port, tls: false, path: '' };
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
  const api = new HttpApi({ signRequest: async () => ({ query: 'auth_key=x' }) });
  return new PresencePoll(api, () => 1).poll(profile, 'presence-x', new AbortController().signal);
}

it('lists ids as text, whatever the server sends them as', async () => {
  const longest = 'x'.repeat(4096);
  expect(await poll({ users: [{ id: 7 }, { id: longest }] })).toEqual({ userIds: ['7', longest], at: 1 });
});

it('refuses an answer with a user id that is too long, and says so', async () => {
  await expect(poll({ users: [{ id: 'ana' }, { id: 'x'.repeat(4097) }] })).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('too long'),
  });
});
