/** Members over real sockets: what was missed during an outage, and what the server's own list says otherwise. */
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpApi } from '../../../electron/http-api/index.ts';
import { Presence, PresencePoll } from '../../../electron/presence/index.ts';
import { eventually } from '../../support/conditions.ts';
import { connectedLive } from '../../support/live.ts';

const channel = 'presence-room';

function succeeded(ids: readonly string[]): string {
  const hash = Object.fromEntries(ids.map((id) => [id, null]));
  const data = JSON.stringify({ presence: { count: ids.length, ids, hash } });
  return JSON.stringify({ event: 'pusher_internal:subscription_succeeded', channel, data });
}

const removed = (userId: string) =>
  JSON.stringify({
    event: 'pusher_internal:member_removed',
    channel,
    data: JSON.stringify({ user_id: userId }),
  });

describe('members of a presence channel', () => {
  it('are told apart after an outage: who came or went unseen, and who did before our eyes', async () => {
    let ids = ['ana', 'bo'];
    const { server, live, profileId, subscribe, harness } = await connectedLive({
      onSubscribe: () => succeeded(ids),
    });
    await subscribe(channel);
    server.sendRaw(removed('bo'));
    const where = { profileId, channel };
    await eventually(() => live.presence(where)?.table.size === 1);
    await server.stop();
    await eventually(() => live.presence(where) === undefined);
    ids = ['cy'];
    await server.listen();
    await harness.subscribed(profileId, channel);
    const { entries } = (live.presence(where) ?? expect.fail()).timeline.window({
      search: '',
      start: 0,
      count: 10,
    });
    expect(entries.map(({ what, userId }) => [what, userId])).toEqual([
      ['watching', null],
      ['appeared', 'cy'],
      ['vanished', 'ana'],
      ['gap', null],
      ['left', 'bo'],
      ['watching', null],
    ]);
  });

  it('that the server’s list does not have are named, and not those who move while it is asked', async () => {
    const { server, live, profileId, subscribe, profile } = await connectedLive({
      onSubscribe: () => succeeded(['ana', 'ghost', 'leaving']),
    });
    await subscribe(channel);
    const where = { profileId, channel };
    const api = createServer(async (_request, response) => {
      server.sendRaw(removed('leaving'));
      await eventually(() => live.presence(where)?.table.size === 2);
      response.end(JSON.stringify({ users: [{ id: 'ana' }, { id: 'unseen' }] }));
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void api.close());
    const address = api.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const endpoint = { host: '127.0.0.1', port, tls: false, path: '' };
    const asked = {
      ...profile,
      location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    } as const;
    const presence = new Presence({
      profiles: { get: () => asked },
      poll: new PresencePoll(new HttpApi({ signRequest: async () => ({ query: 'auth_key=x' }) })),
      live,
      describe: async () => ({ subscriptions: 5 }),
      onChanged: () => {},
    });
    const { signal } = new AbortController();
    expect(await presence.compare(where, signal)).toMatchObject({
      here: 2,
      there: 2,
      onlyHere: ['ghost'],
      onlyHereCount: 1,
      onlyThere: ['unseen'],
      onlyThereCount: 1,
      subscriptions: 5,
    });
    live.unsubscribe(where);
    await expect(presence.compare(where, signal)).rejects.toMatchObject({ code: 'not_connected' });
  });
});
