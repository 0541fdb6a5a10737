/** A presence channel by polls alone. */
import { expect, it } from 'vitest';
import { SilentWatch } from '../../../electron/presence/silent-watch.ts';

const all = { search: '', start: 0, count: 100 };

it('tells how each answer differs from the one before, and claims nothing of the first', () => {
  const watch = new SilentWatch();
  expect(watch.add(['ana', 'bo', 'bo'], 10)).toEqual({
    at: 10,
    users: 2,
    came: null,
    went: null,
    requests: 1,
    isCut: false,
  });
  expect(watch.add(['bo', 'cy'], 20)).toMatchObject({ users: 2, came: 1, went: 1, requests: 2 });
  expect(watch.add(['bo', 'cy'], 30)).toMatchObject({ came: 0, went: 0 });
  expect(watch.add([], 40)).toMatchObject({ users: 0, came: 0, went: 2 });
  expect(
    watch.timeline.window(all).entries.map(({ at, what, userId, stayed }) => [at, what, userId, stayed]),
  ).toEqual([
    [40, 'vanished', 'cy', { ms: 20, precision: 'about' }],
    [40, 'vanished', 'bo', { ms: 30, precision: 'at-least' }],
    [20, 'appeared', 'cy', null],
    [20, 'vanished', 'ana', { ms: 10, precision: 'at-least' }],
    [10, 'watching', null, null],
  ]);
});

it('says when there are more users than are kept, and does not count them as coming again and again', () => {
  const watch = new SilentWatch();
  const ids = Array.from({ length: 20_005 }, (_, index) => `user-${index}`);
  expect(watch.add(ids, 1)).toMatchObject({ users: 20_005, isCut: true });
  expect(watch.add(ids, 2)).toMatchObject({ users: 20_005, came: 0, went: 0, isCut: true });
});
