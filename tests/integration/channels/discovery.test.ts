/** Discovery against a server that answers as scripted: its pace, its cost, and what servers do differently. */
import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChannelsStatus } from '#shared/contract/channels.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { Channels, type Subscriber } from '../../../electron/channels/index.ts';
import { HttpApi } from '../../../electron/http-api/index.ts';
import { Database, Preferences } from '../../../electron/storage/index.ts';
import { eventually } from '../../support/conditions.ts';
import { profileFor } from '../../support/live.ts';
import { temporaryFolder } from '../../support/temporary.ts';

type Answer = { readonly status: number; readonly body?: unknown };

/** @param answer by the query of a request */
async function discover(answer: (query: URLSearchParams, path: string) => Answer) {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    url.searchParams.delete('auth_key');
    asked.push(`${url.pathname}${url.search}`);
    const { status, body } = answer(url.searchParams, url.pathname);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const profile = profileFor({ port, key: 'key', appId: '1' });
  const { profileId } = profile;
  const database = await Database.open(temporaryFolder());
  const signer = { isLocked: false };
  const live = {
    connection: undefined as ReturnType<Subscriber['list']>[number] | undefined,
    subscribed: [] as string[],
  };
  const statuses: ChannelsStatus[] = [];
  const channels = new Channels({
    profiles: { get: () => profile },
    api: new HttpApi({
      signRequest: async ({ query = {} }) => {
        if (signer.isLocked) throw new AppError('vault_locked', 'The vault is locked.');
        return { query: new URLSearchParams({ ...query, auth_key: 'key' }).toString() };
      },
    }),
    live: {
      list: () => (live.connection ? [live.connection] : []),
      subscribe: ({ channel }) => live.subscribed.push(channel),
      unsubscribe: () => {},
    },
    history: { channelRates: async () => [], lastSeen: async () => null },
    preferences: new Preferences(database),
    onChanged: (status) => statuses.push(status),
    onBug: (error) => expect.fail(String(error)),
    secondMs: 10,
  });
  onTestFinished(() => {
    channels.close();
    database.close();
  });
  const lines = async () => {
    const question = { profileId, search: '', show: 'all', toggled: [], start: 0, count: 100 } as const;
    const answered = await channels.lines(question);
    return answered.lines.flatMap(({ channel }) => (channel ? [channel] : []));
  };
  return { channels, profileId, profile, asked, lines, signer, live, statuses, server };
}

describe('discovery', () => {
  it('asks for users apart, and only where there are presence channels', async () => {
    let hasRoom = false;
    const { channels, profileId, asked, lines } = await discover((query) => {
      if (query.get('filter_by_prefix') === 'presence-') {
        return {
          status: 200,
          body: { channels: { 'presence-room': { user_count: 2, subscription_count: 3 } } },
        };
      }
      const room = hasRoom ? { 'presence-room': { subscription_count: 3 } } : {};
      return { status: 200, body: { channels: { news: { subscription_count: 1 }, ...room } } };
    });
    await channels.askNow(profileId);
    expect(asked).toEqual(['/apps/1/channels?info=subscription_count']);
    hasRoom = true;
    const status = await channels.askNow(profileId);
    expect(asked.slice(1)).toEqual([
      '/apps/1/channels?info=subscription_count',
      '/apps/1/channels?filter_by_prefix=presence-&info=user_count%2Csubscription_count',
    ]);
    expect(status).toMatchObject({ requests: 3, found: 2, failure: null });
    expect(await lines()).toMatchObject([
      { channel: 'news', isOccupied: true, subscriptions: 1, users: null },
      { channel: 'presence-room', isOccupied: true, subscriptions: 3, users: 2 },
    ]);
  });

  it('asks no further for counts that a server refuses to tell, and shows them as unknown', async () => {
    const { channels, profileId, asked, lines } = await discover((query) => {
      const info = query.get('info') ?? '';
      if (info.includes('subscription_count')) return { status: 400, body: 'not enabled' };
      if (query.get('filter_by_prefix') === null) {
        return { status: 200, body: { channels: { news: {}, 'presence-room': {} } } };
      }
      return { status: 200, body: { channels: { 'presence-room': { user_count: 5 } } } };
    });
    await channels.askNow(profileId);
    const first = asked.length;
    const status = await channels.askNow(profileId);
    expect(asked.length - first).toBe(2);
    expect(status).toMatchObject({ areCountsRefused: true, failure: null });
    expect(await lines()).toMatchObject([
      { channel: 'news', subscriptions: null },
      { channel: 'presence-room', subscriptions: null, users: 5 },
    ]);
  });

  it('needs one request where a server tells counts unasked, and reads an empty list of PHP', async () => {
    let isEmpty = false;
    const { channels, profileId, asked, lines } = await discover(() => ({
      status: 200,
      body: isEmpty
        ? { channels: [] }
        : {
            channels: {
              'presence-a': { subscription_count: 4, user_count: 2, occupied: true },
              gone: { subscription_count: 0, occupied: false },
            },
          },
    }));
    await channels.askNow(profileId);
    expect(asked).toHaveLength(1);
    expect(await lines()).toMatchObject([{ channel: 'presence-a', subscriptions: 4, users: 2 }]);
    isEmpty = true;
    expect(await channels.askNow(profileId)).toMatchObject({ found: 0, failure: null });
    expect(await lines()).toEqual([]);
  });

  it('takes names that would break an object, and no count that is none', async () => {
    const { channels, profileId, lines } = await discover(() => ({
      status: 200,
      body: '{"channels":{"__proto__":{"subscription_count":-1},"constructor":{"subscription_count":"x"},"":{},"7":null}}',
    }));
    await channels.askNow(profileId);
    expect((await lines()).map(({ channel, subscriptions }) => [channel, subscriptions])).toEqual([
      ['7', null],
      ['__proto__', null],
      ['constructor', null],
    ]);
  });

  it('goes on while it is looked at, at the chosen pace, and tells what that costs', async () => {
    const { channels, profileId, asked } = await discover(() => ({ status: 200, body: { channels: {} } }));
    channels.choose({ profileId, paceSeconds: 2 });
    expect(asked).toEqual([]);
    channels.watch(profileId);
    await eventually(() => asked.length >= 3);
    expect(channels.choose({ profileId })).toMatchObject({ isRunning: true, requestsPerMinute: 30 });
    channels.unwatch(profileId);
    const { requests } = await channels.askNow(profileId);
    expect(channels.choose({ profileId })).toMatchObject({ isRunning: false, requestsPerMinute: 0 });
    const later = await channels.askNow(profileId);
    expect(later.requests).toBe(requests + 1);
  });

  it('backs off while a server is over its limit, and keeps the last good answer with its time', async () => {
    let status = 200;
    const { channels, profileId, lines, statuses } = await discover(() => ({
      status,
      body: status === 200 ? { channels: { news: {} } } : 'slow down',
    }));
    channels.choose({ profileId, paceSeconds: 2 });
    channels.watch(profileId);
    await eventually(() => statuses.some(({ answeredAt }) => answeredAt !== null));
    status = 429;
    await eventually(() => statuses.at(-1)?.failure?.next === 'later');
    const slow = await eventually(() =>
      statuses.find(({ failure, requestsPerMinute }) => failure && requestsPerMinute <= 15),
    );
    expect(slow.failure?.message).toContain('rate limit');
    expect(slow.answeredAt).not.toBeNull();
    expect(await lines()).toMatchObject([{ channel: 'news', isOccupied: true }]);
    status = 200;
    await eventually(() => statuses.at(-1)?.failure === null && statuses.at(-1)?.requestsPerMinute === 30);
  });

  it('does not repeat by itself what was refused, or waits for the vault; and goes on when it may', async () => {
    let status = 401;
    const { channels, profileId, asked, signer, statuses } = await discover(() => ({
      status,
      body: { channels: {} },
    }));
    channels.choose({ profileId, paceSeconds: 2 });
    channels.watch(profileId);
    await eventually(() => statuses.at(-1)?.failure?.next === 'by-hand');
    expect(statuses.at(-1)).toMatchObject({ isRunning: false });
    expect(asked).toHaveLength(1);
    status = 200;
    channels.credentialsChanged(profileId);
    await eventually(() => statuses.at(-1)?.answeredAt !== null);
    signer.isLocked = true;
    const stuck = await eventually(() => {
      const last = statuses.at(-1);
      return last?.failure?.next === 'vault' && last;
    });
    expect(stuck.requests).toBe(asked.length);
    signer.isLocked = false;
    channels.vaultUnlocked();
    await eventually(() => statuses.at(-1)?.failure === null && statuses.at(-1)?.isRunning);
  });

  it('explains an answer that is none, and a server that is gone', async () => {
    let body = '<html>';
    const { channels, profileId, server } = await discover(() => ({ status: 200, body }));
    expect((await channels.askNow(profileId)).failure?.message).toBe('The server’s answer is not JSON.');
    body = '{"channels":["a"]}';
    expect((await channels.askNow(profileId)).failure?.message).toContain('not a list of channels');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect((await channels.askNow(profileId)).failure).toMatchObject({
      next: 'later',
      message: expect.stringContaining('could not be reached'),
    });
  });

  it('subscribes by pattern up to a limit, and says how many it left out', async () => {
    const names = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`orders-${index}`, {}]));
    const { channels, profileId, live, asked } = await discover(() => ({
      status: 200,
      body: { channels: { ...names, news: {} } },
    }));
    live.connection = { profileId, connection: 1, state: 'connected', subscriptions: [] };
    channels.choose({ profileId, paceSeconds: 2 });
    channels.addPattern({ profileId, pattern: 'orders-*' });
    // Nobody looks: the pattern is what asks.
    await eventually(() => live.subscribed.length === 500);
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(live.subscribed).size).toBe(500);
    expect(live.subscribed).not.toContain('news');
  });

  it('keeps 20,000 channels of one answer, says when there are more, and gives the page what it shows', async () => {
    const names = Array.from({ length: 20_005 }, (_, index) => `private-shop-${index % 50}-order.${index}`);
    const body = { channels: Object.fromEntries(names.map((name) => [name, {}])) };
    const { channels, profileId } = await discover(() => ({ status: 200, body }));
    expect(await channels.askNow(profileId)).toMatchObject({ found: 20_005, kept: 20_000, failure: null });
    const question = { profileId, search: 'SHOP-7', show: 'all', toggled: [], count: 300 } as const;
    const { lines, total, matched, known } = await channels.lines({ ...question, start: 200 });
    expect({ matched, known }).toEqual({ matched: 400, known: 20_000 });
    // The kind, the group, and its channels.
    expect(total).toBe(402);
    expect(lines).toHaveLength(202);
    expect(lines.at(-1)).toMatchObject({ depth: 2, parent: 1, label: '9957' });
    // One that is not in what was kept may be occupied all the same.
    channels.setFavourite({ profileId, channel: 'private-other', isFavourite: true });
    const favourites = await channels.lines({ ...question, search: '', show: 'favourites', start: 0 });
    expect(favourites.lines.at(-1)?.channel).toMatchObject({ isOccupied: null });
  });
});
