/** Above the log: filter, count, pause, clear, and a channel to subscribe to. */
import { type Ref, useCallback, useEffect, useRef, useState } from 'react';
import { CommandButton } from '../../commands/index.ts';
import { formatCount, Icon, IconButton, plural, TextField, Toolbar } from '../../components/index.ts';
import type { LogSnapshot, LogView } from '../../state/index.ts';
import { SubscribeForm } from '../live/index.ts';
import styles from './inspector.module.css';

const debounceMs = 150;

export interface InspectorToolbarProps {
  readonly view: LogView;
  readonly log: LogSnapshot;
  readonly filterRef: Ref<HTMLInputElement>;
  /** Enter and Esc go from the filter to the rows. */
  readonly onLeaveFilter: () => void;
}

export function InspectorToolbar({ view, log, filterRef, onLeaveFilter }: InspectorToolbarProps) {
  const [text, setText] = useState(log.filter);
  const sent = useRef(log.filter);
  const send = useCallback(
    (filter: string) => {
      sent.current = filter;
      void view.setFilter(filter);
    },
    [view],
  );
  // The filter can be changed from elsewhere: “Clear filter”, or another app's log. The answer to what was sent from
  // here comes later than the next letter is typed: it changes nothing.
  useEffect(() => {
    if (log.filter === sent.current) return;
    sent.current = log.filter;
    setText(log.filter);
  }, [log.filter]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => send(text), debounceMs);
    return () => clearTimeout(timer);
  }, [text, send]);
  const newCount = (log.status?.matched ?? 0) - view.count;
  const isPaused = log.frozenCount !== undefined;
  const isLive = view.sessionId === undefined;

  return (
    <Toolbar label="Log">
      <div className={styles.filter}>
        <TextField
          ref={filterRef}
          label="Filter"
          isLabelHidden
          isCode
          type="search"
          value={text}
          onChange={setText}
          placeholder="Filter channel, event or data"
          before={<Icon name="filter" />}
          after={
            text !== '' && (
              <IconButton
                icon="close"
                label="Clear filter"
                onClick={() => {
                  setText('');
                  send('');
                }}
              />
            )
          }
          onKeyDown={(event) => {
            if (event.key === 'Enter') {
              send(text);
              onLeaveFilter();
            } else if (event.key === 'Escape') {
              event.stopPropagation();
              if (text !== '') setText('');
              else onLeaveFilter();
            }
          }}
        />
      </div>
      <Count log={log} />
      <div className={styles.actions}>
        {isLive && (
          <CommandButton
            command="inspector.pause"
            icon={isPaused ? 'play' : 'pause'}
            variant={isPaused ? 'plain' : 'quiet'}
            {...(isPaused
              ? { label: newCount > 0 ? `Resume · ${formatCount(newCount)} new` : 'Resume' }
              : {})}
          />
        )}
        {isLive && <CommandButton command="inspector.clear" icon="clear" variant="quiet" />}
        <CommandButton command="inspector.export" label="Export" icon="export" variant="quiet" isCompact />
        <CommandButton command="inspector.sessions" icon="log" variant="quiet" isCompact />
      </div>
      {isLive && <SubscribeForm profileId={view.profileId} isCompact />}
    </Toolbar>
  );
}

function Count({ log: { status, filter, isOpening } }: { readonly log: LogSnapshot }) {
  if (!status) return <span className={styles.count} />;
  const isScanning = isOpening || status.scanned < status.total;
  const percent = status.total > 0 ? Math.floor((status.scanned / status.total) * 100) : 100;
  const text =
    filter === ''
      ? plural(status.matched, 'event')
      : `${formatCount(status.matched)} of ${formatCount(status.total)}`;
  return (
    <span className={styles.count} title={`${plural(status.scanned, 'event')} searched`}>
      {text}
      {filter !== '' && isScanning && percent < 100 && (
        <span className={styles.scanning}> · {percent} %</span>
      )}
      {filter !== '' && status.unread > 0 && (
        <span className={styles.unread} title="The vault is locked, or has no key that opens them.">
          {' '}
          · {formatCount(status.unread)} not readable
        </span>
      )}
    </span>
  );
}
