/** Joins a presence channel: others see it, so who one joins as is asked first. */
import { type FormEvent, useState } from 'react';
import type { Connection, Subscription } from '#shared/contract/live.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import {
  Actions,
  Button,
  ErrorNotice,
  FieldRow,
  Notice,
  Page,
  Section,
  Stack,
  TextArea,
  TextField,
} from '../../components/index.ts';
import { useCall, useDraft } from '../../state/index.ts';
import { VaultNotice } from '../vault/index.ts';
import { joinProblems } from './joining.ts';

interface JoinFormProps {
  readonly profile: Profile;
  readonly channel: string;
  /** The connection that joins. */
  readonly number: number;
  readonly connection: Connection | undefined;
  readonly hasOthers: boolean;
  /** When it is asked for already, and is not there yet. */
  readonly subscription: Subscription | undefined;
  readonly onWatchSilently: () => void;
}

export function JoinForm(props: JoinFormProps) {
  const { profile, channel, number, connection, hasOthers, subscription, onWatchSilently } = props;
  const { profileId, environment } = profile;
  // Each connection is somebody of its own.
  const [member, setMember] = useDraft(`join:${profileId} ${number}`, {
    userId: number === 1 ? 'latchkey' : `latchkey-${number}`,
    info: '{"name": "Latchkey"}',
  });
  const [wasAttempted, setAttempted] = useState(false);
  const subscribe = useCall('live.subscribe');
  const connect = useCall('live.connect');
  const leave = useCall('live.unsubscribe');
  const problems = joinProblems(member.userId, member.info);
  const isConnected = connection?.state === 'connected';
  const isAsked = subscription !== undefined && subscription.state !== 'failed';

  const join = async (event: FormEvent) => {
    event.preventDefault();
    setAttempted(true);
    if (problems.userId || problems.info) return;
    if (subscription && !(await leave.run({ profileId, channel, connection: number }))) return;
    const userInfo = member.info.trim();
    await subscribe.run({
      profileId,
      channel,
      connection: number,
      member: { userId: member.userId.trim(), ...(userInfo === '' ? {} : { userInfo }) },
    });
  };

  return (
    <Page>
      <Section
        title={
          isAsked
            ? 'Joining'
            : hasOthers
              ? `Connection ${number} is not on this channel`
              : 'You are not on this channel'
        }
        about="Members and their info are told to those who have joined. Joining shows you to everyone on the channel; “Watch silently” does not, and knows ids only."
      >
        <form onSubmit={join} noValidate>
          <Stack gap={12}>
            {environment === 'production' && (
              <Notice
                tone="warning"
                title={`${profile.name} is a production app: its users may see you join.`}
              />
            )}
            <FieldRow>
              <TextField
                label="Join as user id"
                isCode
                value={member.userId}
                onChange={(userId) => setMember({ ...member, userId })}
                problem={asProblem(wasAttempted || member.userId !== '' ? problems.userId : undefined)}
              />
            </FieldRow>
            <TextArea
              label="Info that others see (JSON, optional)"
              isCode
              rows={3}
              value={member.info}
              onChange={(info) => setMember({ ...member, info })}
              problem={asProblem(problems.info)}
            />
            {subscription?.reason && (
              <Notice
                tone={subscription.state === 'failed' ? 'danger' : 'notice'}
                title={subscription.reason}
              />
            )}
            {!isConnected && (
              <Notice
                tone="notice"
                title={hasOthers ? `Connection ${number} is not connected.` : 'This app is not connected.'}
                actions={
                  <Button
                    icon="connect"
                    isPending={connect.isPending}
                    onClick={() => void connect.run({ profileId, connection: number })}
                  >
                    Connect
                  </Button>
                }
              >
                {connection?.reason ?? 'Joining is kept until it is.'}
              </Notice>
            )}
            <VaultNotice>Joining needs a signature. What you typed stays here until then.</VaultNotice>
            {[subscribe, connect, leave].map(({ error, clear }, index) =>
              // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list.
              error ? <ErrorNotice key={index} error={error} onDismiss={clear} /> : null,
            )}
            <Actions>
              <Button type="submit" variant="primary" isPending={subscribe.isPending || leave.isPending}>
                {isAsked ? 'Join again as this member' : `Join as ${member.userId.trim() || '…'}`}
              </Button>
              {isAsked && (
                <Button onClick={() => void leave.run({ profileId, channel, connection: number })}>
                  Stop joining
                </Button>
              )}
              <Button onClick={onWatchSilently}>Watch silently instead</Button>
            </Actions>
          </Stack>
        </form>
      </Section>
    </Page>
  );
}

function asProblem(message: string | undefined) {
  return message === undefined ? undefined : ({ severity: 'error', message } as const);
}
