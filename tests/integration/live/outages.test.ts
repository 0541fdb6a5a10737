/** What happens when the server goes away, and when it returns. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/conditions.ts';
import { connectedLive } from '../../support/live.ts';

describe('a server that is killed and started again', () => {
  it('is found within seconds; everything is subscribed again, and the gap is in the log', async () => {
    const { server, recorder, harness, profileId, subscribe, subscription, state } = await connectedLive();
    const channels = ['orders', 'private-orders', 'private-encrypted-orders', 'presence-room'];
    for (const channel of channels) await subscribe(channel);
    const oldSocketId = state().socketId;
    await server.stop();
    await eventually(() => state().state !== 'connected');
    expect(subscription('orders')?.state).toBe('waiting-for-connection');
    expect(state().socketId).toBeNull();
    // Down long enough for several attempts to have failed.
    await eventually(() => state().reason?.includes('Nothing listens'));
    await server.listen();
    const returnedAt = performance.now();
    for (const channel of channels) await harness.subscribed(profileId, channel);
    expect(performance.now() - returnedAt).toBeLessThan(3000);
    expect(state().socketId).not.toBe(oldSocketId);
    expect(recorder.notesOf('disconnected')).toHaveLength(1);
    expect(recorder.notesOf('gap')).toEqual([
      expect.stringMatching(/^Connection lost for \d+\.\d s: events sent in that time are missing here\.$/),
    ]);
    server.publish('private-orders', 'after', '{}');
    await eventually(() => recorder.incoming.some((text) => text.includes('"after"')));
  });

  it('is found as soon the sixth time as the first', async () => {
    const { server, harness, profileId, subscribe, state } = await connectedLive();
    await subscribe('private-orders');
    for (let kill = 1; kill <= 6; kill++) {
      await server.stop();
      await eventually(() => state().state !== 'connected');
      await server.listen();
      await harness.subscribed(profileId, 'private-orders');
    }
    // No try was put off for the outages before.
    const delays = harness.live
      .timeline({ profileId })
      .filter(({ kind }) => kind === 'closed')
      .map(({ next }) => next);
    expect(delays).toEqual(Array.from({ length: 6 }, () => 'Tries again after 1.0 s.'));
  });

  it('does not get a channel back that was unsubscribed while its answer was due', async () => {
    const { server, live, harness, profileId, subscribe, recorder } = await connectedLive({
      onSubscribe: (channel) => (channel === 'silent' ? '{}' : undefined),
    });
    await subscribe('orders');
    live.subscribe({ profileId, channel: 'silent' });
    await eventually(() => server.framesOf('pusher:subscribe').length === 2);
    live.unsubscribe({ profileId, channel: 'silent' });
    await server.stop();
    await eventually(() => recorder.notesOf('disconnected').length === 1);
    server.received.length = 0;
    await server.listen();
    await harness.subscribed(profileId, 'orders');
    expect(server.framesOf('pusher:subscribe').map(({ data }) => data)).toEqual([
      expect.objectContaining({ channel: 'orders' }),
    ]);
  });
});

describe('a half-open connection', () => {
  const timing = { activityTimeoutMs: 100, pongTimeoutMs: 100 };

  it('is noticed by its silence, and the gap counts from the last frame', async () => {
    const { server, recorder, harness, profileId } = await connectedLive({ timing });
    server.isDeaf = true;
    const deafSince = performance.now();
    await eventually(() => recorder.notesOf('disconnected').length === 1);
    expect(performance.now() - deafSince).toBeLessThan(2000);
    expect(recorder.notesOf('disconnected')[0]).toContain('did not answer a ping');
    server.isDeaf = false;
    await harness.connected(profileId);
    const [gap] = recorder.notesOf('gap');
    expect(Number(/lost for ([\d.]+) s/.exec(gap ?? '')?.[1])).toBeGreaterThanOrEqual(0.1);
  });

  it('is found within 8 s by default', async () => {
    const { server, recorder } = await connectedLive();
    server.isDeaf = true;
    const deafSince = performance.now();
    await eventually(() => recorder.notesOf('disconnected').length === 1, { withinMs: 12_000 });
    expect(performance.now() - deafSince).toBeLessThan(8500);
  });

  it('is not suspected while events arrive faster than pongs can', async () => {
    const { server, recorder, subscribe } = await connectedLive({
      timing: { activityTimeoutMs: 100, pongTimeoutMs: 1500 },
    });
    await subscribe('orders');
    server.isDeaf = true;
    const pings = () => server.framesOf('pusher:ping').length;
    const pingsBefore = pings();
    await eventually(() => {
      server.publish('orders', 'order', '{}');
      return pings() >= pingsBefore + 3;
    });
    expect(recorder.notesOf('disconnected')).toEqual([]);
    await eventually(() => recorder.notesOf('disconnected').length === 1);
  });
});

describe('a log that is behind', () => {
  it('pauses the socket until it is ready, without losing a frame or the connection', async () => {
    const { server, recorder, subscribe } = await connectedLive({
      timing: { activityTimeoutMs: 100, pongTimeoutMs: 1500 },
    });
    await subscribe('orders');
    const { promise, resolve } = Promise.withResolvers<void>();
    recorder.behindUntil = promise;
    for (let index = 0; index < 20_000; index++) server.publish('orders', 'order', `"${index}"`);
    const pings = () => server.framesOf('pusher:ping').length;
    const pingsBefore = pings();
    await eventually(() => pings() >= pingsBefore + 3, { what: 'pings while paused' });
    const orders = () => recorder.incoming.filter((text) => text.includes('"order"')).length;
    expect(orders()).toBeLessThan(20_000);
    resolve();
    await eventually(() => orders() === 20_000);
    expect(recorder.notesOf('disconnected')).toEqual([]);
  });
});
