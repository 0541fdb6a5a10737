import { describe, expect, it } from 'vitest';
import { type StuckFacts, stuckOf, type Trouble } from '../../../electron/live/stuck.ts';

const facts: StuckFacts = {
  state: 'failed',
  reason: null,
  trouble: undefined,
  endpoint: { host: 'ws.example', port: 443, tls: true, path: '' },
  isOnCluster: false,
  dialect: 'other',
  user: null,
  subscriptions: [],
  refusedWithOffsetMs: undefined,
};
const code = (number: number): Trouble => ({ kind: 'code', code: number });
const titleOf = (changes: Partial<StuckFacts>) => stuckOf({ ...facts, ...changes })?.title;

describe('what is stuck', () => {
  it('offers the nine clusters for a key that is unknown on a cluster, and only there', () => {
    expect(stuckOf({ ...facts, isOnCluster: true, trouble: code(4001) })).toMatchObject({
      title: 'No app has this key here: the key may belong to another cluster.',
      action: 'try-clusters',
    });
    expect(stuckOf({ ...facts, trouble: code(4001) })).toMatchObject({ action: null });
  });

  it.each([
    [4000, 'This app takes TLS only.'],
    [4003, 'The app is disabled.'],
    [4004, 'The app is over its connection quota.'],
    [4005, 'The server does not know this path.'],
    [4009, 'The server refused a signature.'],
    [4100, 'The server is over capacity.'],
    [4007, 'The server does not speak this protocol version.'],
    [4077, 'The server closed the connection with code 4077.'],
  ])('names code %i', (number, title) => {
    expect(titleOf({ trouble: code(number) })).toBe(title);
  });

  it('gives a code the meaning that the server gives it', () => {
    expect(titleOf({ trouble: code(4100), dialect: 'soketi' })).toBe('The app is over its connection quota.');
  });

  it('is nothing while nobody wants a connection, and while all is well', () => {
    for (const state of ['initialized', 'disconnected', 'connected'] as const) {
      expect(stuckOf({ ...facts, state, trouble: code(4001) })).toBeNull();
    }
    expect(stuckOf({ ...facts, state: 'connecting' })).toBeNull();
  });

  it('does not take a public channel’s silence for a wrong signature', () => {
    const subscription = { channel: 'orders', state: 'pending', reason: 'Silence.', count: null } as const;
    const waiting = { ...facts, state: 'connected', subscriptions: [subscription] } as const;
    expect(stuckOf(waiting)).toMatchObject({ title: 'A subscription has no answer.', action: null });
    const both = [subscription, { ...subscription, channel: 'private-orders' }];
    expect(stuckOf({ ...waiting, subscriptions: both })).toMatchObject({
      title: '2 subscriptions have no answer.',
      action: 'check-credentials',
    });
  });
});
