/** A connection's state in words, and its tone. Used by every place that shows one. */
import type { Connection, Subscription } from '#shared/contract/live.ts';
import type { Tone } from '../../components/index.ts';
import { useConnection, useTransportStatus } from '../../state/index.ts';

export interface StateWords {
  readonly tone: Tone;
  readonly text: string;
}

/** @param connection undefined: this app has not been connected. */
export function connectionWords(connection: Connection | undefined): StateWords {
  switch (connection?.state) {
    case undefined:
    case 'initialized':
    case 'disconnected':
      return { tone: 'idle', text: 'Not connected' };
    case 'connecting':
      return { tone: 'notice', text: 'Connecting' };
    case 'connected':
      return { tone: 'ok', text: 'Connected' };
    case 'unavailable':
      return { tone: 'warning', text: 'Unavailable, trying again' };
    case 'failed':
      return { tone: 'danger', text: 'Failed' };
  }
}

/** While the main side can't be reached, nothing is known of its connections. */
export function useConnectionWords(profileId: string): StateWords {
  const connection = useConnection(profileId);
  const isReachable = useTransportStatus().state === 'online';
  return isReachable ? connectionWords(connection) : { tone: 'idle', text: 'Unknown' };
}

export function subscriptionWords(state: Subscription['state']): StateWords {
  switch (state) {
    case 'subscribed':
      return { tone: 'ok', text: 'Subscribed' };
    case 'pending':
      return { tone: 'notice', text: 'Waiting for the server' };
    case 'waiting-for-connection':
      return { tone: 'idle', text: 'Waiting for the connection' };
    case 'waiting-for-vault':
      return { tone: 'warning', text: 'Waiting for the vault' };
    case 'failed':
      return { tone: 'danger', text: 'Failed' };
  }
}
