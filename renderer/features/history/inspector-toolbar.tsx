/** Above the log: filter, count, pause, clear, and a channel to subscribe to. */
import { type Ref, useId } from 'react';
import { CommandButton } from '../../commands/index.ts';
import { formatCount, plural, Toolbar } from '../../components/index.ts';
import { type LogState, type LogView, useLogTick } from '../../state/index.ts';
import { SubscribeForm } from '../live/index.ts';
import { FilterField, FilterRemarks, useFilterText } from './filter-field.tsx';
import { GoToTime } from './go-to-time.tsx';
import styles from './inspector.module.css';
import { MarksMenu } from './marks-menu.tsx';
import type { Jump } from './use-jump.ts';
import type { Marks } from './use-marks.ts';

export interface InspectorToolbarProps {
  readonly view: LogView;
  readonly log: LogState;
  readonly filterRef: Ref<HTMLInputElement>;
  /** Enter and Esc go from the filter to the rows. */
  readonly onLeaveFilter: () => void;
  readonly marks: Marks;
  readonly onJump: Jump;
}

export function InspectorToolbar(props: InspectorToolbarProps) {
  const { view, log, filterRef, onLeaveFilter, marks, onJump } = props;
  const remarksId = useId();
  const filter = useFilterText(view, log);
  const isLive = view.sessionId === undefined;

  return (
    <>
      <Toolbar label="Log">
        <FilterField
          view={view}
          log={log}
          filterRef={filterRef}
          onLeave={onLeaveFilter}
          remarksId={remarksId}
          {...filter}
        />
        <Count view={view} />
        <div className={styles.actions}>
          {isLive &&
            (log.frozenCount === undefined ? (
              <CommandButton command="inspector.pause" icon="pause" variant="quiet" />
            ) : (
              <Resume view={view} />
            ))}
          {isLive && <CommandButton command="inspector.clear" icon="clear" variant="quiet" />}
          <MarksMenu marks={marks} onJump={onJump} />
          <GoToTime view={view} onJump={onJump} />
          <CommandButton command="inspector.export" label="Export" icon="export" variant="quiet" isCompact />
          <CommandButton command="inspector.sessions" icon="log" variant="quiet" isCompact />
        </div>
        {isLive && <SubscribeForm profileId={view.profileId} isCompact />}
      </Toolbar>
      <FilterRemarks id={remarksId} text={filter.text} told={filter.told} log={log} />
    </>
  );
}

function Resume({ view }: { readonly view: LogView }) {
  const { status } = useLogTick(view);
  const newCount = (status?.matched ?? 0) - view.count;
  const label = newCount > 0 ? `Resume · ${formatCount(newCount)} new` : 'Resume';
  return <CommandButton command="inspector.pause" icon="play" variant="plain" label={label} />;
}

function Count({ view }: { readonly view: LogView }) {
  const { status, filter, isOpening } = useLogTick(view);
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
