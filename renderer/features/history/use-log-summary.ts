/** What screen readers are told of the log: a summary now and then, never each event. */
import { useEffect, useRef, useState } from 'react';
import { plural } from '../../components/index.ts';
import type { LogSnapshot } from '../../state/index.ts';

const intervalMs = 10_000;

export function useLogSummary(log: LogSnapshot, count: number): string {
  const latest = useRef({ log, count });
  useEffect(() => {
    latest.current = { log, count };
  });
  const [summary, setSummary] = useState('');
  useEffect(() => {
    let told = -1;
    const timer = setInterval(() => {
      const { count: now, log: current } = latest.current;
      if (now === told) return;
      told = now;
      const rate = Math.round(current.status?.perSecond ?? 0);
      setSummary(`${plural(now, 'event')} shown, ${rate} a second.`);
    }, intervalMs);
    return () => clearInterval(timer);
  }, []);
  const isPaused = log.frozenCount !== undefined;
  return isPaused ? `Paused at ${plural(count, 'event')}.` : summary;
}
