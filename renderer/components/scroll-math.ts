/**
 * Where rows are while a list scrolls. Browsers stop at an element height of about 33 million px (Firefox at 17), so
 * a longer list gets a shorter track: `offset` is where we are in the list, `track` is where the scroll bar is.
 */

export const trackLimitPx = 15_000_000;

export interface ScrollShape {
  /** The height of all rows. */
  readonly contentPx: number;
  readonly viewportPx: number;
}

export function trackHeight({ contentPx }: ScrollShape): number {
  return Math.min(contentPx, trackLimitPx);
}

export function isShortened(shape: ScrollShape): boolean {
  return shape.contentPx > trackLimitPx;
}

export function maxOffset({ contentPx, viewportPx }: ScrollShape): number {
  return Math.max(0, contentPx - viewportPx);
}

export function clampOffset(offset: number, shape: ScrollShape): number {
  return Math.min(Math.max(offset, 0), maxOffset(shape));
}

export function offsetOfTrack(track: number, shape: ScrollShape): number {
  if (!isShortened(shape)) return clampOffset(track, shape);
  const room = trackHeight(shape) - shape.viewportPx;
  return room <= 0 ? 0 : clampOffset((track / room) * maxOffset(shape), shape);
}

export function trackOfOffset(offset: number, shape: ScrollShape): number {
  if (!isShortened(shape)) return offset;
  const room = trackHeight(shape) - shape.viewportPx;
  const most = maxOffset(shape);
  return most === 0 ? 0 : (offset / most) * room;
}

export interface RowRange {
  readonly start: number;
  /** After the last. */
  readonly end: number;
}

/** The rows that are in sight, even in part; as many wherever the list stands, so that none has to be made for one more. */
export function visibleRows(offset: number, rowPx: number, count: number, viewportPx: number): RowRange {
  const start = Math.min(Math.max(0, Math.floor(offset / rowPx)), count);
  const most = viewportPx === 0 ? 0 : Math.ceil(viewportPx / rowPx) + 1;
  return { start, end: Math.min(count, start + most) };
}

/** The nearest offset at which the row is in sight as a whole. */
export function offsetToShow(row: number, offset: number, rowPx: number, shape: ScrollShape): number {
  const top = row * rowPx;
  if (top < offset) return clampOffset(top, shape);
  if (top + rowPx > offset + shape.viewportPx) return clampOffset(top + rowPx - shape.viewportPx, shape);
  return clampOffset(offset, shape);
}
