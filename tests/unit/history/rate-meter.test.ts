import { expect, it } from 'vitest';
import { RateMeter } from '../../../electron/history/rate-meter.ts';

it('counts the events of the last second, and none that are older', () => {
  let nowMs = 5000;
  const meter = new RateMeter(() => nowMs);
  meter.add(10);
  nowMs += 500;
  meter.add(5);
  expect(meter.perSecond).toBe(15);
  nowMs += 600;
  expect(meter.perSecond).toBe(5);
  nowMs += 60_000;
  expect(meter.perSecond).toBe(0);
});
