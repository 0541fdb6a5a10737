/** What the gate makes of a frame. */
import { describe, expect, it } from 'vitest';
import { userId } from '#shared/contract/strings.ts';
import { candidateLimitBytes, judge, mayBeProtocol, textForPusherJs } from '../../../electron/live/gate.ts';
import { hostileFrames } from '../../support/hostile-frames.ts';

const bytes = (frame: unknown) => Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame));

const presenceOf = (userId: string) =>
  JSON.stringify({
    event: 'pusher_internal:subscription_succeeded',
    channel: 'presence-x',
    data: { presence: { count: 1, ids: [], hash: { [userId]: {} } } },
  });

function messageOf(frame: unknown) {
  const verdict = judge(bytes(frame));
  if (verdict.kind !== 'protocol') throw new Error(`Was ${verdict.kind}`);
  return verdict.message;
}

describe('a frame that may be the protocol’s', () => {
  it('names it, or could name it with an escape', () => {
    expect(mayBeProtocol(bytes({ event: 'pusher:ping' }))).toBe(true);
    expect(mayBeProtocol(bytes('{"event":"\\u0070usher:ping"}'))).toBe(true);
    expect(mayBeProtocol(bytes('{"event":"pu\\u0073her:ping"}'))).toBe(true);
    expect(mayBeProtocol(bytes('{ "event":"pusher:ping"}'))).toBe(true);
    expect(mayBeProtocol(bytes('{"event":"pushed","data":"pusher:ping"}'))).toBe(false);
    expect(mayBeProtocol(bytes('{"event":"pusher'))).toBe(true);
    expect(mayBeProtocol(bytes({ event: 'order', channel: 'orders', data: '{"id":1}' }))).toBe(false);
  });

  it('is the application’s if only its data says so', () => {
    expect(judge(bytes({ event: 'order', channel: 'x', data: 'pusher:error' }))).toEqual({
      kind: 'application',
    });
  });
});

describe('messages', () => {
  it('may have their data as an object or as JSON text', () => {
    const data = { socket_id: '12.34', activity_timeout: 30 };
    const welcome = { kind: 'welcome', socketId: '12.34', activityTimeoutSeconds: 30 };
    expect(messageOf({ event: 'pusher:connection_established', data })).toEqual(welcome);
    expect(messageOf({ event: 'pusher:connection_established', data: JSON.stringify(data) })).toEqual(
      welcome,
    );
    expect(messageOf({ event: 'pusher:error', data: '{"code":4009,"message":"no"}' })).toEqual({
      kind: 'error',
      code: 4009,
      serverText: 'no',
      isTextData: true,
    });
    expect(messageOf({ event: 'pusher:error', data: { code: 4009, message: 'no' } })).toMatchObject({
      isTextData: false,
    });
  });

  it('say who was signed in, and how many of a watchlist came and went', () => {
    const user = JSON.stringify({ user_data: '{"id":"ana"}' });
    expect(messageOf({ event: 'pusher:signin_success', data: user })).toEqual({
      kind: 'signed-in',
      userId: 'ana',
    });
    const events = [
      { name: 'online', user_ids: ['ben', 'cleo'] },
      { name: 'offline', user_ids: ['dan'] },
    ];
    expect(
      messageOf({ event: 'pusher_internal:watchlist_events', data: JSON.stringify({ events }) }),
    ).toEqual({ kind: 'watchlist', online: 2, offline: 1 });
  });

  it('are found behind escapes, too', () => {
    expect(messageOf('{"event":"\\u0070usher:ping"}')).toEqual({ kind: 'ping' });
  });

  it('give an activity timeout in any case: pusher-js breaks without one', () => {
    const message = messageOf({ event: 'pusher:connection_established', data: { socket_id: '1.2' } });
    expect(message).toMatchObject({ activityTimeoutSeconds: 120 });
  });

  it('list members of any name, with ids as numbers, and without info', () => {
    const hash = '{"__proto__":{"a":1},"7":null}';
    const data = `{"presence":{"count":3,"ids":["__proto__",7,"ana"],"hash":${hash}}}`;
    const frame = { event: 'pusher_internal:subscription_succeeded', channel: 'presence-x', data };
    const message = messageOf(frame);
    if (message.kind !== 'subscribed') throw new Error(message.kind);
    expect(new Map(message.members)).toEqual(
      new Map([
        ['7', null],
        ['__proto__', '{"a":1}'],
        ['ana', null],
      ]),
    );
  });

  it('list the members of PHP servers, which write 0, 1, 2 as a list', () => {
    const data = { presence: { count: 2, ids: [0, 1], hash: [{ name: 'a' }, { name: 'b' }] } };
    const frame = { event: 'pusher_internal:subscription_succeeded', channel: 'presence-x', data };
    expect(messageOf(frame)).toMatchObject({
      members: [
        ['0', '{"name":"a"}'],
        ['1', '{"name":"b"}'],
      ],
    });
  });

  it('list members whose ids are as long as the contract allows', () => {
    const id = 'x'.repeat(4096);
    expect(messageOf(presenceOf(id))).toMatchObject({ members: [[id, '{}']] });
    expect(userId.safeParse(id).success).toBe(true);
  });

  it('reach pusher-js made anew, without what it can do without', () => {
    const data = { presence: { count: 1, ids: ['ana'], hash: { ana: { name: 'Ana' } } } };
    const frame = {
      event: 'pusher_internal:subscription_succeeded',
      channel: 'presence-x',
      data,
      extra: [[[]]],
    };
    expect(JSON.parse(textForPusherJs(messageOf(frame)) ?? '')).toEqual({
      event: 'pusher_internal:subscription_succeeded',
      channel: 'presence-x',
      data: { presence: { count: 0, ids: [], hash: {} } },
    });
    expect(
      textForPusherJs({ kind: 'member-added', channel: 'presence-x', member: ['a', null] }),
    ).toBeUndefined();
    expect(textForPusherJs({ kind: 'error', code: null, serverText: '', isTextData: false })).toBeUndefined();
  });
});

describe('a frame that is refused', () => {
  it('may be one with a member whose id is longer than the contract allows', () => {
    expect(judge(bytes(presenceOf('x'.repeat(4097))))).toMatchObject({
      kind: 'refused',
      channel: 'presence-x',
      why: expect.stringContaining('without the data'),
    });
  });

  it.each([
    ['{"event":"pusher:error"', 'is not JSON'],
    [`{"event":"pusher:error","data":${'['.repeat(100)}${']'.repeat(100)}}`, 'is nested too deeply'],
    ['{"event":42,"x":"pusher"}', 'is JSON, but no message with an event name'],
    ['{"event":"pusher:connection_established","data":{"socket_id":"x"}}', 'without the data'],
    ['{"event":"pusher_internal:subscription_succeeded","channel":7}', 'without a valid channel name'],
  ])('says why: %s', (frame, why) => {
    expect(judge(bytes(frame))).toMatchObject({ kind: 'refused', why: expect.stringContaining(why) });
  });

  it('is too large', () => {
    const frame = JSON.stringify({ event: 'pusher:error', data: 'x'.repeat(candidateLimitBytes) });
    expect(judge(bytes(frame))).toMatchObject({ kind: 'refused', why: expect.stringContaining('bytes') });
  });

  it('names its channel, so that the subscription can say what happened', () => {
    const frame = { event: 'pusher_internal:subscription_succeeded', channel: 'presence-x', data: null };
    expect(judge(bytes(frame))).toMatchObject({ kind: 'refused', channel: 'presence-x' });
  });

  it('never throws, whatever it is', () => {
    const frames = hostileFrames('public', 'presence-x', 'private-encrypted-x');
    expect(frames.length).toBeGreaterThanOrEqual(65);
    for (const frame of frames) expect(judge(Buffer.from(frame)).kind).toBeTypeOf('string');
  });
});
