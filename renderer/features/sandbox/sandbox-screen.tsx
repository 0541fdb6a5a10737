/** The built-in server: starting it, its demo traffic, and what to try with it. */
import type { ReactNode } from 'react';
import type { SandboxStatus } from '#shared/contract/sandbox.ts';
import {
  Button,
  CopyButton,
  ErrorNotice,
  type Fact,
  Facts,
  Loading,
  Notice,
  Page,
  Row,
  Section,
  StateDot,
  Switch,
  type Tone,
} from '../../components/index.ts';
import {
  type AppTab,
  useCall,
  useNavigation,
  useReadable,
  useSandbox,
  useServices,
} from '../../state/index.ts';
import { usePublishDraft } from '../publishing/index.ts';
import { VaultNotice } from '../vault/index.ts';
import styles from './sandbox.module.css';

const looks: Readonly<Record<SandboxStatus['state'], { readonly tone: Tone; readonly words: string }>> = {
  stopped: { tone: 'idle', words: 'Stopped' },
  starting: { tone: 'notice', words: 'Starting…' },
  running: { tone: 'ok', words: 'Running' },
  failed: { tone: 'danger', words: 'Failed' },
};

export function SandboxScreen() {
  const { sandbox } = useServices().stores;
  const loaded = useReadable(sandbox);
  const status = useSandbox();
  return (
    <Page title="Sandbox">
      <p className={styles.lead}>
        A Channels server that comes with Latchkey. It listens on this machine only, checks signatures for
        real, and has every kind of channel: a place to try things, and to rehearse a rotation before a real
        one.
      </p>
      {loaded.state === 'failed' && <ErrorNotice error={loaded.error} onRetry={() => void sandbox.load()} />}
      {loaded.state === 'loading' && <Loading />}
      {status && <Control status={status} />}
    </Page>
  );
}

function Control({ status }: { readonly status: SandboxStatus }) {
  const { state, isDemoRunning, reason } = status;
  const start = useCall('sandbox.start');
  const stop = useCall('sandbox.stop');
  const setDemo = useCall('sandbox.setDemo');
  const isRunning = state === 'running';
  const { tone, words } = looks[state];
  return (
    <>
      <Section
        title="Server"
        actions={
          isRunning ? (
            <Button icon="stop" isPending={stop.isPending} onClick={() => void stop.run({})}>
              Stop sandbox
            </Button>
          ) : (
            <Button
              variant="primary"
              icon="play"
              isPending={start.isPending || state === 'starting'}
              onClick={() => void start.run({})}
            >
              Start sandbox
            </Button>
          )
        }
      >
        <Row>
          <StateDot tone={tone} label={words} isLabelBeside />
          <span role="status">{words}</span>
        </Row>
        {state === 'failed' && reason !== null && (
          <Notice tone="danger" title={reason} actions={<CopyButton text={reason} label="Copy details" />}>
            Start it again; nothing of yours was in it.
          </Notice>
        )}
        {!isRunning && (
          <VaultNotice>The sandbox’s credentials are handed to the vault when it starts.</VaultNotice>
        )}
        {start.error && (
          <ErrorNotice error={start.error} onRetry={() => void start.run({})} onDismiss={start.clear} />
        )}
        {stop.error && <ErrorNotice error={stop.error} onDismiss={stop.clear} />}
        <Facts facts={facts(status)} />
      </Section>
      <Section
        title="Demo traffic"
        about="Prices, a chat, a room with members, and encrypted orders. Every event says that it is demo traffic."
      >
        <Switch
          label={isDemoRunning ? 'On: the sandbox publishes, and Latchkey is subscribed' : 'Off'}
          isChecked={isDemoRunning}
          isDisabled={!isRunning || setDemo.isPending}
          onChange={(next) => void setDemo.run({ isRunning: next })}
        />
        {!isRunning && <p className={styles.faint}>Start the sandbox first.</p>}
        {setDemo.error && <ErrorNotice error={setDemo.error} onDismiss={setDemo.clear} />}
      </Section>
      {isRunning && status.profileId !== null && <TryNext profileId={status.profileId} />}
    </>
  );
}

function facts({ port, state }: SandboxStatus): readonly Fact[] {
  const credentials = {
    name: 'Credentials',
    value: 'Throwaway: made at random at every start, worthless after it, and handed to the vault.',
  };
  if (state !== 'running' || port === null) return [credentials];
  const address = `127.0.0.1:${port}`;
  return [
    {
      name: 'Address',
      value: (
        <span className={styles.address}>
          <code>{address}</code>
          <CopyButton text={address} label="Copy address" isIconOnly />
        </span>
      ),
    },
    credentials,
  ];
}

function TryNext({ profileId }: { readonly profileId: string }) {
  const navigation = useNavigation();
  const [, setPublish] = usePublishDraft(profileId);
  const open = (tab: AppTab) => navigation.openApp(profileId, tab);
  const publishOrder = () => {
    setPublish({
      channel: 'private-encrypted-orders',
      event: 'order.created',
      mode: 'json',
      text: '{\n  "id": 42,\n  "total": "19.90"\n}',
    });
    open('publish');
  };
  const ideas: readonly { title: string; about: ReactNode; action: string; run: () => void }[] = [
    {
      title: 'See an encrypted event opened',
      about: (
        <>
          With demo traffic on, events of <code>private-encrypted-orders</code> come in: ciphertext and
          plaintext side by side.
        </>
      ),
      action: 'Open the inspector',
      run: () => open('inspector'),
    },
    {
      title: 'Publish an event yourself',
      about: 'The form is filled in with an order; it is encrypted on the way out.',
      action: 'Fill in and open Publish',
      run: publishOrder,
    },
    {
      title: 'Rehearse a rotation',
      about: 'The sandbox really holds two pairs, and really revokes one. Nothing of yours is at stake.',
      action: 'Open Keys & rotation',
      run: () => open('keys'),
    },
  ];
  return (
    <Section title="What to try next">
      <ul>
        {ideas.map(({ title, about, action, run }) => (
          <li key={title} className={styles.idea}>
            <div>
              <h3>{title}</h3>
              <p className={styles.soft}>{about}</p>
            </div>
            <Button onClick={run}>{action}</Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
