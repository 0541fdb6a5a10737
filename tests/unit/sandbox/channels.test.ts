/** The sandbox's channels, without sockets. */
import { describe, expect, it } from 'vitest';
import { ChannelRegistry } from '../../../electron/sandbox/server/channels.ts';

function registry(hasSubscriptionCounts = false) {
  const clock = { now: 0 };
  const channels = new ChannelRegistry({ now: () => clock.now, hasSubscriptionCounts, memberLimit: 100 });
  const subscriber = (socketId: string) => {
    const frames: { event: string; data: string }[] = [];
    return { socketId, frames, send: (frame: string) => frames.push(JSON.parse(frame)) };
  };
  return { channels, clock, subscriber };
}

describe('cached events', () => {
  it('are forgotten after 30 minutes', () => {
    const { channels, clock } = registry();
    channels.publish('cache-x', 'e', '1');
    clock.now = 30 * 60_000 - 1;
    expect(channels.cachedEvent('cache-x')).toEqual({ data: '1', ttl: 1 });
    clock.now += 1;
    expect(channels.cachedEvent('cache-x')).toBeUndefined();
  });

  it('are kept for a thousand channels, the newest', () => {
    const { channels } = registry();
    for (let index = 0; index <= 1000; index++) channels.publish(`cache-${index}`, 'e', '1');
    expect(channels.cachedEvent('cache-0')).toBeUndefined();
    expect(channels.cachedEvent('cache-1')).toBeDefined();
    expect(channels.cachedEvent('cache-1000')).toBeDefined();
  });

  it('are those of cache channels only', () => {
    const { channels } = registry();
    channels.publish('my-cache-x', 'e', '1');
    expect(channels.cachedEvent('my-cache-x')).toBeUndefined();
  });
});

describe('presence data', () => {
  it('holds any user id as a plain name, and null where a member has no info', () => {
    const { channels, subscriber } = registry();
    const ana = subscriber('1.1');
    channels.subscribe('presence-x', ana, { userId: '__proto__', userInfo: undefined });
    expect(ana.frames[0]?.data).toBe(
      '{"presence":{"count":1,"ids":["__proto__"],"hash":{"__proto__":null}}}',
    );
  });

  it('is not told to the one who joins as an addition', () => {
    const { channels, subscriber } = registry();
    const [ana, bo] = [subscriber('1.1'), subscriber('2.2')];
    channels.subscribe('presence-x', ana, { userId: 'ana', userInfo: { a: 1 } });
    channels.subscribe('presence-x', bo, { userId: 'bo', userInfo: undefined });
    expect(ana.frames.slice(1)).toEqual([
      { event: 'pusher_internal:member_added', channel: 'presence-x', data: '{"user_id":"bo"}' },
    ]);
    expect(bo.frames).toHaveLength(1);
  });
});

describe('subscription counts', () => {
  it('are held back above 100 subscribers, and told within five seconds', () => {
    const { channels, clock, subscriber } = registry(true);
    const first = subscriber('0.0');
    channels.subscribe('x', first);
    for (let index = 1; index < 150; index++) channels.subscribe('x', subscriber(`${index}.0`));
    const counts = () => first.frames.filter(({ event }) => event.endsWith('count')).map(({ data }) => data);
    expect(counts().at(-1)).toBe('{"subscription_count":100}');
    clock.now += 5000;
    channels.sweep();
    expect(counts().at(-1)).toBe('{"subscription_count":150}');
    channels.sweep();
    expect(counts()).toHaveLength(101);
  });
});
