/**
 * Counts what secrets are used for, and writes it down some minutes later: a line of the audit log for each secret, not
 * for each signature.
 */
import type { Disposer } from '#shared/lib/disposer.ts';
import { afterTime } from './later.ts';

export interface Use {
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly lastAt: number;
}

/** What a crash can lose of the counts. */
export const countedForMs = 5 * 60_000;

export class Uses {
  readonly #write: (uses: ReadonlyMap<string, Use>) => void;
  readonly #now: () => number;
  #counted = new Map<string, Use>();
  #writing: Disposer | undefined;

  constructor(write: (uses: ReadonlyMap<string, Use>) => void, now: () => number) {
    this.#write = write;
    this.#now = now;
  }

  count(credentialId: string): void {
    const before = this.#counted.get(credentialId)?.count ?? 0;
    this.#counted.set(credentialId, { count: before + 1, lastAt: this.#now() });
    this.#writing ??= afterTime(countedForMs, () => this.write());
  }

  /** Of what was counted, and is not written yet. Milliseconds since 1970. */
  lastAt(credentialId: string): number | undefined {
    return this.#counted.get(credentialId)?.lastAt;
  }

  /** What was counted until now, at once. */
  write(): void {
    this.#writing?.();
    this.#writing = undefined;
    const counted = this.#counted;
    if (counted.size === 0) return;
    this.#counted = new Map();
    this.#write(counted);
  }
}
