/** What happened to one connection, newest first. */
import { useEffect } from 'react';
import type { Connection, TimelineEntry, TimelineKind } from '#shared/contract/live.ts';
import { classes, ErrorNotice, formatTime, Stack } from '../../components/index.ts';
import { useServices } from '../../state/index.ts';
import styles from './connections-screen.module.css';
import { useTimeline } from './use-timeline.ts';

const kindWords: Readonly<Record<TimelineKind, string>> = {
  initialized: 'New',
  connecting: 'Connecting',
  connected: 'Connected',
  unavailable: 'Unavailable',
  failed: 'Failed',
  disconnected: 'Disconnected',
  attempt: 'Attempt failed',
  closed: 'Closed',
  gap: 'Gap',
  'sign-in': 'User',
  error: 'Server error',
};

const kindLooks: Partial<Record<TimelineKind, string | undefined>> = {
  connected: styles.good,
  unavailable: styles.poor,
  failed: styles.bad,
  attempt: styles.poor,
  closed: styles.poor,
  gap: styles.poor,
  error: styles.bad,
};

export function ConnectionTimeline({ connection }: { readonly connection: Connection }) {
  const { profileId, connection: number, timelineVersion } = connection;
  const { client } = useServices();
  const { entries, error, load } = useTimeline(client, profileId, number);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again whenever it has grown.
  useEffect(() => void load(), [load, timelineVersion]);
  return (
    <Stack gap={8}>
      <h3 className={styles.heading}>Timeline</h3>
      {error && <ErrorNotice error={error} onRetry={() => void load()} />}
      {entries.length === 0 && !error && <p className={styles.soft}>Nothing has happened yet.</p>}
      {entries.length > 0 && (
        <ol
          className={styles.timeline}
          aria-label={`Timeline of connection ${number}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so that the keyboard has to reach it.
          tabIndex={0}
        >
          {entries.toReversed().map((entry) => (
            <TimelineLine key={`${entry.at} ${entry.kind} ${entry.text}`} entry={entry} />
          ))}
        </ol>
      )}
    </Stack>
  );
}

function TimelineLine({ entry }: { readonly entry: TimelineEntry }) {
  const { at, until, times, kind, text, next } = entry;
  return (
    <li className={styles.entry}>
      <time className={styles.time} title={times > 1 ? `Last at ${formatTime(until)}` : undefined}>
        {formatTime(at)}
      </time>
      <span className={classes(styles.kind, kindLooks[kind])}>
        {kindWords[kind]}
        {times > 1 && ` ×${times}`}
      </span>
      <span className={styles.text}>
        {text} {next !== null && <span className={styles.soft}>{next}</span>}
      </span>
    </li>
  );
}
