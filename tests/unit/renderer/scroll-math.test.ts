import { describe, expect, it } from 'vitest';
import {
  isShortened,
  maxOffset,
  offsetOfTrack,
  offsetToShow,
  trackHeight,
  trackLimitPx,
  trackOfOffset,
  visibleRows,
} from '../../../renderer/components/scroll-math.ts';

const rowPx = 26;
const shapeOf = (count: number, viewportPx = 600) => ({ contentPx: count * rowPx, viewportPx });

describe('scrolling a long list', () => {
  it.each([10, 1_000, 1_000_000, 50_000_000])('reaches the first and the last of %i rows', (count) => {
    const shape = shapeOf(count);
    expect(trackHeight(shape)).toBeLessThanOrEqual(trackLimitPx);
    expect(visibleRows(0, rowPx, count, shape.viewportPx).start).toBe(0);
    const end = offsetOfTrack(trackHeight(shape) - shape.viewportPx, shape);
    expect(visibleRows(end, rowPx, count, shape.viewportPx).end).toBe(count);
  });

  it('finds the same place again from the scroll bar', () => {
    const shape = shapeOf(2_000_000);
    expect(isShortened(shape)).toBe(true);
    for (const offset of [0, 1_234_567, 26_000_000, maxOffset(shape)]) {
      expect(offsetOfTrack(trackOfOffset(offset, shape), shape)).toBeCloseTo(offset, 3);
    }
  });

  it('moves no more than needed to show a row', () => {
    const shape = shapeOf(1_000, 260);
    expect(offsetToShow(5, 0, rowPx, shape)).toBe(0);
    expect(offsetToShow(10, 0, rowPx, shape)).toBe(rowPx);
    expect(offsetToShow(3, 260, rowPx, shape)).toBe(78);
    expect(offsetToShow(999, 0, rowPx, shape)).toBe(maxOffset(shape));
  });

  it('shows all rows when they fit', () => {
    expect(visibleRows(0, rowPx, 3, 600)).toEqual({ start: 0, end: 3 });
    expect(maxOffset(shapeOf(3))).toBe(0);
    expect(visibleRows(0, rowPx, 0, 600)).toEqual({ start: 0, end: 0 });
  });
});
