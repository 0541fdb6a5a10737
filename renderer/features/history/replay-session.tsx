/** Sends a session's events again, to the sandbox and to no other server. */
import { useEffect, useMemo, useState } from 'react';
import type { Session } from '#shared/contract/history.ts';
import {
  Button,
  ErrorNotice,
  formatCount,
  Notice,
  plural,
  Row,
  Section,
  Segmented,
  Switch,
  VisibleText,
} from '../../components/index.ts';
import {
  useCall,
  useContractEvent,
  useLogState,
  useLogTick,
  useLogView,
  useNavigation,
  useSandbox,
  useServices,
} from '../../state/index.ts';
import { SessionProblems, sessionTitle } from './session-bar.tsx';
import styles from './sessions-panel.module.css';

const speeds = [
  { value: '1', label: 'As recorded' },
  { value: '10', label: '10 × as fast' },
  { value: '100', label: '100 × as fast' },
  { value: 'none', label: 'Without pauses' },
] as const;
type Speed = (typeof speeds)[number]['value'];

interface Replayed {
  readonly sent: number;
  readonly closed: number;
  readonly leftOut: number;
  readonly refused: number;
  readonly whyRefused: string | null;
}

export interface ReplaySessionProps {
  readonly profileId: string;
  readonly session: Session;
  readonly onClose: () => void;
  /** The sandbox's own log is to be shown. */
  readonly onOpened: () => void;
}

export function ReplaySession({ profileId, session, onClose, onOpened }: ReplaySessionProps) {
  const sandbox = useSandbox();
  const navigation = useNavigation();
  const { logs } = useServices().stores;
  const [speed, setSpeed] = useState<Speed>('10');
  const { filter } = useLogState(useLogView(profileId));
  const [isFilterWanted, setFilterWanted] = useState(false);
  const isFiltered = isFilterWanted && filter !== '';
  const sessionId = session.isCurrent ? undefined : session.sessionId;
  const [progress, setProgress] = useState<{ done: number; total: number }>();
  const [ended, setEnded] = useState<Replayed | 'cancelled'>();
  const start = useCall('sandbox.start');
  const replay = useCall('history.replay');
  useContractEvent('history.replaying', (told) => {
    if (told.profileId === profileId && replay.isPending) setProgress(told);
  });
  const isRunning = sandbox?.state === 'running';
  const found = useFound(profileId, sessionId, filter);
  const run = async () => {
    setEnded(undefined);
    setProgress(undefined);
    const result = await replay.run({
      profileId,
      ...(sessionId === undefined ? {} : { sessionId }),
      filter: isFiltered ? filter : '',
      speed: speed === 'none' ? null : Number(speed),
    });
    if (result) setEnded(result);
  };
  const cancel = () => {
    replay.cancel();
    setEnded('cancelled');
  };
  const target = sandbox?.profileId ?? null;
  const open = (sandboxId: string) => {
    logs.chosen(sandboxId).set(null);
    navigation.openApp(sandboxId, 'inspector');
    onOpened();
  };
  return (
    <Section
      title={`Replay “${sessionTitle(session)}”`}
      about="What its server sent for the application is sent again to the built-in sandbox, and to no other server. Left out are notes, members, client events, what the protocol sends by itself, and what Latchkey sent."
      actions={
        <Button variant="quiet" icon="close" onClick={onClose}>
          Close
        </Button>
      }
    >
      {start.error && <ErrorNotice error={start.error} onDismiss={start.clear} />}
      {!isRunning && (
        <Notice
          tone="notice"
          title={sandbox?.reason ?? 'The sandbox is not running: there is nowhere to send them.'}
          actions={
            <Button
              variant="primary"
              icon="play"
              isPending={start.isPending || sandbox?.state === 'starting'}
              onClick={() => void start.run({})}
            >
              Start sandbox
            </Button>
          }
        />
      )}
      <SessionProblems profileId={profileId} session={session} />
      {filter !== '' && (
        <div className={styles.only}>
          <Switch
            label="Only what the filter of the log finds"
            isChecked={isFilterWanted}
            isDisabled={replay.isPending}
            onChange={setFilterWanted}
          />
          <code className={styles.filter}>
            <VisibleText text={filter} />
          </code>
          <span role="status" className={styles.soft}>
            {foundText(found, filter)}
          </span>
        </div>
      )}
      <Segmented label="Speed" value={speed} options={speeds} onChange={setSpeed} />
      <Row>
        {replay.isPending ? (
          <>
            <progress
              className={styles.progress}
              aria-label="Events replayed"
              max={Math.max(progress?.total ?? 1, 1)}
              value={progress?.done}
            />
            <span role="status" className={styles.soft}>
              {progress
                ? `${formatCount(progress.done)} of ${formatCount(progress.total)}`
                : 'Looking for the events'}
            </span>
            <Button key="cancel" icon="close" onClick={cancel}>
              Cancel the replay
            </Button>
          </>
        ) : (
          <Button
            key="replay"
            icon="play"
            disabled={!isRunning || (isFiltered && found.ended !== undefined)}
            onClick={() => void run()}
          >
            Replay
          </Button>
        )}
      </Row>
      {replay.error && (
        <>
          {progress && (
            <p className={styles.soft}>
              Ended at row {formatCount(progress.done)} of {formatCount(progress.total)}. What was sent stays
              sent.
            </p>
          )}
          <ErrorNotice error={replay.error} onDismiss={replay.clear} />
        </>
      )}
      <div role="status">
        {ended === 'cancelled' && !replay.isPending && (
          <Notice
            tone="notice"
            title={`Cancelled after ${formatCount(progress?.done ?? 0)} of ${plural(progress?.total ?? session.events, 'row')}. What was sent stays sent.`}
          />
        )}
        {ended !== undefined && ended !== 'cancelled' && (
          <Outcome replayed={ended} onOpen={target === null ? undefined : () => open(target)} />
        )}
      </div>
    </Section>
  );
}

type Found = ReturnType<typeof useLogTick>;

/** What the filter of the log that is on show finds in a session. */
function useFound(profileId: string, sessionId: string | undefined, filter: string): Found {
  const { logs } = useServices().stores;
  const view = useMemo(() => logs.aside(profileId, sessionId), [logs, profileId, sessionId]);
  useEffect(() => {
    if (filter === '') return;
    const release = view.acquire();
    void view.setFilter(filter);
    return release;
  }, [view, filter]);
  return useLogTick(view);
}

function foundText({ status, filter, ended, error }: Found, wanted: string): string {
  if (ended) return ended.message;
  if (error) return error.message;
  if (!status || filter !== wanted) return 'Searching…';
  const { matched, scanned, total } = status;
  const isScanning = scanned < total ? ', searching…' : '.';
  return `Finds ${formatCount(matched)} of ${plural(total, 'row')}${isScanning}`;
}

function Outcome({
  replayed,
  onOpen,
}: {
  readonly replayed: Replayed;
  readonly onOpen: (() => void) | undefined;
}) {
  const { sent, closed, leftOut, refused, whyRefused } = replayed;
  return (
    <Notice
      tone={closed + refused > 0 ? 'warning' : 'ok'}
      title={
        sent === 0 && closed + refused === 0
          ? 'It has no events to send.'
          : `${plural(sent, 'event')} sent to the sandbox.`
      }
      actions={sent > 0 && onOpen && <Button onClick={onOpen}>Show them there</Button>}
    >
      {leftOut > 0 && (
        <p>
          {plural(leftOut, 'row')} {leftOut === 1 ? 'was' : 'were'} left out, such as notes, members and what
          Latchkey sent.
        </p>
      )}
      {closed > 0 && <p>{plural(closed, 'encrypted event')} were left out: no key here opens them.</p>}
      {refused > 0 && (
        <p>
          {plural(refused, 'event')} were refused. The first: {whyRefused}
        </p>
      )}
    </Notice>
  );
}
