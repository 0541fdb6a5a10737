/** Sends a session's events again, to the sandbox and to no other server. */
import { useState } from 'react';
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
} from '../../components/index.ts';
import { useCall, useContractEvent, useNavigation, useSandbox, useServices } from '../../state/index.ts';
import { sessionTitle } from './session-bar.tsx';
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
  const [progress, setProgress] = useState<{ done: number; total: number }>();
  const [ended, setEnded] = useState<Replayed | 'cancelled'>();
  const start = useCall('sandbox.start');
  const replay = useCall('history.replay');
  useContractEvent('history.replaying', (told) => {
    if (told.profileId === profileId && replay.isPending) setProgress(told);
  });
  const isRunning = sandbox?.state === 'running';
  const run = async () => {
    setEnded(undefined);
    setProgress(undefined);
    const result = await replay.run({
      profileId,
      ...(session.isCurrent ? {} : { sessionId: session.sessionId }),
      filter: '',
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
      about="The events of its application are sent again to the built-in sandbox, and to no other server. Notes, members and what the protocol sends by itself are not."
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
          <Button key="replay" icon="play" disabled={!isRunning} onClick={() => void run()}>
            Replay
          </Button>
        )}
      </Row>
      {replay.error && <ErrorNotice error={replay.error} onDismiss={replay.clear} />}
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

function Outcome({
  replayed,
  onOpen,
}: {
  readonly replayed: Replayed;
  readonly onOpen: (() => void) | undefined;
}) {
  const { sent, closed, refused, whyRefused } = replayed;
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
      {closed > 0 && <p>{plural(closed, 'encrypted event')} were left out: no key here opens them.</p>}
      {refused > 0 && (
        <p>
          {plural(refused, 'event')} were refused. The first: {whyRefused}
        </p>
      )}
    </Notice>
  );
}
