/** How long the live room waits, and how often it speaks. */
import { describe, expect, it } from 'vitest';
import { AttemptPacer, settledAfterMs } from '../../../electron/live/attempt-pacer.ts';
import { connectProblem } from '../../../electron/live/connect-problem.ts';
import { LimitedNotes } from '../../../electron/live/limited-notes.ts';
import { duration } from '../../../electron/live/reasons.ts';
import { MemoryRecorder } from '../../support/live.ts';

describe('the next attempt to connect', () => {
  it('is made at once, then soon, and at least once a second while the server is down', () => {
    const pacer = new AttemptPacer();
    const delays = Array.from({ length: 6 }, () => {
      const delay = pacer.delayMs();
      pacer.unreachable();
      return delay;
    });
    expect(delays).toEqual([0, 250, 500, 1000, 1000, 1000]);
  });

  it('is rarer when the server has been down for minutes', () => {
    const pacer = new AttemptPacer();
    for (let attempt = 0; attempt < 200; attempt++) pacer.unreachable();
    expect(pacer.delayMs()).toBe(5000);
  });

  it('backs off from a server that answers and ends the connection, until one lives', () => {
    const pacer = new AttemptPacer();
    for (let attempt = 0; attempt < 10; attempt++) pacer.ended(100);
    expect(pacer.delayMs()).toBe(5000);
    pacer.ended(settledAfterMs);
    expect(pacer.delayMs()).toBe(0);
  });

  it('is not put off by a server that keeps dying', () => {
    const pacer = new AttemptPacer();
    for (let attempt = 0; attempt < 3; attempt++) pacer.ended(100);
    pacer.unreachable();
    pacer.lost();
    expect(pacer.delayMs()).toBe(0);
  });
});

describe('notes that a server can provoke', () => {
  it('are one a second, and count the rest', () => {
    const recorder = new MemoryRecorder();
    let now = 0;
    const notes = new LimitedNotes(recorder, 'refused', () => now);
    for (let index = 0; index < 100; index++) notes.write('Bad.');
    now = 1000;
    notes.write('Bad.');
    expect(recorder.notesOf('refused')).toEqual(['Bad.', 'Bad. (99 more like it since the last note.)']);
  });
});

describe('a failed attempt', () => {
  const endpoint = { host: 'x.test', port: 443, tls: true, path: '' };
  const failure = (code: string, message = '') => Object.assign(new Error(message), { code });

  it.each([
    [failure('ECONNREFUSED'), 'Nothing listens on x.test:443.', false],
    [failure('ENOTFOUND'), 'could not be found', false],
    [failure('DEPTH_ZERO_SELF_SIGNED_CERT'), 'not trusted', true],
    [failure('ERR_TLS_CERT_ALTNAME_INVALID'), 'another name', true],
    [failure('EPROTO'), 'does not speak TLS', true],
    [new Error('Unexpected server response: 502'), 'HTTP 502', true],
    [new Error('Opening handshake has timed out'), 'did not answer in time', false],
    ['what?', 'could not be reached', false],
  ])('%s says what to look at', (error, text, wasAnswered) => {
    const problem = connectProblem(error, endpoint);
    expect(problem.text).toContain(text);
    expect(problem.wasAnswered).toBe(wasAnswered);
  });
});

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [3210, '3.2 s'],
    [9960, '10 s'],
    [59_600, '1 min 0 s'],
    [252_000, '4 min 12 s'],
    [7_500_000, '2 h 5 min'],
  ])('%i ms are %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });
});
