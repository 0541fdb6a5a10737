/** The timeline of one connection, as it was when it was last asked for. */
import { useCallback, useRef, useState } from 'react';
import type { TimelineEntry } from '#shared/contract/live.ts';
import type { AppError } from '#shared/lib/app-error.ts';
import { asAppError, type Services } from '../../state/index.ts';

export function useTimeline(client: Services['client'], profileId: string, connection: number) {
  const [entries, setEntries] = useState<readonly TimelineEntry[]>([]);
  const [error, setError] = useState<AppError>();
  const asked = useRef(0);
  const load = useCallback(async () => {
    const turn = ++asked.current;
    try {
      const answer = await client.call('live.timeline', { profileId, connection });
      // A later answer may come first.
      if (turn !== asked.current) return;
      setEntries(answer.entries);
      setError(undefined);
    } catch (cause) {
      const failure = asAppError(cause);
      // It was closed meanwhile: this screen is about to show another one.
      if (turn === asked.current && failure.code !== 'not_found') setError(failure);
    }
  }, [client, profileId, connection]);
  return { entries, error, load };
}
