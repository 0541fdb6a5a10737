/** Timers that a test can run by itself. */
import type { Disposer } from '#shared/lib/disposer.ts';

/** Calls once, unless it is stopped. */
export type Later = (delayMs: number, call: () => void) => Disposer;

export const afterTime: Later = (delayMs, call) => {
  const timer = setTimeout(call, delayMs);
  return () => clearTimeout(timer);
};
