/** Asks for the ids of a presence channel again and again, while the page is in sight; stops when it is left. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallOutput } from '#shared/contract/index.ts';
import type { AppError } from '#shared/lib/app-error.ts';
import { asAppError, useServices } from '../../state/index.ts';

const backOffLimitMs = 300_000;

export interface PresencePoll {
  /** The last answer, kept while later questions fail. */
  readonly answer: CallOutput<'presence.poll'> | undefined;
  /** Of the last question. One that may pass is asked again, less and less often; others wait for `askNow`. */
  readonly error: AppError | undefined;
  readonly isAsking: boolean;
  askNow(): void;
}

export function usePresencePoll(
  profileId: string,
  channel: string,
  everyMs: number | undefined,
): PresencePoll {
  const { client } = useServices();
  const [answer, setAnswer] = useState<PresencePoll['answer']>();
  const [error, setError] = useState<AppError>();
  const [isAsking, setAsking] = useState(false);
  const [turn, setTurn] = useState(0);
  const hasStarted = useRef(false);
  const failuresInARow = useRef(0);

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      setAsking(true);
      let isGoingOn = everyMs !== undefined;
      try {
        const next = await client.call('presence.poll', { profileId, channel }, { signal: abort.signal });
        setAnswer(next);
        setError(undefined);
        failuresInARow.current = 0;
      } catch (cause) {
        if (abort.signal.aborted) return;
        const failure = asAppError(cause);
        setError(failure);
        isGoingOn &&= failure.retryable;
        failuresInARow.current++;
      }
      setAsking(false);
      if (!isGoingOn || document.hidden || everyMs === undefined) return;
      const waitMs = everyMs * 2 ** Math.min(failuresInARow.current, 16);
      timer = setTimeout(ask, Math.min(waitMs, Math.max(everyMs, backOffLimitMs)));
    };
    const onVisible = () => {
      clearTimeout(timer);
      if (!document.hidden && everyMs !== undefined) void ask();
    };
    document.addEventListener('visibilitychange', onVisible);
    if (everyMs !== undefined || turn > 0 || !hasStarted.current) void ask();
    hasStarted.current = true;
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [client, profileId, channel, everyMs, turn]);

  const askNow = useCallback(() => setTurn((current) => current + 1), []);
  return { answer, error, isAsking, askNow };
}
