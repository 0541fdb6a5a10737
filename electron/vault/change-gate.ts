/** Keeps what changes the kept secrets apart from a move of all of them. */
import { AppError } from '#shared/lib/app-error.ts';

export class ChangeGate {
  readonly #underWay = new Set<Promise<unknown>>();
  #closed: Promise<unknown> | undefined;

  /** @throws AppError `conflict` while it is closed */
  requireOpen(): void {
    if (this.#closed) throw isMoving();
  }

  /** @throws AppError `conflict` while it is closed, and what `work` throws */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.requireOpen();
    const running = work();
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  /** As `during`, for what nobody waits for: begins when the gate is open. */
  async later<T>(work: () => Promise<T>): Promise<T> {
    while (this.#closed) await this.#closed.catch(() => {});
    return this.during(work);
  }

  /** Closed from now on. `work` begins when everything that is under way has ended. @throws as `during` */
  async closed<T>(work: () => Promise<T>): Promise<T> {
    this.requireOpen();
    const running = Promise.allSettled(this.#underWay).then(work);
    this.#closed = running;
    try {
      return await running;
    } finally {
      this.#closed = undefined;
    }
  }
}

function isMoving(): AppError {
  return new AppError('conflict', 'The secrets are being moved to another place.', {
    hint: 'Wait until they are there, or cancel the move, and try again.',
    retryable: true,
  });
}
