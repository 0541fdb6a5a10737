import { describe, expect, it } from 'vitest';
import {
  allowsClientEvents,
  channelKind,
  channelNameProblem,
  isEncrypted,
} from '#shared/protocol/channels.ts';
import { afterClose } from '#shared/protocol/codes.ts';
import { eventNameProblem } from '#shared/protocol/events.ts';
import { encryptedSizeBytes, utf8SizeBytes } from '#shared/protocol/limits.ts';

describe('channel names', () => {
  it.each([
    ['orders', 'public'],
    ['private-orders', 'private'],
    ['private-encrypted-orders', 'private-encrypted'],
    ['presence-room', 'presence'],
    ['cache-x', 'cache'],
    ['private-cache-x', 'private-cache'],
    ['private-encrypted-cache-x', 'private-encrypted-cache'],
    ['presence-cache-x', 'presence-cache'],
    ['my-private-x', 'public'],
    ['privateer', 'public'],
    ['#server-to-user-7', 'server-to-user'],
  ])('%s is %s', (name, kind) => expect(channelKind(name)).toBe(kind));

  it('explains what is wrong', () => {
    expect(channelNameProblem('')?.message).toContain('Enter');
    expect(channelNameProblem('my room')?.message).toContain('a space');
    expect(channelNameProblem('orders/7')?.message).toContain('“/”');
    expect(channelNameProblem('naïve')?.message).toContain('“ï”');
    expect(channelNameProblem('x'.repeat(201))?.severity).toBe('error');
    expect(channelNameProblem('x'.repeat(165))?.severity).toBe('warning');
    expect(channelNameProblem('x'.repeat(164))).toBeUndefined();
    expect(channelNameProblem('#server-to-user-7')?.severity).toBe('error');
    expect(channelNameProblem('#server-to-user-7', 'publish')).toBeUndefined();
    expect(channelNameProblem('private-')?.severity).toBe('error');
  });

  it('knows where client events may go', () => {
    expect(allowsClientEvents('private-x')).toBe(true);
    expect(allowsClientEvents('presence-x')).toBe(true);
    expect(allowsClientEvents('private-encrypted-x')).toBe(false);
    expect(allowsClientEvents('x')).toBe(false);
    expect(isEncrypted('private-encrypted-cache-x')).toBe(true);
  });
});

describe('event names', () => {
  it('warns of what some servers refuse, and refuses what is the protocol’s own', () => {
    expect(eventNameProblem('App\\Events\\OrderShipped')).toBeUndefined();
    expect(eventNameProblem('client-typing')?.severity).toBe('warning');
    expect(eventNameProblem('pusher:ping')?.severity).toBe('error');
    expect(eventNameProblem(' ')?.severity).toBe('error');
    expect(eventNameProblem('x'.repeat(201))?.severity).toBe('error');
  });
});

describe('close codes', () => {
  it.each([
    [4001, 'do-not-reconnect'],
    [4100, 'reconnect-after-backoff'],
    [4200, 'reconnect-at-once'],
    [4301, 'stay-connected'],
    [1002, 'reconnect-after-backoff'],
    [1006, 'reconnect-at-once'],
  ])('%i: %s', (code, expected) => expect(afterClose(code)).toBe(expected));
});

describe('sizes', () => {
  it.each(['', 'a', 'é', '€', '😀', 'a😀é€', '\ud800', '\ud800a', '\udc00'])(
    'counts %j as UTF-8 does',
    (text) => expect(utf8SizeBytes(text)).toBe(Buffer.byteLength(text)),
  );

  it('knows how large data becomes when it is encrypted', () => {
    for (const length of [0, 1, 2, 3, 100, 7_000]) {
      const ciphertext = Buffer.alloc(length + 16).toString('base64');
      const nonce = Buffer.alloc(24).toString('base64');
      expect(encryptedSizeBytes(length)).toBe(JSON.stringify({ nonce, ciphertext }).length);
    }
  });
});
