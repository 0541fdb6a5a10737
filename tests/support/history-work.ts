/** What `history-process.ts` is told to do, and the frames that it writes: the test makes the same ones again. */
import { SeededRandom } from './seeded-random.ts';

export interface HistoryWork {
  readonly folder: string;
  readonly profileIds: readonly string[];
  readonly seed: number;
  readonly limits: { readonly bytes: number; readonly lines: number };
  /** How many times 50 events; without it there is no end. */
  readonly turns?: number;
}

export interface DurableLines {
  readonly profileId: string;
  readonly count: number;
}

/** Events without end. Most are small; some take more than one write to the disk. */
export function* framesOf(seed: number): Generator<string, never> {
  const random = new SeededRandom(seed);
  for (let number = 0; ; number++) {
    const length = random.fraction() < 0.0005 ? random.integer(0, 2 ** 19) : random.integer(0, 100);
    const channel = `channel-${random.integer(0, 20)}`;
    yield JSON.stringify({ event: 'e', channel, data: `${number} ${'é'.repeat(length)}` });
  }
}
