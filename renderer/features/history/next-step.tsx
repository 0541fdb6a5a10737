/** What to do so that events come: shown while nothing could. */
import { Button, ErrorNotice, Notice } from '../../components/index.ts';
import {
  useCall,
  useConnection,
  useNavigation,
  useReadable,
  useSandbox,
  useServices,
} from '../../state/index.ts';
import styles from './inspector.module.css';

export function NextStep({ profileId }: { readonly profileId: string }) {
  const areConnectionsKnown = useReadable(useServices().stores.connections).state === 'ready';
  const connection = useConnection(profileId);
  const navigation = useNavigation();
  const sandbox = useSandbox();
  const connect = useCall('live.connect');
  const start = useCall('sandbox.start');
  const demo = useCall('sandbox.setDemo');
  const error = connect.error ?? start.error ?? demo.error;
  if (!areConnectionsKnown) return null;
  if (error) {
    const clear = () => {
      connect.clear();
      start.clear();
      demo.clear();
    };
    return <ErrorNotice error={error} isBar onDismiss={clear} />;
  }
  const isSandbox = sandbox?.profileId === profileId;

  if (isSandbox && sandbox.state !== 'running') {
    return (
      <Notice
        tone="notice"
        isBar
        title={sandbox.reason ?? 'The sandbox is not running.'}
        actions={
          <Button
            variant="primary"
            icon="play"
            isPending={start.isPending || sandbox.state === 'starting'}
            onClick={() => void start.run({})}
          >
            Start sandbox
          </Button>
        }
      />
    );
  }
  if (isSandbox && !sandbox.isDemoRunning && (connection?.subscriptions.length ?? 0) === 0) {
    return (
      <div className={styles.firstStep}>
        <p className={styles.firstTitle}>The sandbox is running. Nothing is being sent yet.</p>
        <p>
          Demo traffic sends made-up orders, chat and presence, on public, private, presence and encrypted
          channels.
        </p>
        <Button
          variant="primary"
          icon="play"
          isPending={demo.isPending}
          onClick={() => void demo.run({ isRunning: true })}
        >
          Start demo traffic
        </Button>
      </div>
    );
  }
  if (!connection || connection.state === 'disconnected' || connection.state === 'initialized') {
    return (
      <Notice
        tone="notice"
        isBar
        title={connection?.reason ?? 'Not connected: events come once this app is connected.'}
        actions={
          <Button
            variant="primary"
            icon="connect"
            isPending={connect.isPending}
            onClick={() => void connect.run({ profileId })}
          >
            Connect
          </Button>
        }
      />
    );
  }
  if (connection.state === 'failed' || connection.state === 'unavailable') {
    return (
      <Notice
        tone={connection.state === 'failed' ? 'danger' : 'warning'}
        isBar
        title={connection.reason ?? 'The server can’t be reached.'}
        actions={
          <Button icon="retry" isPending={connect.isPending} onClick={() => void connect.run({ profileId })}>
            Try now
          </Button>
        }
      >
        {connection.stuck?.advice}
      </Notice>
    );
  }
  if (connection.stuck) {
    return (
      <Notice
        tone="warning"
        isBar
        title={connection.stuck.title}
        actions={
          <Button onClick={() => navigation.openApp(profileId, 'connections')}>Show the connection</Button>
        }
      >
        {connection.stuck.advice}
      </Notice>
    );
  }
  if (connection.state === 'connected' && connection.subscriptions.length === 0) {
    return <Notice tone="notice" isBar title="Connected. Subscribe to a channel above to see its events." />;
  }
  return null;
}
