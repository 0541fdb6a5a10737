/** The sandbox with the unmodified official libraries on both sides. */
import type { PresenceChannel } from 'pusher-js';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/conditions.ts';
import {
  officialClient,
  officialServer,
  randomMasterKey,
  rawClient,
  startSandbox,
  subscribed,
} from '../support/sandbox.ts';

const data = { text: 'é 😀 "quoted"', list: [1, 2, 3] };

describe('subscribing with pusher-js and publishing with the server library', () => {
  it.each([
    'my-channel',
    'private-channel',
    'presence-channel',
    'private-encrypted-channel',
    'cache-channel',
    'private-cache-channel',
    'presence-cache-channel',
    'private-encrypted-cache-channel',
  ])('brings an event of %s', async (name) => {
    const { address } = await startSandbox();
    const server = officialServer(address);
    const client = await officialClient(address, { auth: server });
    const { events } = await subscribed(client, name);
    await server.trigger(name, 'App\\Events\\Shipped', data);
    await eventually(() => events.some(({ event }) => event === 'App\\Events\\Shipped'));
    expect(events.find(({ event }) => event.startsWith('App'))?.data).toEqual(data);
  });

  it('brings a batch, and one event to many channels, but not to the excluded socket', async () => {
    const { address } = await startSandbox();
    const server = officialServer(address);
    const [one, other] = await Promise.all([officialClient(address), officialClient(address)]);
    const [first, second, elsewhere] = await Promise.all([
      subscribed(one, 'a'),
      subscribed(one, 'b'),
      subscribed(other, 'a'),
    ]);
    await server.trigger(['a', 'b'], 'both', data, { socket_id: other.connection.socket_id });
    await server.triggerBatch([
      { channel: 'a', name: 'batched', data },
      { channel: 'b', name: 'batched', data },
    ]);
    await eventually(() => second.events.length === 2 && elsewhere.events.length > 0);
    expect(first.events.map(({ event }) => event)).toEqual(['both', 'batched']);
    expect(second.events.map(({ event }) => event)).toEqual(['both', 'batched']);
    expect(elsewhere.events.map(({ event }) => event)).toEqual(['batched']);
  });

  it('sends nothing after unsubscribing', async () => {
    const { address, app } = await startSandbox();
    const client = await officialClient(address);
    const { events } = await subscribed(client, 'a');
    client.unsubscribe('a');
    await eventually(() => !app.channels.isOccupied('a'));
    await officialServer(address).trigger('a', 'late', data);
    expect(events).toEqual([]);
  });
});

describe('cache channels', () => {
  it('tell a miss, then replay the last event to whoever comes', async () => {
    const { address } = await startSandbox();
    const server = officialServer(address);
    const client = await officialClient(address);
    const { events } = await subscribed(client, 'cache-prices');
    await eventually(() => events.some(({ event }) => event === 'pusher:cache_miss'));
    await server.trigger('cache-prices', 'first', { price: 1 });
    await server.trigger('cache-prices', 'second', { price: 2 });

    const late = await subscribed(await officialClient(address), 'cache-prices');
    await eventually(() => late.events.length > 0);
    expect(late.events).toEqual([{ event: 'second', data: { price: 2 } }]);
  });
});

describe('presence channels', () => {
  it('count each user once, over several connections', async () => {
    const { address } = await startSandbox();
    const [ana, bo, anaAgain] = await Promise.all([
      officialClient(address, { userId: 'ana' }),
      officialClient(address, { userId: 'bo' }),
      officialClient(address, { userId: 'ana' }),
    ]);
    const { channel, events } = await subscribed(ana, 'presence-room');
    const { members } = channel as PresenceChannel;
    expect(members.me.id).toBe('ana');
    expect(members.me.info).toEqual({ name: 'Name of ana' });

    await subscribed(anaAgain, 'presence-room');
    await subscribed(bo, 'presence-room');
    await eventually(() => members.count === 2);
    expect(events.map(({ event }) => event)).toEqual(['pusher:member_added']);

    anaAgain.disconnect();
    bo.disconnect();
    await eventually(() => members.count === 1);
    expect(events.map(({ event }) => event)).toEqual(['pusher:member_added', 'pusher:member_removed']);
  });
});

describe('client events', () => {
  it('go to the other subscribers of private and presence channels, with the sender on presence ones', async () => {
    const { address } = await startSandbox();
    const [ana, bo] = await Promise.all([
      officialClient(address, { userId: 'ana' }),
      officialClient(address, { userId: 'bo' }),
    ]);
    const [fromPrivate, fromPresence] = [
      await subscribed(ana, 'private-x'),
      await subscribed(ana, 'presence-x'),
    ];
    const [toPrivate, toPresence] = [await subscribed(bo, 'private-x'), await subscribed(bo, 'presence-x')];
    const senders: unknown[] = [];
    toPresence.channel.bind('client-typing', (_data: unknown, metadata: unknown) => senders.push(metadata));

    fromPrivate.channel.trigger('client-typing', data);
    fromPresence.channel.trigger('client-typing', data);
    await eventually(() => senders.length === 1 && toPrivate.events.length === 1);
    expect(toPrivate.events).toEqual([{ event: 'client-typing', data }]);
    expect(senders).toEqual([{ user_id: 'ana' }]);
    expect(fromPrivate.events.some(({ event }) => event === 'client-typing')).toBe(false);
  });
});

describe('users', () => {
  it('sign in, get events of their own, and can be thrown out', async () => {
    const { address } = await startSandbox();
    const server = officialServer(address);
    const client = await officialClient(address, { userId: 'ana' });
    client.signin();
    await client.user.signinDonePromise;
    expect(client.user.user_data).toEqual({ id: 'ana' });

    const received: unknown[] = [];
    client.user.bind('greeting', (greeting: unknown) => received.push(greeting));
    await eventually(() => client.user.serverToUserChannel.subscribed);
    await server.sendToUser('ana', 'greeting', data);
    await eventually(() => received.length === 1);
    expect(received).toEqual([data]);

    await server.terminateUserConnections('ana');
    await eventually(() => client.connection.state === 'disconnected');
  });
});

describe('encrypted channels', () => {
  it('carry ciphertext only, and open with the shared secret', async () => {
    const { address } = await startSandbox();
    const server = officialServer(address, randomMasterKey());
    const client = await officialClient(address, { auth: server });
    const name = 'private-encrypted-orders';
    const { events } = await subscribed(client, name);
    const bystander = await rawClient(address);
    const { auth } = server.authorizeChannel(bystander.socketId, name);
    bystander.send({ event: 'pusher:subscribe', data: { channel: name, auth } });
    await bystander.next('pusher_internal:subscription_succeeded');

    await server.trigger(name, 'order.created', data);
    await eventually(() => events.length === 1);
    expect(events).toEqual([{ event: 'order.created', data }]);
    expect(await bystander.next('order.created')).toEqual({
      nonce: expect.any(String),
      ciphertext: expect.any(String),
    });
  });
});

describe('questions to the HTTP API', () => {
  it('are answered with channels, counts, users and the cached event', async () => {
    const { address } = await startSandbox();
    const server = officialServer(address);
    const client = await officialClient(address, { auth: server, userId: 'ana' });
    for (const name of ['presence-room', 'cache-prices', 'plain']) await subscribed(client, name);
    const get = async (path: string, params = {}) => (await server.get({ path, params })).json();

    expect(await get('/channels')).toEqual({
      channels: { 'presence-room': {}, 'cache-prices': {}, plain: {} },
    });
    expect(await get('/channels', { filter_by_prefix: 'presence-', info: 'user_count' })).toEqual({
      channels: { 'presence-room': { user_count: 1 } },
    });
    const both = { info: 'user_count,subscription_count' };
    expect(await get('/channels/presence-room', both)).toEqual({
      occupied: true,
      user_count: 1,
      subscription_count: 1,
    });
    expect(await get('/channels/nobody')).toEqual({ occupied: false });
    expect(await get('/channels/presence-room/users')).toEqual({ users: [{ id: 'ana' }] });
    expect(await get('/channels/presence-empty/users')).toEqual({ users: [] });
    await server.trigger('cache-prices', 'price', { price: 1 });
    expect(await get('/channels/cache-prices', { info: 'cache' })).toMatchObject({
      cache: { data: '{"price":1}', ttl: 1800 },
    });
  });

  it('come with counts where a published event asks for them', async () => {
    const { address } = await startSandbox();
    const server = officialServer(address);
    await subscribed(await officialClient(address), 'presence-room');
    const info = 'subscription_count,user_count';
    const single = await server.trigger('presence-room', 'e', data, { info });
    expect(await single.json()).toEqual({
      channels: { 'presence-room': { subscription_count: 1, user_count: 1 } },
    });
    const batch = await server.triggerBatch([
      { channel: 'plain', name: 'e', data },
      { channel: 'presence-room', name: 'e', data, info },
    ]);
    expect(await batch.json()).toEqual({ batch: [{}, { subscription_count: 1, user_count: 1 }] });
  });
});
