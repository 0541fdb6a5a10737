/** The time of frames: finer than a millisecond, and that of the wall clock when this is set or the machine slept. */
import { afterEach, expect, it, vi } from 'vitest';
import { createClock } from '../../../electron/live/clock.ts';

afterEach(() => vi.restoreAllMocks());

it('keeps fractions, and follows the wall clock when it was set', () => {
  let [monotonicMs, wallMs] = [1000.25, 1_700_000_000_000];
  vi.spyOn(performance, 'now').mockImplementation(() => monotonicMs);
  vi.spyOn(Date, 'now').mockImplementation(() => wallMs);
  const now = createClock();
  expect(now()).toBe(1_700_000_000_000);
  monotonicMs += 0.5;
  expect(now()).toBe(1_700_000_000_000.5);
  // The wall clock's own whole milliseconds are no correction.
  [monotonicMs, wallMs] = [monotonicMs + 30, wallMs + 40];
  expect(now()).toBe(1_700_000_000_030.5);
  // Asleep for an hour, in which the other clock stood still.
  [monotonicMs, wallMs] = [monotonicMs + 1, wallMs + 3_600_000];
  expect(now()).toBe(wallMs);
  // Set back.
  [monotonicMs, wallMs] = [monotonicMs + 5, wallMs - 60_000];
  expect(now()).toBe(wallMs);
});
