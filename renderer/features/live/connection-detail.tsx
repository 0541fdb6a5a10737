/** One connection: what it hangs on, its channels, its user, and its timeline. */
import { type FormEvent, useState } from 'react';
import type { Diagnosis } from '#shared/contract/doctor.ts';
import type { Connection, Stuck } from '#shared/contract/live.ts';
import { channelNameProblem, isPresence } from '#shared/protocol/channels.ts';
import {
  Actions,
  Button,
  ErrorNotice,
  FieldRow,
  formatDuration,
  IconButton,
  Name,
  Notice,
  Section,
  Sparkline,
  Stack,
  StateDot,
  TextField,
} from '../../components/index.ts';
import { useCall, useDraft } from '../../state/index.ts';
import { DiagnosisItem } from '../doctor/index.ts';
import { subscriptionWords } from './connection.ts';
import { ConnectionTimeline } from './connection-timeline.tsx';
import styles from './connections-screen.module.css';
import { SignInForm } from './sign-in-form.tsx';

export interface ConnectionDetailProps {
  readonly connection: Connection;
  readonly onClosed: () => void;
}

export function ConnectionDetail({ connection, onClosed }: ConnectionDetailProps) {
  const { profileId, connection: number, state, label, stuck, roundTrips } = connection;
  const connect = useCall('live.connect');
  const disconnect = useCall('live.disconnect');
  const close = useCall('live.close');
  const which = { profileId, connection: number };
  const isDown = state === 'disconnected' || state === 'initialized' || state === 'failed';
  const end = async () => {
    if (await close.run(which)) onClosed();
  };
  return (
    <Section
      title={`Connection ${number}${label === null ? '' : `, ${label}`}`}
      about={<RoundTrips samples={roundTrips} />}
      actions={
        <>
          {isDown ? (
            <Button icon="connect" isPending={connect.isPending} onClick={() => void connect.run(which)}>
              Connect this one
            </Button>
          ) : (
            <Button
              icon="disconnect"
              isPending={disconnect.isPending}
              onClick={() => void disconnect.run(which)}
            >
              Disconnect this one
            </Button>
          )}
          {number !== 1 && (
            <Button icon="close" isPending={close.isPending} onClick={() => void end()}>
              Close this one
            </Button>
          )}
        </>
      }
    >
      {stuck && <StuckNotice profileId={profileId} stuck={stuck} />}
      {[connect, disconnect, close].map(({ error, clear }, index) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list.
        error ? <ErrorNotice key={index} error={error} onDismiss={clear} /> : null,
      )}
      <div className={styles.halves}>
        <ChannelsPart connection={connection} />
        <SignInForm connection={connection} />
      </div>
      <ConnectionTimeline connection={connection} />
    </Section>
  );
}

function StuckNotice({ profileId, stuck }: { readonly profileId: string; readonly stuck: Stuck }) {
  const check = useCall('doctor.check');
  const [diagnoses, setDiagnoses] = useState<readonly Diagnosis[]>([]);
  const run = async () => {
    const answer = await check.run({ profileId, elsewhere: stuck.action === 'try-clusters' });
    if (answer) setDiagnoses(answer.diagnoses);
  };
  return (
    <Stack gap={8}>
      <Notice
        tone="warning"
        title={stuck.title}
        actions={
          stuck.action && (
            <Button icon="search" isPending={check.isPending} onClick={() => void run()}>
              {stuck.action === 'try-clusters' ? 'Try the nine clusters' : 'Check credentials'}
            </Button>
          )
        }
      >
        {stuck.advice}
      </Notice>
      {check.error && <ErrorNotice error={check.error} onDismiss={check.clear} />}
      {diagnoses.length > 0 && (
        <ul className={styles.diagnoses} aria-label="What was found">
          {diagnoses.map((diagnosis) => (
            <DiagnosisItem
              key={`${diagnosis.subject} ${diagnosis.credentialId}`}
              diagnosis={diagnosis}
              which={undefined}
            />
          ))}
        </ul>
      )}
    </Stack>
  );
}

function RoundTrips({ samples }: { readonly samples: readonly number[] }) {
  const sorted = samples.toSorted((one, other) => one - other);
  const [least, most] = [sorted[0], sorted.at(-1)];
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (least === undefined || most === undefined || middle === undefined) return 'No ping was answered yet.';
  return (
    <span className={styles.sentence}>
      <Sparkline samples={samples} length={30} />
      {`Last ${samples.length === 1 ? 'ping' : `${samples.length} pings`}: least ${formatDuration(least)}, median ${formatDuration(middle)}, most ${formatDuration(most)}`}
    </span>
  );
}

function ChannelsPart({ connection }: { readonly connection: Connection }) {
  const { profileId, connection: number, subscriptions } = connection;
  const [channel, setChannel] = useDraft(`subscribe:${profileId}:${number}`, '');
  const [userId, setUserId] = useDraft(`subscribe-user:${profileId}:${number}`, '');
  const [wasSubmitted, setSubmitted] = useState(false);
  const subscribe = useCall('live.subscribe');
  const unsubscribe = useCall('live.unsubscribe');
  const found = channelNameProblem(channel);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (found?.severity === 'error') return;
    const member = isPresence(channel) && userId.trim() !== '' ? { userId: userId.trim() } : undefined;
    const done = await subscribe.run({
      profileId,
      connection: number,
      channel,
      ...(member ? { member } : {}),
    });
    if (!done) return;
    setChannel('');
    setSubmitted(false);
  };
  return (
    <form onSubmit={submit} noValidate aria-label={`Channels of connection ${number}`}>
      <Stack gap={12}>
        <h3 className={styles.heading}>Channels</h3>
        <FieldRow>
          <TextField
            label="Channel for this connection"
            isCode
            value={channel}
            onChange={(next) => {
              setChannel(next);
              setSubmitted(false);
            }}
            placeholder="presence-room"
            problem={channel === '' && !wasSubmitted ? undefined : found}
          />
        </FieldRow>
        {isPresence(channel) && (
          <TextField
            label="Join as user id (optional)"
            isCode
            value={userId}
            onChange={setUserId}
            placeholder="latchkey"
            hint="Other members see you join under this id."
          />
        )}
        <Actions>
          <Button type="submit" icon="add" isPending={subscribe.isPending}>
            {`Subscribe connection ${number}`}
          </Button>
        </Actions>
        {[subscribe, unsubscribe].map(({ error, clear }, index) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list.
          error ? <ErrorNotice key={index} error={error} onDismiss={clear} /> : null,
        )}
        {subscriptions.length > 0 && (
          <ul className={styles.channels} aria-label={`Subscriptions of connection ${number}`}>
            {subscriptions.map((each) => {
              const { tone, text } = subscriptionWords(each.state);
              return (
                <li key={each.channel} title={each.reason ?? undefined}>
                  <StateDot tone={tone} label={text} />
                  <Name text={each.channel} className={styles.channel} />
                  <span className={styles.soft}>{text}</span>
                  <IconButton
                    icon="close"
                    label={`Unsubscribe connection ${number} from ${each.channel}`}
                    onClick={() =>
                      void unsubscribe.run({ profileId, connection: number, channel: each.channel })
                    }
                  />
                </li>
              );
            })}
          </ul>
        )}
      </Stack>
    </form>
  );
}
