/** A live connection to a server that shares no code with the app. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { eventually } from '../../support/conditions.ts';
import { connectedLive, profileFor, signWith, startLive, startScripted } from '../../support/live.ts';
import { officialServer, unconnectedClient } from '../../support/sandbox.ts';

const wrongSecret = randomBytes(10).toString('hex');

describe('a connection', () => {
  it('tells its socket id, its states and the round trip', async () => {
    const { server, state, live, profileId } = await connectedLive();
    await eventually(() => state().roundTripMs !== null, { what: 'a round trip' });
    expect(state()).toMatchObject({ state: 'connected', socketId: server.socketIds[0], reason: null });
    expect(live.timeline({ profileId }).map(({ kind }) => kind)).toEqual(['connecting', 'connected']);
    expect(state().roundTripMs).toBeGreaterThanOrEqual(0);
  });

  it('records what comes and goes as it was on the wire, with the time', async () => {
    const { server, recorder, subscribe } = await connectedLive();
    await subscribe('orders');
    const before = Date.now();
    const frame = '{ "event":"order",  "channel":"orders","data":"{\\"id\\":1}","event":"order" }';
    server.sendRaw(frame);
    const recorded = await eventually(() => recorder.frames.find(({ text }) => text === frame));
    expect(recorded.atMs).toBeGreaterThan(before - 100);
    expect(recorded.atMs).toBeLessThan(Date.now() + 100);
    expect(recorder.outgoing.map((text) => JSON.parse(text).event)).toContain('pusher:subscribe');
    const [established] = recorder.incoming;
    expect(established).toContain('pusher:connection_established');
    expect(recorder.notes[0]).toEqual({
      kind: 'connected',
      text: expect.stringContaining('Connected as socket'),
    });
  });

  it('keeps bytes that are not text, and frames that are not text at all', async () => {
    const { server, recorder, state } = await connectedLive();
    const broken = Buffer.from([0x22, 0xc3, 0x28, 0xff, 0x22]);
    server.sendRaw(broken);
    server.sendBinary(Buffer.from([1, 2, 3]));
    await eventually(() => recorder.frames.find(({ bytes }) => bytes.equals(broken)));
    await eventually(() => recorder.notesOf('refused').some((text) => text.includes('binary')));
    expect(state().state).toBe('connected');
  });

  it('subscribes to each kind of channel, with real signatures', async () => {
    const { server, subscribe, subscription, recorder } = await connectedLive();
    for (const channel of [
      'orders',
      'private-orders',
      'private-encrypted-orders',
      'presence-room',
      'cache-x',
    ]) {
      await subscribe(channel);
    }
    server.sendRaw(
      '{"event":"pusher_internal:subscription_count","channel":"orders","data":"{\\"subscription_count\\":0}"}',
    );
    await eventually(() => subscription('orders')?.count === 0);
    expect(subscription('presence-room')?.count).toBe(1);
    expect(subscription('private-orders')?.count).toBeNull();
    const data = JSON.stringify({ nonce: 'AAAA', ciphertext: 'not base64 %' });
    server.publish('private-encrypted-orders', 'order', data);
    await eventually(() => recorder.incoming.some((text) => text.includes('not base64')));
  });

  it('is told apart from another to the same app', async () => {
    const { server, harness, profileId, recorder, subscribe } = await connectedLive();
    const other = profileFor(server);
    const otherRecorder = harness.add(other, signWith(server.key, server.secret));
    harness.live.connect(other.profileId);
    const second = await harness.connected(other.profileId);
    expect(second.socketId).not.toBe(harness.state(profileId).socketId);
    await subscribe('private-one');
    harness.live.subscribe({ profileId: other.profileId, channel: 'private-two' });
    await harness.subscribed(other.profileId, 'private-two');
    server.publish('private-one', 'first', 'x');
    server.publish('private-two', 'second', 'x');
    await eventually(() => recorder.incoming.some((text) => text.includes('"first"')));
    await eventually(() => otherRecorder.incoming.some((text) => text.includes('"second"')));
    expect(recorder.incoming.join()).not.toContain('"second"');
    expect(otherRecorder.incoming.join()).not.toContain('"first"');
    // Also when both have to reconnect, in timers of the library.
    await server.stop();
    await eventually(() => harness.live.list().every(({ state }) => state !== 'connected'));
    await server.listen();
    await harness.subscribed(profileId, 'private-one');
    await harness.subscribed(other.profileId, 'private-two');
    server.publish('private-one', 'third', 'x');
    await eventually(() => recorder.incoming.some((text) => text.includes('"third"')));
    expect(otherRecorder.incoming.join()).not.toContain('"third"');
  });

  it('leaves other users of the client library in this process alone', async () => {
    const { server, recorder } = await connectedLive();
    const address = { port: server.port, key: server.key, secret: server.secret, appId: server.appId };
    const client = unconnectedClient(address, officialServer(address));
    await eventually(() => client.connection.state === 'connected');
    const received: unknown[] = [];
    const channel = client.subscribe('orders');
    channel.bind('order', (data: unknown) => received.push(data));
    await eventually(() => channel.subscribed);
    server.publish('orders', 'order', '{"id":1}');
    await eventually(() => received.length === 1);
    expect(recorder.incoming.join()).not.toContain('order');
  });

  it('receives what the official server library publishes', async () => {
    const { server, subscribe, recorder } = await connectedLive();
    await subscribe('orders');
    const { port, key, secret, appId } = server;
    await officialServer({ port, key, secret, appId }).trigger('orders', 'order', { id: 7 });
    await eventually(() => recorder.incoming.some((text) => text.includes('"order"')));
    const stranger = officialServer({ port, key, secret: wrongSecret, appId });
    await expect(stranger.trigger('orders', 'order', {})).rejects.toMatchObject({ status: 401 });
  });

  it('fails with a reason, and does not try again, when the key is unknown', async () => {
    const server = await startScripted();
    const harness = startLive();
    const profile = profileFor(server, { key: 'unknown' });
    const recorder = harness.add(profile, signWith('unknown', wrongSecret));
    harness.live.connect(profile.profileId);
    await eventually(() => harness.state(profile.profileId).state === 'failed');
    expect(harness.state(profile.profileId).reason).toContain('No app has this key');
    expect(recorder.notesOf('error')).toHaveLength(1);
    expect(server.accepted).toBe(1);
    // Mended by another key.
    harness.add({ ...profile, key: server.key }, signWith(server.key, server.secret));
    harness.live.profileChanged(profile.profileId);
    await harness.connected(profile.profileId);
    expect(server.accepted).toBe(2);
  });

  it.each([4000, 4003, 4009])('does not reconnect after close code %i', async (code) => {
    const { server, state } = await connectedLive();
    server.closeAll(code);
    await eventually(() => state().state === 'failed');
    expect(state().reason).toBeTruthy();
    expect(server.accepted).toBe(1);
  });

  it.each([4100, 4200, 1001])('comes back after close code %i', async (code) => {
    const { server, state, recorder, harness, profileId } = await connectedLive();
    server.closeAll(code);
    await eventually(() => recorder.notesOf('disconnected').length === 1);
    await harness.connected(profileId);
    expect(recorder.notesOf('gap')).toHaveLength(1);
    expect(state()).toMatchObject({ state: 'connected', reason: null });
  });

  it('says what is wrong while nothing listens', async () => {
    const server = await startScripted();
    await server.stop();
    const harness = startLive({ unavailableTimeoutMs: 50 });
    const profile = profileFor(server);
    harness.add(profile, signWith(server.key, server.secret));
    harness.live.connect(profile.profileId);
    await eventually(() => harness.state(profile.profileId).state === 'unavailable');
    expect(harness.state(profile.profileId).reason).toContain('Nothing listens');
    await server.listen();
    await harness.connected(profile.profileId);
  });

  it.each([
    [{ tls: true, path: '' }, 'does not speak TLS'],
    [{ tls: false, path: '/elsewhere' }, 'No app has this key'],
  ])('says what is wrong with the address: %o', async (wrong, reason) => {
    const server = await startScripted();
    const harness = startLive();
    const profile = profileFor(server);
    if (profile.location.kind !== 'endpoints') throw new Error('No endpoints');
    const webSocket = { ...profile.location.webSocket, ...wrong };
    const location = { ...profile.location, webSocket };
    harness.add({ ...profile, location }, signWith(server.key, server.secret));
    harness.live.connect(profile.profileId);
    await eventually(() => harness.state(profile.profileId).reason?.includes(reason), { what: reason });
  });

  it('tries again when the welcome is missing or malformed', async () => {
    const server = await startScripted({ isWelcomeHeld: true });
    const harness = startLive({ welcomeTimeoutMs: 50 });
    const profile = profileFor(server);
    harness.add(profile, signWith(server.key, server.secret));
    harness.live.connect(profile.profileId);
    await eventually(() => server.clientCount === 1);
    server.sendRaw('{"event":"pusher:connection_established","data":null}');
    await eventually(() => server.accepted >= 2);
    expect(harness.state(profile.profileId)).toMatchObject({
      state: 'connecting',
      reason: expect.stringContaining('no valid welcome'),
    });
    server.isWelcomeHeld = false;
    await harness.connected(profile.profileId);
  });

  it('is made anew when the key or the address changes, and not for a new name', async () => {
    const { server, harness, live, profile, profileId, subscribe, recorder } = await connectedLive();
    await subscribe('private-orders');
    harness.add({ ...profile, name: 'renamed' }, signWith(server.key, server.secret));
    live.profileChanged(profileId);
    expect(live.list()[0]?.state).toBe('connected');
    server.key = randomBytes(10).toString('hex');
    harness.add({ ...profile, key: server.key }, signWith(server.key, server.secret));
    live.profileChanged(profileId);
    expect(live.list()[0]?.state).toBe('connecting');
    await harness.subscribed(profileId, 'private-orders');
    expect(server.accepted).toBe(2);
    expect(recorder.notesOf('gap')).toHaveLength(1);
  });

  it('says goodbye when told to disconnect, and keeps its subscriptions for later', async () => {
    const { server, live, profileId, subscribe, subscription, harness } = await connectedLive();
    await subscribe('orders');
    expect(live.disconnect(profileId).state).toBe('disconnected');
    await eventually(() => server.clientCount === 0);
    expect(subscription('orders')?.state).toBe('waiting-for-connection');
    live.connect(profileId);
    await harness.subscribed(profileId, 'orders');
    expect(live.timeline({ profileId }).map(({ kind }) => kind)).toEqual([
      'connecting',
      'connected',
      'disconnected',
      'connecting',
      'connected',
    ]);
  });

  it('is gone when its app is', async () => {
    const { server, live, profileId } = await connectedLive();
    live.forget(profileId);
    expect(live.list()).toEqual([]);
    await eventually(() => server.clientCount === 0);
  });

  it('keeps the last two hundred entries of its timeline', async () => {
    const { live, profileId, state } = await connectedLive();
    for (let round = 0; round < 150; round++) {
      live.disconnect(profileId);
      live.connect(profileId);
    }
    expect(live.timeline({ profileId })).toHaveLength(200);
    expect(state().timelineVersion).toBe(302);
  });

  it('is unknown for an app that is not there', () => {
    const { live } = startLive();
    expect(() => live.connect('none')).toThrow(AppError);
  });

  it('tells of changes at most once in an interval, the last one included', async () => {
    const { server, harness, subscribe, subscription } = await connectedLive({
      timing: { changeIntervalMs: 200 },
    });
    await subscribe('orders');
    const before = harness.changes.length;
    const started = performance.now();
    for (let count = 1; count <= 500; count++) {
      const data = JSON.stringify({ subscription_count: count });
      server.sendRaw(
        JSON.stringify({ event: 'pusher_internal:subscription_count', channel: 'orders', data }),
      );
    }
    await eventually(() => subscription('orders')?.count === 500);
    await eventually(() => harness.changes.at(-1)?.subscriptions[0]?.count === 500);
    const most = 2 + (performance.now() - started) / 200;
    expect(harness.changes.length - before).toBeLessThanOrEqual(most);
  });
});
