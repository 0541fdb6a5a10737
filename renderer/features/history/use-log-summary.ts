/** What screen readers are told of the log: a summary now and then, never each event. */
import { useEffect, useState } from 'react';
import { plural } from '../../components/index.ts';
import type { LogState, LogView } from '../../state/index.ts';

const intervalMs = 10_000;

export function useLogSummary(view: LogView, { frozenCount }: LogState): string {
  const [summary, setSummary] = useState('');
  useEffect(() => {
    let told = -1;
    const timer = setInterval(() => {
      const { count } = view;
      if (count === told) return;
      told = count;
      const rate = Math.round(view.get().status?.perSecond ?? 0);
      setSummary(`${plural(count, 'event')} shown, ${rate} a second.`);
    }, intervalMs);
    return () => clearInterval(timer);
  }, [view]);
  return frozenCount === undefined ? summary : `Paused at ${plural(view.count, 'event')}.`;
}
