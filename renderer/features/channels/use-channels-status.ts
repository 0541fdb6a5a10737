/** How discovery stands, and that somebody looks: it goes on while the screen is shown and in sight. */
import { useEffect, useState } from 'react';
import type { ChannelsStatus } from '#shared/contract/channels.ts';
import type { AppError } from '#shared/lib/app-error.ts';
import { asAppError, useContractEvent, useServices, useTransportStatus } from '../../state/index.ts';

export interface ChannelsState {
  /** Undefined until it is known. */
  readonly status: ChannelsStatus | undefined;
  readonly error: AppError | undefined;
}

export function useChannelsStatus(profileId: string): ChannelsState {
  const { client } = useServices();
  const isOnline = useTransportStatus().state === 'online';
  const [state, setState] = useState<ChannelsState>({ status: undefined, error: undefined });
  useContractEvent('channels.changed', (status) => {
    if (status.profileId === profileId) setState({ status, error: undefined });
  });
  useEffect(() => {
    if (!isOnline) return;
    let isGone = false;
    const watch = () => {
      client.call('channels.watch', { profileId }).then(
        (status) => !isGone && setState({ status, error: undefined }),
        (cause: unknown) => !isGone && setState(({ status }) => ({ status, error: asAppError(cause) })),
      );
    };
    const unwatch = () => {
      client.call('channels.unwatch', { profileId }).catch(() => {
        // The host is gone, and with it what this page held.
      });
    };
    const onVisible = () => (document.hidden ? unwatch() : watch());
    document.addEventListener('visibilitychange', onVisible);
    watch();
    return () => {
      isGone = true;
      document.removeEventListener('visibilitychange', onVisible);
      unwatch();
    };
  }, [client, profileId, isOnline]);
  return state;
}
