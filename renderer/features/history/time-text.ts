/** A place in the log, as it is typed: a time of day, a date, or how long before the end. */
import { resolveTime, timeOf } from '#shared/lib/filter/index.ts';

export const timeExamples = '14:02, 14:02:11.482, -5m or 2026-01-31T09:00';

export type ReadTime = { readonly atMs: number } | { readonly problem: string };

/** @param endMs what the time counts back from: now, or the end of an earlier session */
export function readTime(text: string, endMs: number): ReadTime {
  const value = text.trim();
  if (value === '') return { problem: `Write a time, such as ${timeExamples}.` };
  const time = timeOf(value);
  if (!time) return { problem: `This is no time. It can be written as ${timeExamples}.` };
  return { atMs: resolveTime(time, endMs) };
}
