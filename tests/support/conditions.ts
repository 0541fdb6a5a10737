/** Waiting for what a test expects, without sleeping: polled on the event loop until it holds or time is up. */
import { setTimeout as delay } from 'node:timers/promises';

/** Gives the first defined, non-false result of `probe`. */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { withinMs = 10_000, what = 'the condition' }: { withinMs?: number; what?: string } = {},
): Promise<Exclude<NonNullable<T>, false>> {
  const until = performance.now() + withinMs;
  for (;;) {
    const result = await probe();
    if (result !== undefined && result !== null && result !== false)
      return result as Exclude<NonNullable<T>, false>;
    if (performance.now() > until) throw new Error(`${what} did not come about within ${withinMs} ms`);
    await delay(5);
  }
}
