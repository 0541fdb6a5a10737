/** An app's connections: how each stands, what happened to it, who it is, and which server this is. */
import { type FormEvent, useState } from 'react';
import { type Connection, connectionLimit } from '#shared/contract/live.ts';
import { useCommands } from '../../commands/index.ts';
import {
  Button,
  type Column,
  ConnectionMark,
  classes,
  ErrorNotice,
  formatDuration,
  Name,
  Page,
  Row,
  Section,
  Sparkline,
  StateDot,
  Table,
  TextField,
} from '../../components/index.ts';
import { useAppConnections, useCall, useDraft } from '../../state/index.ts';
import { connectionWords } from './connection.ts';
import { ConnectionDetail } from './connection-detail.tsx';
import styles from './connections-screen.module.css';
import { DialectSection } from './dialect-section.tsx';

export function ConnectionsScreen({ profileId }: { readonly profileId: string }) {
  const connections = useAppConnections(profileId);
  const [chosen, setChosen] = useDraft(`connection:${profileId}`, 1);
  const [label, setLabel] = useState('');
  const open = useCall('live.open');
  const connect = useCall('live.connect');
  const shown = connections.find(({ connection }) => connection === chosen) ?? connections[0];
  const isFull = connections.length >= connectionLimit;

  const openAnother = async () => {
    const name = label.trim();
    const opened = await open.run({ profileId, ...(name === '' ? {} : { label: name }) });
    if (!opened) return;
    setLabel('');
    setChosen(opened.connection);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void openAnother();
  };
  useCommands([
    {
      id: 'live.open',
      title: 'Open another connection',
      group: 'Connections',
      keywords: 'second identity user several',
      isAvailable: () => !isFull,
      run: openAnother,
    },
    ...connections.map(({ connection, label: name }) => ({
      id: `live.show.${'abcdefgh'.charAt(connection - 1)}`,
      title: `Show connection ${connection}${name === null ? '' : `, ${name}`}`,
      group: 'Connections',
      isAvailable: () => connection !== shown?.connection,
      run: () => setChosen(connection),
    })),
  ]);

  return (
    <Page isWide>
      <Section
        title="Connections"
        about="Each is a client of its own, with its own socket, subscriptions and user. Rows of the log carry its number."
      >
        {connections.length === 0 ? (
          <Row>
            <span className={styles.soft}>This app has not been connected yet.</span>
            <Button
              variant="primary"
              icon="connect"
              isPending={connect.isPending}
              onClick={() => void connect.run({ profileId })}
            >
              Connect
            </Button>
          </Row>
        ) : (
          <div className={styles.scroller}>
            <Table
              label="Connections"
              items={connections}
              idOf={({ connection }) => String(connection)}
              columns={columns(shown?.connection, setChosen)}
            />
          </div>
        )}
        <form onSubmit={submit} className={styles.line}>
          <TextField
            label="Label (optional)"
            isLabelHidden
            placeholder="Label, such as “as ben”"
            value={label}
            onChange={setLabel}
            isDisabled={isFull}
          />
          <Button type="submit" icon="add" isPending={open.isPending} disabled={isFull}>
            Open another connection
          </Button>
          {isFull && <span className={styles.soft}>An app has {connectionLimit} at most.</span>}
        </form>
        {open.error && <ErrorNotice error={open.error} onDismiss={open.clear} />}
        {connect.error && <ErrorNotice error={connect.error} onDismiss={connect.clear} />}
      </Section>
      {shown && <ConnectionDetail key={shown.connection} connection={shown} onClosed={() => setChosen(1)} />}
      {shown && <DialectSection dialect={shown.dialect} />}
    </Page>
  );
}

function columns(
  shown: number | undefined,
  show: (connection: number) => void,
): readonly Column<Connection>[] {
  return [
    {
      id: 'connection',
      title: 'Connection',
      cell: ({ connection, label }) => (
        <button
          type="button"
          className={classes(styles.choice, connection === shown && styles.chosen)}
          aria-pressed={connection === shown}
          onClick={() => show(connection)}
        >
          <ConnectionMark number={connection} />
          <span className={styles.label}>{label ?? (connection === 1 ? 'The app’s own' : 'No label')}</span>
        </button>
      ),
    },
    {
      id: 'state',
      title: 'State',
      cell: (each) => {
        const { tone, text } = connectionWords(each);
        return (
          <span className={styles.state}>
            <StateDot tone={tone} label={text} isLabelBeside />
            {text}
          </span>
        );
      },
    },
    {
      id: 'socket',
      title: 'Socket id',
      cell: ({ socketId }) =>
        socketId === null ? <span className={styles.none}>none</span> : <Name text={socketId} />,
    },
    {
      id: 'roundTrip',
      title: 'Round trip',
      cell: ({ roundTripMs, roundTrips }) => (
        <span className={styles.state}>
          <span className={styles.number}>
            {roundTripMs === null ? 'unknown' : formatDuration(roundTripMs)}
          </span>
          <Sparkline samples={roundTrips} />
        </span>
      ),
    },
    {
      id: 'user',
      title: 'User',
      cell: ({ user }) => <UserCell user={user} />,
    },
    {
      id: 'channels',
      title: 'Channels',
      align: 'end',
      width: 'grow',
      cell: ({ subscriptions }) => subscriptions.length,
    },
  ];
}

function UserCell({ user }: Pick<Connection, 'user'>) {
  if (!user) return <span className={styles.none}>nobody</span>;
  if (user.state === 'signed-in') return <Name text={user.userId} />;
  return (
    <span className={styles.soft}>
      {user.userId}: {user.state === 'failed' ? 'not signed in' : 'signing in'}
    </span>
  );
}
