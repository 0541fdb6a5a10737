/** Channels of the whole app, found out at the sandbox server, whose other client is the official library. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '#shared/contract/live.ts';
import { createSandboxServer, type SandboxServer } from '../../../electron/sandbox/server/sandbox-server.ts';
import { eventually } from '../../support/conditions.ts';
import { type Latchkey, startLatchkey } from '../../support/latchkey.ts';
import { RawClient } from '../../support/raw-client.ts';
import { officialServer, type ServerAddress } from '../../support/sandbox.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('the channels of an app', () => {
  const folder = temporaryFolder();
  let server: SandboxServer;
  let address: ServerAddress;
  let latchkey: Latchkey;
  let profileId: string;
  let other: RawClient;

  const start = async () => {
    process.env.DBUS_SESSION_BUS_ADDRESS = 'unix:path=/nonexistent/latchkey';
    latchkey = await startLatchkey(folder);
  };
  const join = async (channel: string) => {
    other.send({ event: 'pusher:subscribe', data: { channel } });
    await other.settle();
  };
  const enterSecret = (value: string) =>
    latchkey.client.call('vault.enterSecret', { profileId, kind: 'secret', slot: 'current', value });

  beforeAll(async () => {
    server = await createSandboxServer();
    const app = server.createApp();
    address = { port: server.port, appId: app.appId, ...app.oldestPair };
    await start();
    await eventually(async () => (await latchkey.client.call('vault.status', {})).state === 'choose');
    await latchkey.client.call('vault.chooseStore', { store: 'session' });
    const endpoint = { host: '127.0.0.1', port: server.port, tls: false, path: '' };
    ({ profileId } = await latchkey.client.call('profiles.save', {
      profile: {
        name: 'Shop',
        environment: 'local',
        dialect: 'other',
        appId: address.appId,
        key: address.key,
        location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
      },
    }));
    await enterSecret(address.secret);
    await latchkey.client.call('channels.choose', { profileId, paceSeconds: 0 });
    other = await RawClient.connect(address.port, address.key);
    for (const channel of ['orders-1', 'orders-2', 'cache-prices', 'news']) await join(channel);
    await latchkey.client.call('live.connect', { profileId });
    await eventually(async () => (await connection())?.state === 'connected');
  });
  afterAll(async () => {
    other.close();
    await latchkey.close();
    await server.close();
    expect(latchkey.bugs).toEqual([]);
  });

  const connection = async (): Promise<Connection | undefined> =>
    (await latchkey.client.call('live.list', {})).connections.find((each) => each.profileId === profileId);
  const facts = async (show: 'all' | 'subscribed' | 'favourites' = 'all', search = '-') => {
    const question = { profileId, search, show, toggled: [], start: 0, count: 100 };
    const { lines } = await latchkey.client.call('channels.lines', question);
    return lines.flatMap(({ channel }) => (channel ? [channel] : []));
  };
  const fact = async (channel: string) =>
    (await facts('all', channel)).find((each) => each.channel === channel);

  it('are those that the official library’s own question names, with counts', async () => {
    const status = await latchkey.client.call('channels.askNow', { profileId });
    expect(status).toMatchObject({ found: 4, failure: null, requests: 1 });
    const answer = await officialServer(address).get({ path: '/channels' });
    const { channels } = (await answer.json()) as { channels: object };
    const { lines, matched } = await latchkey.client.call('channels.lines', {
      profileId,
      search: '',
      show: 'all',
      toggled: ['public/orders-'],
      start: 0,
      count: 100,
    });
    expect(matched).toBe(4);
    const names = lines.flatMap(({ channel }) => (channel ? [channel.channel] : []));
    expect(names.toSorted()).toEqual(Object.keys(channels).toSorted());
    expect(lines.map(({ label, depth }) => [depth, label])).toContainEqual([1, 'orders-']);
    expect(await fact('news')).toMatchObject({ isOccupied: true, subscriptions: 1, state: null, rate: null });
  });

  it('are subscribed to by pattern as they appear, counted, and left alone when the user says no', async () => {
    const { client } = latchkey;
    const added = await client.call('channels.addPattern', { profileId, pattern: 'orders-*' });
    expect(added.patterns).toEqual([{ pattern: 'orders-*', subscribed: 2 }]);
    await join('orders-3');
    const status = await client.call('channels.askNow', { profileId });
    expect(status.patterns).toEqual([{ pattern: 'orders-*', subscribed: 3 }]);
    await eventually(async () => (await fact('orders-3'))?.state === 'subscribed');
    expect(await fact('orders-3')).toMatchObject({ pattern: 'orders-*' });

    await client.call('live.unsubscribe', { profileId, channel: 'orders-1' });
    await client.call('channels.askNow', { profileId });
    expect(await fact('orders-1')).toMatchObject({ state: null, pattern: null, isOccupied: true });

    await officialServer(address).trigger('orders-3', 'order.created', { id: 1 });
    const seen = await eventually(async () => {
      const { rate } = (await fact('orders-3')) ?? {};
      return rate?.some((count) => count > 0) && rate;
    });
    expect(seen.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect((await fact('orders-2'))?.rate?.every((count) => count === 0)).toBe(true);

    const removed = await client.call('channels.removePattern', {
      profileId,
      pattern: 'orders-*',
      isUnsubscribing: true,
    });
    expect(removed.patterns).toEqual([]);
    expect(await facts('subscribed')).toEqual([]);
  });

  it('tell what a cache channel holds, and when a miss was seen', async () => {
    const { client } = latchkey;
    const where = { profileId, channel: 'cache-prices' };
    expect((await client.call('channels.describe', where)).cache).toEqual({ state: 'unknown' });
    expect(await client.call('channels.cacheMiss', where)).toEqual({ at: null });
    await client.call('live.subscribe', where);
    await eventually(async () => (await client.call('channels.cacheMiss', where)).at !== null);
    await officialServer(address).trigger('cache-prices', 'price.changed', { price: 3 });
    const { cache, isOccupied, subscriptions } = await client.call('channels.describe', where);
    expect(cache).toMatchObject({ state: 'filled' });
    expect(JSON.stringify(cache)).toContain('price');
    expect({ isOccupied, subscriptions }).toEqual({ isOccupied: true, subscriptions: 2 });
    expect((await client.call('channels.describe', { profileId, channel: 'news' })).cache).toBeNull();
  });

  it('say that the vault is locked, and are answered when it is open', async () => {
    const { client } = latchkey;
    await client.call('vault.lock', { forget: true });
    const locked = await client.call('channels.askNow', { profileId });
    expect(locked.failure).toMatchObject({ next: 'vault' });
    expect(locked.found).toBe(5);
    await client.call('vault.unlock', {});
    await enterSecret('not-the-secret-of-this-app');
    const refused = await client.call('channels.askNow', { profileId });
    expect(refused.failure).toMatchObject({ next: 'by-hand', message: expect.stringContaining('signature') });
    await enterSecret(address.secret);
    expect(await client.call('channels.askNow', { profileId })).toMatchObject({ failure: null });
  });

  it('keep favourites and patterns over a restart, with the pace', async () => {
    const { client } = latchkey;
    await client.call('channels.setFavourite', { profileId, channel: 'orders-2', isFavourite: true });
    await client.call('channels.addPattern', { profileId, pattern: 'orders-*' });
    await client.call('channels.choose', { profileId, paceSeconds: 60 });
    await latchkey.close();
    await start();
    const status = await latchkey.client.call('channels.watch', { profileId });
    expect(status).toMatchObject({ favourites: 1, paceSeconds: 60, patterns: [{ pattern: 'orders-*' }] });
    expect(await facts('favourites')).toMatchObject([
      { channel: 'orders-2', isFavourite: true, isOccupied: null },
    ]);
    await latchkey.client.call('channels.unwatch', { profileId });
  });
});
