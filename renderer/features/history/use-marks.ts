/** The marks of the log that is on show. */
import { useCallback, useMemo } from 'react';
import type { MarkedEvent } from '#shared/contract/history.ts';
import type { AppError } from '#shared/lib/app-error.ts';
import { useCall, useContractEvent, useQuery, valueOr } from '../../state/index.ts';

export interface Marks {
  /** In the order of their events. Undefined while they load. */
  readonly list: readonly MarkedEvent[] | undefined;
  of(sequence: number): MarkedEvent | undefined;
  /** Marks an event, or changes its note; null takes the mark away. Answers whether it was done. */
  set(sequence: number, note: string | null): Promise<boolean>;
  /** Of the last change, or of the list. */
  readonly error: AppError | undefined;
  clearError(): void;
}

export function useMarks(profileId: string, sessionId: string | undefined): Marks {
  const log = useMemo(
    () => ({ profileId, ...(sessionId === undefined ? {} : { sessionId }) }),
    [profileId, sessionId],
  );
  const { result, error, reload } = useQuery('history.marks', log);
  useContractEvent('history.marksChanged', (changed) => {
    if (changed.profileId === profileId) reload();
  });
  // Where the beginning of a session went, what is left of it has other numbers.
  useContractEvent('history.sessionsChanged', (changed) => {
    if (changed.profileId === profileId && sessionId !== undefined) reload();
  });
  const change = useCall('history.setMark');
  const list = valueOr(result, undefined)?.marks;
  const bySequence = useMemo(() => new Map(list?.map((mark) => [mark.sequence, mark])), [list]);
  const { run, clear } = change;
  const set = useCallback(
    async (sequence: number, note: string | null) => (await run({ ...log, sequence, note })) !== undefined,
    [run, log],
  );
  return {
    list,
    of: useCallback((sequence) => bySequence.get(sequence), [bySequence]),
    set,
    error: change.error ?? error,
    clearError: clear,
  };
}
