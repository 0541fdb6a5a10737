/** Saves an app or a service, then hands what was typed to the vault. Each part that succeeded stays done when a later one fails. */
import { useCallback, useState } from 'react';
import type { AppError } from '#shared/lib/app-error.ts';
import { asAppError, useVault } from '../../state/index.ts';

/** A secret that was typed, or is to be made. */
export interface SecretToKeep<T> {
  readonly keep: (profileId: string) => Promise<unknown>;
  /** What is told once it is kept. */
  readonly sent: T;
}

export interface Saving<T> {
  /**
   * The id once all of it is kept; undefined while something is left to do.
   * @param keep changes what has this id, or adds it
   */
  save(
    keep: (savedId: string | undefined) => Promise<{ readonly profileId: string }>,
    secrets: readonly SecretToKeep<T>[],
  ): Promise<string | undefined>;
  /** Set as soon as the app or the service itself is kept. */
  readonly savedId: string | undefined;
  /** It is kept, and what was typed waits for the vault. */
  readonly isWaitingForVault: boolean;
  readonly isPending: boolean;
  readonly error: AppError | undefined;
  clearError(): void;
}

/** @param onSent told which typed value is in the vault now, so that it can be dropped at once. */
export function useSave<T>(profileId: string | undefined, onSent: (sent: T) => void): Saving<T> {
  const vault = useVault()?.state;
  // An opening vault takes the call and answers when it is open; one not known yet tells by its answer.
  const isReachable = vault === undefined || vault === 'unlocked' || vault === 'opening';
  const [savedId, setSavedId] = useState(profileId);
  const [isWaitingForVault, setWaiting] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<AppError>();

  const save: Saving<T>['save'] = async (keep, secrets) => {
    setPending(true);
    setError(undefined);
    setWaiting(false);
    try {
      const { profileId: id } = await keep(savedId);
      setSavedId(id);
      if (secrets.length > 0 && !isReachable) {
        setWaiting(true);
        return undefined;
      }
      for (const secret of secrets) {
        await secret.keep(id);
        onSent(secret.sent);
      }
      return id;
    } catch (cause) {
      setError(asAppError(cause));
      return undefined;
    } finally {
      setPending(false);
    }
  };
  const clearError = useCallback(() => setError(undefined), []);
  return { save, savedId, isWaitingForVault, isPending, error, clearError };
}
