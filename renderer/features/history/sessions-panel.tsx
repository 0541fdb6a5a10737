/** What is kept of an app's log: its sessions, for how long they stay, and how much room they take. */
import { useState } from 'react';
import type { Session } from '#shared/contract/history.ts';
import { historyDays, historyMegabytes } from '#shared/contract/settings.ts';
import { useCommands } from '../../commands/index.ts';
import {
  Button,
  type Column,
  Confirm,
  ErrorNotice,
  formatCount,
  formatSize,
  IconButton,
  Loading,
  Menu,
  Notice,
  Page,
  plural,
  Section,
  Select,
  StateDot,
  Switch,
  Table,
  TextField,
  useToast,
} from '../../components/index.ts';
import {
  useCall,
  useContractEvent,
  useProfile,
  useQuery,
  useServices,
  useSettings,
  valueOr,
} from '../../state/index.ts';
import { CompareSessions } from './compare-sessions.tsx';
import { ImportSession } from './import-session.tsx';
import { ReplaySession } from './replay-session.tsx';
import { sessionTitle } from './session-bar.tsx';
import styles from './sessions-panel.module.css';

export function useSessionsCommand(open: () => void): void {
  useCommands([
    {
      id: 'inspector.sessions',
      title: 'Sessions',
      group: 'Inspector',
      keywords: 'history earlier recorded kept retention disk',
      run: open,
    },
  ]);
}

export interface SessionsPanelProps {
  readonly profileId: string;
  readonly onClose: () => void;
}

export function SessionsPanel({ profileId, onClose }: SessionsPanelProps) {
  const { result, error, reload } = useQuery('history.sessions', { profileId });
  useContractEvent('history.sessionsChanged', (changed) => {
    if (changed.profileId === profileId) reload();
  });
  useCommands([
    {
      id: 'inspector.closeSessions',
      title: 'Back to the log',
      group: 'Inspector',
      shortcuts: ['Escape'],
      isListed: false,
      run: onClose,
    },
  ]);
  const listed = valueOr(result, undefined);
  return (
    <Page
      title="Sessions"
      isWide
      actions={
        <>
          <Button icon="retry" variant="quiet" onClick={reload}>
            Look again
          </Button>
          <Button onClick={onClose}>Back to the log</Button>
        </>
      }
    >
      {error && <ErrorNotice error={error} onRetry={reload} />}
      {!listed ? (
        !error && <Loading label="Looking for sessions" />
      ) : (
        <>
          <SessionTable profileId={profileId} sessions={listed.sessions} onOpened={onClose} />
          <CompareSessions profileId={profileId} sessions={listed.sessions} />
          <ImportSession profileId={profileId} onOpened={onClose} />
          <Retention
            profileId={profileId}
            keeps={listed.keeps}
            isKeepChosen={listed.isKeepChosen}
            usedBytes={listed.usedBytes}
          />
        </>
      )}
    </Page>
  );
}

interface SessionTableProps {
  readonly profileId: string;
  readonly sessions: readonly Session[];
  readonly onOpened: () => void;
}

function SessionTable({ profileId, sessions, onOpened }: SessionTableProps) {
  const { logs } = useServices().stores;
  const toast = useToast();
  const update = useCall('history.updateSession');
  const remove = useCall('history.removeSession');
  const [renamed, setRenamed] = useState<string>();
  const [doomed, setDoomed] = useState<Session>();
  const [replayed, setReplayed] = useState<string>();
  const toReplay = sessions.find(({ sessionId }) => sessionId === replayed);

  const show = (session: Session) => {
    logs.chosen(profileId).set(session.isCurrent ? null : session.sessionId);
    onOpened();
  };
  const rename = async (session: Session, name: string) => {
    const done = await update.run({
      profileId,
      sessionId: session.sessionId,
      name: name === '' ? null : name,
    });
    if (done) setRenamed(undefined);
  };
  const erase = async (session: Session) => {
    const done = await remove.run({ profileId, sessionId: session.sessionId });
    setDoomed(undefined);
    if (!done) return;
    if (replayed === session.sessionId) setReplayed(undefined);
    if (logs.chosen(profileId).get() === session.sessionId) logs.chosen(profileId).set(null);
    toast({ message: `${plural(session.events, 'event')} deleted from disk.` });
  };

  const columns: readonly Column<Session>[] = [
    {
      id: 'session',
      title: 'Session',
      width: 'grow',
      cell: (session) =>
        renamed === session.sessionId ? (
          <RenameField
            name={session.name ?? ''}
            onDone={(name) => void rename(session, name)}
            onCancel={() => setRenamed(undefined)}
          />
        ) : (
          <span className={styles.title}>
            {session.isCurrent && <StateDot tone="ok" label="Being recorded" />}
            {sessionTitle(session)}
            {session.isKept && <span className={styles.kept}>kept</span>}
          </span>
        ),
    },
    { id: 'events', title: 'Events', align: 'end', cell: ({ events }) => formatCount(events) },
    { id: 'bytes', title: 'On disk', align: 'end', cell: ({ bytes }) => formatSize(bytes) },
    {
      id: 'actions',
      title: '',
      align: 'end',
      cell: (session) => (
        <span className={styles.actions}>
          <Button variant="quiet" onClick={() => show(session)}>
            Open
          </Button>
          <Menu
            trigger={<IconButton icon="more" label={`More about ${sessionTitle(session)}`} />}
            groups={[
              [
                { label: 'Rename', icon: 'edit', onSelect: () => setRenamed(session.sessionId) },
                {
                  label: session.isKept ? 'Keep no longer' : 'Keep',
                  icon: 'log',
                  onSelect: () =>
                    void update.run({ profileId, sessionId: session.sessionId, isKept: !session.isKept }),
                },
                {
                  label: 'Replay into the sandbox…',
                  icon: 'sandbox',
                  onSelect: () => setReplayed(session.sessionId),
                },
              ],
              [
                {
                  label: 'Delete…',
                  icon: 'remove',
                  isDanger: true,
                  isDisabled: session.isCurrent,
                  onSelect: () => setDoomed(session),
                },
              ],
            ]}
          />
        </span>
      ),
    },
  ];
  return (
    <>
      <Section
        title="Recorded"
        about={
          sessions.length === 0
            ? 'Nothing was recorded of this app yet: its first event makes the first session.'
            : undefined
        }
      >
        {update.error && <ErrorNotice error={update.error} onDismiss={update.clear} />}
        {remove.error && <ErrorNotice error={remove.error} onDismiss={remove.clear} />}
        {sessions.length > 0 && (
          <Table label="Sessions" items={sessions} idOf={({ sessionId }) => sessionId} columns={columns} />
        )}
        <Confirm
          isOpen={doomed !== undefined}
          title={doomed ? `Delete “${sessionTitle(doomed)}”?` : ''}
          action="Delete session"
          isDanger
          isPending={remove.isPending}
          onConfirm={() => doomed && void erase(doomed)}
          onCancel={() => setDoomed(undefined)}
        >
          {doomed && (
            <p>Its {plural(doomed.events, 'event')} are deleted from this machine. This can’t be undone.</p>
          )}
        </Confirm>
      </Section>
      {replayed !== undefined && !toReplay && (
        <Notice
          tone="notice"
          title="The session that was to be replayed was deleted. What was sent of it stays sent."
          actions={
            <Button variant="quiet" onClick={() => setReplayed(undefined)}>
              Dismiss
            </Button>
          }
        />
      )}
      {toReplay && (
        <ReplaySession
          key={toReplay.sessionId}
          profileId={profileId}
          session={toReplay}
          onClose={() => setReplayed(undefined)}
          onOpened={onOpened}
        />
      )}
    </>
  );
}

interface RenameFieldProps {
  readonly name: string;
  readonly onDone: (name: string) => void;
  readonly onCancel: () => void;
}

function RenameField({ name, onDone, onCancel }: RenameFieldProps) {
  const [value, setValue] = useState(name);
  return (
    <form
      className={styles.rename}
      onSubmit={(event) => {
        event.preventDefault();
        onDone(value.trim());
      }}
    >
      <TextField
        label="Name of the session"
        isLabelHidden
        autoFocus
        value={value}
        onChange={setValue}
        placeholder="What it shows"
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          onCancel();
        }}
      />
      <Button type="submit">Save</Button>
      <Button variant="quiet" onClick={onCancel}>
        Cancel
      </Button>
    </form>
  );
}

interface RetentionProps {
  readonly profileId: string;
  readonly keeps: boolean;
  readonly isKeepChosen: boolean;
  readonly usedBytes: number;
}

const dayNames = { 1: '1 day', 7: '1 week', 30: '30 days', 90: '90 days', 365: '1 year' } as const;
const sizeNames = { 256: '256 MB', 1024: '1 GB', 4096: '4 GB', 16384: '16 GB' } as const;

function Retention({ profileId, keeps, isKeepChosen, usedBytes }: RetentionProps) {
  const settings = useSettings();
  const update = useCall('settings.update');
  const setKeep = useCall('history.setKeep');
  const isProduction = useProfile(profileId)?.environment === 'production';
  const error = update.error ?? setKeep.error;
  const usual = isProduction ? 'Of production apps nothing is kept' : 'Sessions are kept';
  return (
    <Section
      title="How long sessions stay"
      about="Whole segments of about 64 MB go, the oldest first. What you chose to keep stays until you delete it."
    >
      {error && <ErrorNotice error={error} onDismiss={update.error ? update.clear : setKeep.clear} />}
      <Switch
        label="Keep this app’s sessions when Latchkey ends"
        isChecked={keeps}
        onChange={(keep) => void setKeep.run({ profileId, keep })}
      />
      <p className={styles.soft}>
        {isKeepChosen ? 'Chosen for this app. ' : `${usual} unless you say so. `}
        {isKeepChosen && (
          <Button variant="quiet" onClick={() => void setKeep.run({ profileId, keep: null })}>
            As usual
          </Button>
        )}
      </p>
      <div className={styles.choices}>
        <Select
          label="Keep for at most"
          value={String(settings.historyDays)}
          options={historyDays.map((days) => ({ value: String(days), label: dayNames[days] }))}
          onChange={(value) =>
            void update.run({ historyDays: historyDays.find((days) => String(days) === value) })
          }
        />
        <Select
          label="Room for all apps"
          value={String(settings.historyMegabytes)}
          options={historyMegabytes.map((size) => ({ value: String(size), label: sizeNames[size] }))}
          onChange={(value) =>
            void update.run({ historyMegabytes: historyMegabytes.find((size) => String(size) === value) })
          }
        />
      </div>
      <p className={styles.soft}>
        {formatSize(usedBytes)}B in use now. The session that is being recorded is never cut short, however
        long it lasts: it ends when Latchkey does.
      </p>
      {usedBytes > settings.historyMegabytes * 1024 * 1024 && (
        <Notice tone="warning" title="More room is in use than was chosen.">
          What is left is kept, or is of sessions that are being recorded. Starting Latchkey again ends these.
        </Notice>
      )}
    </Section>
  );
}
