/** What the sandbox refuses, and with which code: a server that lets everything pass teaches the wrong lessons. */
import { randomBytes } from 'node:crypto';
import type Pusher from 'pusher';
import { describe, expect, it } from 'vitest';
import { signRequest } from '../../electron/signing/index.ts';
import { eventually } from '../support/conditions.ts';
import { RawClient } from '../support/raw-client.ts';
import {
  officialClient,
  officialServer,
  rawClient,
  type ServerAddress,
  startSandbox,
  subscribed,
  unconnectedClient,
} from '../support/sandbox.ts';

const data = { id: 1 };
const wrongSecret = (address: ServerAddress) => ({ ...address, secret: randomBytes(10).toString('hex') });

/** The status and the words of a refused call of the server library. */
async function refusal(call: Promise<unknown>): Promise<{ status: unknown; body: unknown }> {
  try {
    await call;
  } catch (error) {
    const { status, body } = error as { status?: unknown; body?: unknown };
    return { status, body };
  }
  throw new Error('The call was accepted.');
}

/** Sends a request that is signed rightly, whatever is in it. */
async function send(
  { port, appId, key, secret }: ServerAddress,
  request: { path: string; body?: string; query?: Record<string, string>; secondsAgo?: number },
): Promise<{ status: number; body: string }> {
  const path = `/apps/${appId}${request.path}`;
  const { body } = request;
  const method = body === undefined ? 'GET' : 'POST';
  const timestampSeconds = Date.now() / 1000 - (request.secondsAgo ?? 0);
  const signed = signRequest({ key, secret, method, path, body, timestampSeconds, query: request.query });
  const url = `http://127.0.0.1:${port}${path}?${signed.query}`;
  const response = await fetch(url, body === undefined ? {} : { method, body });
  return { status: response.status, body: await response.text() };
}

describe('HTTP requests', () => {
  it('signed with a wrong secret, an unknown key or nothing get 401, and the reason', async () => {
    const { address } = await startSandbox();
    const bad = await refusal(officialServer(wrongSecret(address)).trigger('a', 'e', data));
    expect(bad).toEqual({ status: 401, body: expect.stringContaining('signature') });
    const unknown = await refusal(officialServer({ ...address, key: 'unknown' }).trigger('a', 'e', data));
    expect(unknown).toEqual({ status: 401, body: expect.stringContaining('auth_key') });
    const bare = await fetch(`http://127.0.0.1:${address.port}/apps/${address.appId}/channels`);
    expect(bare.status).toBe(401);
    for (const text of [bad.body, unknown.body, await bare.text()])
      expect(text).not.toContain(address.secret);
  });

  it('with a stale timestamp get 401', async () => {
    const { address } = await startSandbox();
    expect((await send(address, { path: '/channels', secondsAgo: 590 })).status).toBe(200);
    expect(await send(address, { path: '/channels', secondsAgo: 620 })).toEqual({
      status: 401,
      body: expect.stringMatching(/behind the server's clock; 600 s/),
    });
    expect((await send(address, { path: '/channels', secondsAgo: -620 })).status).toBe(401);
  });

  it.each([
    ['a body that is no JSON', 'hello'],
    ['a body that is no object', '[]'],
    ['no name', { name: undefined }],
    ['an empty name', { name: ' ' }],
    ['a name that is too long', { name: 'x'.repeat(201) }],
    ["the protocol's own name", { name: 'pusher:error' }],
    ['data that is no string', { data: { id: 1 } }],
    ['no channel', { channels: [] }],
    ['a bad channel name', { channels: ['not a name'] }],
    ['a channel name that is too long', { channels: ['x'.repeat(201)] }],
    ['a channel that is no string', { channels: [1] }],
    ['too many channels', { channels: Array.from({ length: 101 }, (_, index) => `c${index}`) }],
    ['an encrypted channel beside another', { channels: ['private-encrypted-a', 'b'] }],
    ['a bad socket id', { socket_id: 'x' }],
    ['an unknown attribute', { info: 'everything' }],
    ['user_count without presence', { info: 'user_count' }],
  ])('that publish %s get 400', async (_case, change) => {
    const { address } = await startSandbox();
    const event = { name: 'e', channels: ['a'], data: '{}' };
    const body = typeof change === 'string' ? change : JSON.stringify({ ...event, ...change });
    const answer = await send(address, { path: '/events', body });
    expect(answer).toEqual({ status: 400, body: expect.stringMatching(/^[A-Za-z_].+\.$/) });
  });

  it('with more data than 10 KB get 413, alone and in a batch', async () => {
    const { address } = await startSandbox();
    const server = officialServer(address);
    const oversized = 'é'.repeat(5121);
    const alone = await refusal(server.trigger('a', 'e', oversized));
    expect(alone).toEqual({ status: 413, body: expect.stringContaining('10242 bytes') });
    const batch = await refusal(server.triggerBatch([{ channel: 'a', name: 'e', data: oversized }]));
    expect(batch.status).toBe(413);
    expect((await server.trigger('a', 'e', 'é'.repeat(5120))).status).toBe(200);
    const huge = await refusal(server.trigger('a', 'e', 'x'.repeat(1_100_000)));
    expect(huge.status).toBe(413);
  });

  it('with more than ten events in a batch get 400', async () => {
    const { address } = await startSandbox();
    const batch = (count: number) =>
      Array.from({ length: count }, (): Pusher.BatchEvent => ({ channel: 'a', name: 'e', data }));
    const server = officialServer(address);
    expect((await server.triggerBatch(batch(10))).status).toBe(200);
    expect((await refusal(server.triggerBatch(batch(11)))).status).toBe(400);
  });

  it('that ask what can not be asked get 400', async () => {
    const { address } = await startSandbox();
    const server = officialServer(address);
    const cases: [path: string, params: Record<string, string>][] = [
      ['/channels', { info: 'user_count' }],
      ['/channels', { info: 'user_count', filter_by_prefix: 'private-' }],
      ['/channels/plain', { info: 'user_count' }],
      ['/channels/plain', { info: 'cache' }],
      ['/channels/plain/users', {}],
      ['/channels/not%20a%20name', {}],
      ['/channels/%zz', {}],
    ];
    for (const [path, params] of cases) {
      expect(await refusal(server.get({ path, params })), path).toMatchObject({ status: 400 });
    }
  });

  it('for another app or path get 404, and for a disabled app 403', async () => {
    const { address, app } = await startSandbox();
    const other = officialServer({ ...address, appId: '1' });
    expect(await refusal(other.trigger('a', 'e', data))).toMatchObject({ status: 404 });
    expect(await refusal(officialServer(address).get({ path: '/nothing' }))).toMatchObject({ status: 404 });
    app.setEnabled(false);
    expect(await refusal(officialServer(address).trigger('a', 'e', data))).toMatchObject({ status: 403 });
  });
});

describe('connections', () => {
  it.each([
    ['/app/unknown?protocol=7', 4001],
    ['/elsewhere?protocol=7', 4005],
    ['/app/?protocol=7', 4005],
    ['//', 4005],
    ['/app/KEY', 4008],
    ['/app/KEY?protocol=', 4008],
    ['/app/KEY?protocol=4', 4007],
    ['/app/KEY?protocol=seven', 4007],
    ['/app/KEY?protocol=7&version=%00', 4006],
  ])('to %s are told why, and closed with %i', async (path, code) => {
    const { address } = await startSandbox();
    const client = RawClient.open(address.port, path.replace('KEY', address.key));
    expect(await client.closed()).toBe(code);
    expect(client.errors()).toEqual([{ code, message: expect.any(String) }]);
  });

  it('over the quota are closed with 4004, and those of a disabled app with 4003', async () => {
    const { address, app } = await startSandbox({ connectionLimit: 1 });
    const first = await rawClient(address);
    const path = `/app/${address.key}?protocol=7`;
    expect(await RawClient.open(address.port, path).closed()).toBe(4004);
    app.setEnabled(false);
    expect(await first.closed()).toBe(4003);
    expect(await RawClient.open(address.port, path).closed()).toBe(4003);
  });

  it('with an unknown key fail in pusher-js for good', async () => {
    const { address } = await startSandbox();
    const client = unconnectedClient({ ...address, key: 'unknown' }, officialServer(address));
    await eventually(() => client.connection.state === 'disconnected');
  });
});

describe('subscriptions', () => {
  it('with a bad signature stay pending in pusher-js, with an error of code null that names no channel', async () => {
    const { address } = await startSandbox();
    const auth = officialServer(wrongSecret(address));
    const client = await officialClient(address, { auth });
    const errors: unknown[] = [];
    client.connection.bind('error', (error: unknown) => errors.push(error));
    const channel = client.subscribe('private-x');
    await eventually(() => errors.length > 0);
    expect(errors).toMatchObject([
      { data: { code: null, message: expect.stringContaining('Invalid signature') } },
    ]);
    expect([channel.subscribed, channel.subscriptionPending]).toEqual([false, true]);
  });

  it('that are wrong in any way get an error of code null', async () => {
    const { address } = await startSandbox();
    const client = await rawClient(address);
    const official = officialServer(address);
    const presence = (member: Record<string, unknown>) => ({
      channel: 'presence-x',
      ...official.authorizeChannel(client.socketId, 'presence-x', { user_id: '', ...member }),
    });
    const bad: [why: RegExp, data: unknown][] = [
      [/channel name/, { channel: 'not a name' }],
      [/server-to-user/, { channel: '#server-to-user-1' }],
      [/missing/, { channel: 'private-x' }],
      [/KEY:SIGNATURE/, { channel: 'private-x', auth: 'nonsense' }],
      [/no pair/, { channel: 'private-x', auth: 'unknown:00' }],
      [/Invalid signature/, { ...presence({ user_id: '1' }), channel_data: '{"user_id":"2"}' }],
      [
        /channel_data/,
        { channel: 'presence-x', ...official.authorizeChannel(client.socketId, 'presence-x') },
      ],
      [/no user_id/, presence({})],
      [/129 characters/, presence({ user_id: 'x'.repeat(129) })],
      [/limit is 1024/, presence({ user_id: '1', user_info: { text: 'x'.repeat(1024) } })],
    ];
    for (const [, data] of bad) client.send({ event: 'pusher:subscribe', data });
    await client.settle();
    expect(client.errors()).toEqual(
      bad.map(([why]) => ({ code: null, message: expect.stringMatching(why) })),
    );
    expect(client.closeCode).toBeUndefined();
  });

  it('are refused when a presence channel is full, though not to a user who is in it', async () => {
    const { address, app } = await startSandbox();
    const outsider = { send: () => {}, socketId: '0.0' };
    for (let index = 0; index < 100; index++) {
      app.channels.subscribe('presence-x', { ...outsider }, { userId: `u${index}`, userInfo: {} });
    }
    const client = await rawClient(address);
    const join = (userId: string) => {
      const auth = officialServer(address).authorizeChannel(client.socketId, 'presence-x', {
        user_id: userId,
      });
      client.send({ event: 'pusher:subscribe', data: { channel: 'presence-x', ...auth } });
    };
    join('u100');
    await client.settle();
    expect(client.errors()).toEqual([{ code: null, message: expect.stringContaining('as many members') }]);
    join('u7');
    await client.next('pusher_internal:subscription_succeeded');
  });

  it('to a channel named __proto__ are like any other', async () => {
    const { address } = await startSandbox();
    const client = await rawClient(address);
    client.send({ event: 'pusher:subscribe', data: { channel: '__proto__' } });
    await client.next('pusher_internal:subscription_succeeded', ({ channel }) => channel === '__proto__');
    const answer = await send(address, { path: '/channels' });
    expect(answer.body).toBe('{"channels":{"__proto__":{}}}');
  });
});

describe('a sign-in with a bad signature', () => {
  it('ends the connection with 4009', async () => {
    const { address } = await startSandbox();
    const client = await rawClient(address);
    const auth = officialServer(wrongSecret(address)).authenticateUser(client.socketId, { id: 'ana' });
    client.send({ event: 'pusher:signin', data: auth });
    expect(await client.closed()).toBe(4009);
  });
});

describe('client events', () => {
  it('over ten a second are refused with 4301', async () => {
    const { address } = await startSandbox({ now: () => 1_750_000_000_000 });
    const client = await rawClient(address);
    const channel = 'private-x';
    const { auth } = officialServer(address).authorizeChannel(client.socketId, channel);
    client.send({ event: 'pusher:subscribe', data: { channel, auth } });
    for (let index = 0; index < 11; index++) client.send({ event: 'client-e', channel, data: {} });
    await client.settle();
    expect(client.errors()).toEqual([{ code: 4301, message: expect.stringContaining('10 a second') }]);
  });

  it.each([
    ['a public channel', 'plain', /only private and presence/],
    ['an encrypted channel', 'private-encrypted-x', /encrypted/],
    ['a channel without a subscription', 'private-other', /subscribe/],
  ])('on %s are refused', async (_case, channel, reason) => {
    const { address } = await startSandbox();
    const client = await rawClient(address);
    const server = officialServer(address);
    if (channel !== 'private-other') {
      const { auth } = server.authorizeChannel(client.socketId, channel);
      client.send({ event: 'pusher:subscribe', data: { channel, auth } });
    }
    client.send({ event: 'client-e', channel, data: {} });
    await client.settle();
    expect(client.errors()).toEqual([{ code: null, message: expect.stringMatching(reason) }]);
  });
});

describe('malformed frames', () => {
  it('get an error each, and never end the server or the connection', async () => {
    const { address } = await startSandbox();
    const client = await rawClient(address);
    const official = officialServer(address);
    const { auth } = official.authorizeChannel(client.socketId, 'private-x');
    client.send({ event: 'pusher:subscribe', data: { channel: 'private-x', auth } });
    const frames = [
      '',
      '42',
      'null',
      '[]',
      '{}',
      '{"event":1}',
      '{"event":""}',
      '{"event":"unknown"}',
      '{"event":"pusher:unknown"}',
      '{"event":"pusher:subscribe"}',
      '{"event":"pusher:subscribe","data":null}',
      '{"event":"pusher:subscribe","data":{"channel":{}}}',
      '{"event":"pusher:unsubscribe","data":[]}',
      '{"event":"pusher:signin","data":"x"}',
      '{"event":"client-e"}',
      '{"__proto__":{"event":"pusher:ping"}}',
      `{"event":"client-e","channel":"private-x","data":${'['.repeat(4000)}${']'.repeat(4000)}`,
      '['.repeat(60_000),
      new Uint8Array([0, 1, 2]),
    ];
    for (const frame of frames) client.sendText(frame);
    client.sendText(
      `{"event":"client-e","channel":"private-x","data":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
    );
    await client.settle();
    expect(client.errors().length).toBeGreaterThanOrEqual(frames.length);
    expect(client.closeCode).toBeUndefined();
    await subscribed(await officialClient(address), 'still-there');
  });

  it('that are too large end their own connection only', async () => {
    const { address } = await startSandbox();
    const [large, other] = [await rawClient(address), await rawClient(address)];
    large.sendText('x'.repeat(70_000));
    expect(await large.closed()).toBe(1009);
    other.send({ event: 'pusher:ping', data: {} });
    await other.settle();
  });
});

describe('two key pairs', () => {
  it('work side by side until one is revoked', async () => {
    const { address, app } = await startSandbox();
    const nextAddress = { ...address, ...app.createPair() };
    const [old, next] = await Promise.all([officialClient(address), officialClient(nextAddress)]);
    await subscribed(old, 'private-x');
    const { events } = await subscribed(next, 'private-x');
    await officialServer(address).trigger('private-x', 'by-old', data);
    await officialServer(nextAddress).trigger('private-x', 'by-next', data);
    await eventually(() => events.length === 2);

    app.revokePair(address.key);
    await eventually(() => old.connection.state === 'disconnected');
    expect(await RawClient.open(address.port, `/app/${address.key}?protocol=7`).closed()).toBe(4001);
    expect(await refusal(officialServer(address).trigger('private-x', 'e', data))).toMatchObject({
      status: 401,
    });
    await officialServer(nextAddress).trigger('private-x', 'after', data);
    await eventually(() => events.length === 3);
    expect(next.connection.state).toBe('connected');
  });

  it('never become none', async () => {
    const { address, app } = await startSandbox();
    expect(() => app.revokePair(address.key)).toThrow(expect.objectContaining({ code: 'conflict' }));
    expect(() => app.revokePair('unknown')).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('sign subscriptions for connections that were made with the other', async () => {
    const { address, app } = await startSandbox();
    const nextAddress = { ...address, ...app.createPair() };
    const client = await officialClient(address, { auth: officialServer(nextAddress) });
    const { channel } = await subscribed(client, 'private-x');
    expect(channel.subscribed).toBe(true);
  });
});
