/** Who came and went on a presence channel. */
import { describe, expect, it } from 'vitest';
import { entryLimit, PresenceTimeline } from '../../../electron/live/presence-timeline.ts';

const all = { search: '', start: 0, count: 100 };

describe('the timeline of a presence channel', () => {
  it('says who, when, how long they stayed and how often they came, newest first', () => {
    const timeline = new PresenceTimeline();
    timeline.began(1000, 2);
    timeline.joined('ana', 2000);
    timeline.left('ana', 5000, 2000);
    timeline.left('bo', 6000, null);
    timeline.joined('ana', 9000);
    expect(
      timeline
        .window(all)
        .entries.map(({ at, what, userId, stayed, joins }) => [at, what, userId, stayed, joins]),
    ).toEqual([
      [9000, 'joined', 'ana', null, 2],
      // It was there before anyone looked, so it stayed longer than was seen.
      [6000, 'left', 'bo', { ms: 5000, precision: 'at-least' }, 0],
      [5000, 'left', 'ana', { ms: 3000, precision: 'exact' }, 1],
      [2000, 'joined', 'ana', null, 1],
      [1000, 'watching', null, null, 0],
    ]);
  });

  it('flags who joins three times within a minute, and nobody who takes longer', () => {
    const timeline = new PresenceTimeline();
    timeline.began(0, 0);
    for (const at of [0, 30_000, 60_000]) timeline.joined('quick', at);
    for (const at of [0, 30_000, 60_001]) timeline.joined('slow', at);
    expect(timeline.person('quick')).toEqual({ joins: 3, flappedAt: 60_000 });
    expect(timeline.person('slow')).toEqual({ joins: 3, flappedAt: null });
    expect(timeline.person('nobody')).toEqual({ joins: 0, flappedAt: null });
    const flapping = timeline.window(all).entries.filter(({ isFlapping }) => isFlapping);
    expect(flapping.map(({ userId }) => userId)).toEqual(['quick']);
  });

  it('says how long somebody stayed only as well as it was seen', () => {
    const timeline = new PresenceTimeline();
    timeline.began(0, 1);
    timeline.lost(10);
    timeline.lost(11);
    timeline.left('ana', 100, 5, true);
    timeline.joined('bo', 100, true);
    expect(timeline.window(all).entries.map(({ what, stayed }) => [what, stayed])).toEqual([
      ['appeared', null],
      ['vanished', { ms: 95, precision: 'about' }],
      ['gap', null],
      ['watching', null],
    ]);
  });

  it('keeps so many, tells how many older ones it let go, and finds by id', () => {
    const timeline = new PresenceTimeline();
    const count = 3 * entryLimit;
    for (let index = 0; index < count; index++) timeline.joined(`user-${index}`, index);
    const newest = timeline.window({ search: '', start: 0, count: 2 });
    expect(newest).toMatchObject({ total: entryLimit, dropped: count - entryLimit });
    expect(newest.entries.map(({ userId }) => userId)).toEqual([`user-${count - 1}`, `user-${count - 2}`]);
    const last = timeline.window({ search: '', start: entryLimit - 1, count: 5 });
    expect(last.entries.map(({ userId }) => userId)).toEqual([`user-${count - entryLimit}`]);
    expect(timeline.window({ search: '', start: entryLimit, count: 5 }).entries).toEqual([]);
    expect(timeline.window({ search: `USER-${count - 1}`, start: 0, count: 5 })).toMatchObject({ total: 1 });
  });
});
