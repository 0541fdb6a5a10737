/** The search thread, which ends with an error while it has a room: when it has taken the third one. */
import { roomStates } from '../../electron/history/search-memory.ts';

const exchange: (places: Int32Array, index: number, before: number, after: number) => number =
  Atomics.compareExchange;
let taken = 0;

const failing: typeof exchange = (places, index, expected, after) => {
  const before = exchange(places, index, expected, after);
  if (before === roomStates.wanted && ++taken === 3) throw new Error('told to fail');
  return before;
};
Object.assign(Atomics, { compareExchange: failing });
await import('../../electron/history/search-thread.ts');
