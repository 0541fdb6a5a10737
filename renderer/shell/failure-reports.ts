/** Failures of commands: nobody waits for a command's answer, so the shell shows them. */
import { AppError } from '#shared/lib/app-error.ts';
import { type Disposer, Listeners } from '#shared/lib/disposer.ts';

export class FailureReports {
  readonly #listeners = new Listeners<AppError>();

  readonly listen = (listener: (error: AppError) => void): Disposer => this.#listeners.add(listener);

  /** What is not an AppError is a bug: it is thrown on, where it is loud. */
  report(error: unknown): void {
    if (!(error instanceof AppError)) throw error;
    if (error.code !== 'cancelled') this.#listeners.emit(error);
  }
}
