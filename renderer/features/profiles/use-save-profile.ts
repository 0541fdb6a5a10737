/** Saves an app, then hands what was typed to the vault. Each part that succeeded stays done when a later one fails. */
import { useCallback, useState } from 'react';
import type { ProfileInput } from '#shared/contract/profiles.ts';
import type { AppError } from '#shared/lib/app-error.ts';
import { asAppError, useServices, useVault } from '../../state/index.ts';
import type { TypedSecrets } from './secret-part.tsx';

export interface SaveProfile {
  /** The profile's id once it and its secrets are kept; undefined while something is left to do. */
  save(input: ProfileInput, typed: TypedSecrets): Promise<string | undefined>;
  /** Set as soon as the profile itself is kept. */
  readonly savedId: string | undefined;
  /** The profile is kept, and what was typed waits for the vault. */
  readonly isWaitingForVault: boolean;
  readonly isPending: boolean;
  readonly error: AppError | undefined;
  clearError(): void;
}

/** @param onSent told which typed value is in the vault now, so that it can be dropped at once. */
export function useSaveProfile(
  profileId: string | undefined,
  onSent: (changes: Partial<TypedSecrets>) => void,
): SaveProfile {
  const { client } = useServices();
  const vault = useVault()?.state;
  // An opening vault takes the call and answers when it is open; one not known yet tells by its answer.
  const isReachable = vault === undefined || vault === 'unlocked' || vault === 'opening';
  const [savedId, setSavedId] = useState(profileId);
  const [isWaitingForVault, setWaiting] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<AppError>();

  const save = async (input: ProfileInput, typed: TypedSecrets): Promise<string | undefined> => {
    setPending(true);
    setError(undefined);
    setWaiting(false);
    try {
      const { profileId: id } = await client.call('profiles.save', {
        profile: input,
        ...(savedId ? { profileId: savedId } : {}),
      });
      setSavedId(id);
      const hasSecrets = typed.secret !== '' || typed.masterKeyChoice !== 'none';
      if (hasSecrets && !isReachable) {
        setWaiting(true);
        return undefined;
      }
      if (typed.secret !== '') {
        const entry = { profileId: id, kind: 'secret', slot: 'current', key: input.key } as const;
        await client.secrets.enter({ ...entry, value: typed.secret });
        onSent({ secret: '' });
      }
      if (typed.masterKeyChoice === 'make') {
        await client.call('vault.generateMasterKey', { profileId: id, slot: 'current' });
        onSent({ masterKeyChoice: 'none' });
      } else if (typed.masterKeyChoice === 'paste' && typed.masterKey !== '') {
        const entry = { profileId: id, kind: 'masterKey', slot: 'current' } as const;
        await client.secrets.enter({ ...entry, value: typed.masterKey });
        onSent({ masterKey: '', masterKeyChoice: 'none' });
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
