/** What the page tells of input: at once, and not too often. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { touchIntervalMs, watchForInput } from '../../../renderer/shell/presence.ts';

let page: EventTarget;
let touches: number;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  [page, touches] = [new EventTarget(), 0];
  stop = watchForInput(page, () => touches++);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

const input = (name = 'keydown') => page.dispatchEvent(new Event(name));

it.each(['keydown', 'pointerdown', 'pointermove', 'wheel'])('tells of %s at once', (name) => {
  input(name);
  expect(touches).toBe(1);
});

it('tells of a lot of input once in an interval, and of its end', () => {
  for (let each = 0; each < 100; each++) input();
  expect(touches).toBe(1);
  vi.advanceTimersByTime(touchIntervalMs);
  expect(touches).toBe(2);
  vi.advanceTimersByTime(10 * touchIntervalMs);
  expect(touches).toBe(2);
  input();
  expect(touches).toBe(3);
});

it('tells of nothing that is no input', () => {
  for (const name of ['focus', 'visibilitychange', 'mousemove']) input(name);
  stop();
  input();
  expect(touches).toBe(0);
});
