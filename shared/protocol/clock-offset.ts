/** How far another machine's clock is from this one's, as its answers tell. */

/**
 * @param date the `Date` header of an answer. It has whole seconds, and was written somewhere between sending the
 * request and receiving the answer.
 * @returns The other clock minus this one, in milliseconds, exact to about a second; null when there is no such date.
 */
export function clockOffsetMs(date: string | undefined, sentAt: number, receivedAt: number): number | null {
  const otherAt = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(otherAt)) return null;
  if (otherAt + 1000 >= sentAt && otherAt <= receivedAt) return 0;
  return Math.round(otherAt + 500 - (sentAt + receivedAt) / 2);
}
