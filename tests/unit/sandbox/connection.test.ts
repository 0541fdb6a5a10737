/** The sandbox's side of one connection, on a clock of the test's own. */
import { describe, expect, it } from 'vitest';
import { SandboxApp } from '../../../electron/sandbox/server/app-store.ts';
import { Connection } from '../../../electron/sandbox/server/connection.ts';

function connect(hasSubscriptionCounts = false) {
  const clock = { now: 1_750_000_000_000 };
  const app = new SandboxApp(() => clock.now, { hasSubscriptionCounts });
  const frames: { event: string; channel?: string; data: unknown }[] = [];
  const closes: number[] = [];
  const connection = new Connection({
    app,
    key: app.oldestPair.key,
    socketId: '1.1',
    transport: { send: (frame) => frames.push(JSON.parse(frame)), close: (code) => closes.push(code) },
    now: () => clock.now,
    limits: {
      activityTimeoutSeconds: 120,
      pongTimeoutSeconds: 30,
      inactivityLimitSeconds: 86_400,
      eventDataLimitBytes: 10_240,
    },
  });
  connection.open();
  const pass = (seconds: number) => {
    clock.now += seconds * 1000;
    app.sweep();
  };
  const receive = (frame: unknown) => connection.receive(JSON.stringify(frame));
  const events = () => frames.map(({ event }) => event);
  return { app, clock, connection, frames, closes, pass, receive, events };
}

describe('a silent connection', () => {
  it('is pinged after the activity timeout, and closed with 4201 when no pong comes', () => {
    const { app, closes, pass, events } = connect();
    pass(119);
    expect(events()).toEqual(['pusher:connection_established']);
    pass(1);
    expect(events()).toEqual(['pusher:connection_established', 'pusher:ping']);
    pass(29);
    expect(closes).toEqual([]);
    pass(1);
    expect(closes).toEqual([4201]);
    expect(app.connections.size).toBe(0);
  });

  it('stays when a pong comes, and is closed with 4202 after a day of nothing else', () => {
    const { closes, pass, receive } = connect();
    for (let minutes = 0; minutes < 24 * 60 - 2; minutes += 2) {
      pass(120);
      receive({ event: 'pusher:pong', data: {} });
    }
    expect(closes).toEqual([]);
    pass(120);
    expect(closes).toEqual([4202]);
  });
});

describe('client events', () => {
  it('are ten in any second, not ten a connection', () => {
    const { clock, frames, receive } = connect();
    const send = (count: number) => {
      for (let index = 0; index < count; index++) receive({ event: 'client-e', channel: 'plain', data: {} });
    };
    const rateErrors = () => frames.filter(({ data }) => JSON.stringify(data).includes('4301')).length;
    send(10);
    clock.now += 999;
    send(1);
    expect(rateErrors()).toBe(1);
    clock.now += 1;
    send(10);
    expect(rateErrors()).toBe(1);
    send(1);
    expect(rateErrors()).toBe(2);
  });
});

describe('subscription counts', () => {
  it('are told to subscribers where the app asks for them, but not on presence channels', () => {
    const { frames, receive } = connect(true);
    receive({ event: 'pusher:subscribe', data: { channel: 'plain' } });
    expect(frames.at(-1)).toEqual({
      event: 'pusher_internal:subscription_count',
      channel: 'plain',
      data: '{"subscription_count":1}',
    });
  });

  it('are not told by default', () => {
    const { receive, events } = connect();
    receive({ event: 'pusher:subscribe', data: { channel: 'plain' } });
    expect(events().at(-1)).toBe('pusher_internal:subscription_succeeded');
  });
});

describe('a connection that is gone', () => {
  it('leaves its channels, and takes no more frames', () => {
    const { app, connection, frames, receive } = connect();
    receive({ event: 'pusher:subscribe', data: { channel: 'plain' } });
    expect(app.channels.occupied()).toEqual(['plain']);
    connection.closed();
    expect(app.channels.occupied()).toEqual([]);
    const before = frames.length;
    receive({ event: 'pusher:subscribe', data: { channel: 'plain' } });
    expect(app.channels.occupied()).toEqual([]);
    expect(frames.length).toBe(before);
  });
});
