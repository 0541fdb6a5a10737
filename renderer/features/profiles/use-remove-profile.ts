/** Takes an app or a service away at once, and offers to bring it back: undo instead of a question. */
import { useCallback } from 'react';
import type { Profile, Service } from '#shared/contract/profiles.ts';
import { useToast } from '../../components/index.ts';
import { asAppError, useNavigation, useServices } from '../../state/index.ts';

export function useRemoveProfile(): (removed: Profile | Service) => Promise<void> {
  const { client, stores } = useServices();
  const navigation = useNavigation();
  const toast = useToast();

  return useCallback(
    async ({ profileId, name }: Profile | Service) => {
      const tell = (cause: unknown) => {
        const { message, hint } = asAppError(cause);
        toast({ message: [message, hint].filter(Boolean).join(' '), tone: 'danger' });
      };
      const restore = async (undoToken: string) => {
        try {
          const restored = await client.call('profiles.restore', { undoToken });
          if ('provider' in restored) navigation.openService(restored.profileId);
          else navigation.openApp(restored.profileId);
        } catch (cause) {
          tell(cause);
        }
      };
      try {
        const { undoToken, undoUntil } = await client.call('profiles.remove', { profileId });
        const place = stores.navigation.get();
        const wasShown = 'profileId' in place && place.profileId === profileId;
        if (wasShown) navigation.go({ screen: 'app', profileId: null, tab: 'inspector' });
        toast({
          message: `${name} was removed. Its secrets go when this can no longer be undone.`,
          action: { label: 'Undo', onSelect: () => void restore(undoToken) },
          timeoutMs: Math.max(1_000, undoUntil - Date.now()),
        });
      } catch (cause) {
        tell(cause);
      }
    },
    [client, navigation, stores, toast],
  );
}
