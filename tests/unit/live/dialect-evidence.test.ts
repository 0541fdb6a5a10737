import { describe, expect, it } from 'vitest';
import type { Profile } from '#shared/contract/profiles.ts';
import type { Dialect } from '#shared/protocol/dialects.ts';
import { DialectEvidence } from '../../../electron/live/dialect-evidence.ts';
import { judge } from '../../../electron/live/gate.ts';
import { profileFor } from '../../support/live.ts';

const selfHosted = profileFor({ port: 6001, key: 'key', appId: '1' });

function found(frames: readonly unknown[], profile: Profile = selfHosted) {
  const evidence = new DialectEvidence(() => {});
  for (const frame of frames) {
    const verdict = judge(Buffer.from(JSON.stringify(frame)));
    if (verdict.kind === 'protocol') evidence.observeMessage(verdict.message);
  }
  return evidence.found(profile);
}

const welcome = (seconds: number) => ({
  event: 'pusher:connection_established',
  data: JSON.stringify({ socket_id: '1.1', activity_timeout: seconds }),
});
const error = (data: unknown) => ({ event: 'pusher:error', data });

describe('the dialect', () => {
  it.each<[string, unknown[], Dialect | null]>([
    ['nothing', [], null],
    ['a short activity timeout alone', [welcome(30)], null],
    ['the usual activity timeout', [welcome(120)], null],
    [
      'Laravel Reverb',
      [welcome(30), error(JSON.stringify({ code: 4009, message: 'Connection is unauthorized' }))],
      'reverb',
    ],
    [
      'soketi',
      [welcome(30), { event: 'pusher:subscription_error', channel: 'private-x', data: { status: 401 } }],
      'soketi',
    ],
    [
      'Pusher’s words',
      [
        error({
          code: 4001,
          message: 'App key k not in this cluster. Did you forget to specify the cluster?',
        }),
      ],
      'pusher',
    ],
    [
      'what contradicts itself',
      [
        { event: 'pusher:subscription_error', channel: 'private-x', data: { status: 401 } },
        error(JSON.stringify({ code: 4200, message: 'Invalid message format' })),
      ],
      null,
    ],
  ])('of %s is told, or not', (_, frames, dialect) => {
    expect(found(frames).detected).toBe(dialect);
  });

  it('is Pusher’s on a cluster', () => {
    const location = { kind: 'cluster', cluster: 'eu' } as const;
    expect(found([], { ...selfHosted, location })).toMatchObject({
      detected: 'pusher',
      evidence: ['The address is one of Pusher’s own.'],
    });
  });

  it('keeps each kind of evidence once, however often it is seen', () => {
    const evidence = new DialectEvidence(() => {});
    for (let seconds = 1; seconds < 500; seconds++) {
      evidence.observeMessage({ kind: 'welcome', socketId: '1.1', activityTimeoutSeconds: seconds });
    }
    expect(evidence.found(selfHosted).evidence).toEqual([expect.stringContaining('is 499 s')]);
  });
});
