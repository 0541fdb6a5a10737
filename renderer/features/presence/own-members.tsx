/** The members as this app's own subscription knows them; and joining, which others see. */
import { useState } from 'react';
import type { CallOutput } from '#shared/contract/index.ts';
import type { Connection } from '#shared/contract/live.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { Button, ErrorNotice, formatTime, Notice, plural } from '../../components/index.ts';
import { useCall, useContractEvent } from '../../state/index.ts';
import { JoinForm } from './join-form.tsx';
import { MemberBrowser } from './member-browser.tsx';

export interface OwnMembersProps {
  readonly profile: Profile;
  readonly channel: string;
  /** The connection whose subscription it is. */
  readonly number: number;
  readonly connection: Connection | undefined;
  readonly hasOthers: boolean;
  readonly search: string;
  readonly onSearch: (search: string) => void;
  readonly onWatchSilently: () => void;
}

export function OwnMembers({
  profile,
  channel,
  number,
  connection,
  hasOthers,
  search,
  onSearch,
  onWatchSilently,
}: OwnMembersProps) {
  const { profileId } = profile;
  const subscription = connection?.subscriptions.find((each) => each.channel === channel);
  const [version, setVersion] = useState(0);
  useContractEvent('presence.changed', (changed) => {
    // Of any connection: who of the members is one of ours is shown too.
    const isOurs = changed.profileId === profileId && changed.connection !== undefined;
    if (isOurs && changed.channel === channel) setVersion((turn) => turn + 1);
  });
  const leave = useCall('live.unsubscribe');
  const compare = useCall('presence.compare');
  const [comparison, setComparison] = useState<CallOutput<'presence.compare'>>();

  if (subscription?.state !== 'subscribed') {
    return (
      <JoinForm
        profile={profile}
        channel={channel}
        number={number}
        connection={connection}
        hasOthers={hasOthers}
        subscription={subscription}
        onWatchSilently={onWatchSilently}
      />
    );
  }
  return (
    <MemberBrowser
      profileId={profileId}
      channel={channel}
      source="own"
      connection={number}
      search={search}
      onSearch={onSearch}
      version={version}
      missing={new Set(comparison?.onlyHere)}
      controls={
        <>
          <Button
            icon="server"
            variant="quiet"
            isCompact
            isPending={compare.isPending}
            title="Asks the HTTP API who is there: two requests."
            onClick={async () =>
              setComparison((await compare.run({ profileId, channel, connection: number })) ?? comparison)
            }
          >
            Compare with the server
          </Button>
          <Button
            variant="quiet"
            isPending={leave.isPending}
            onClick={() => void leave.run({ profileId, channel, connection: number })}
          >
            Leave
          </Button>
        </>
      }
    >
      {leave.error && <ErrorNotice error={leave.error} onDismiss={leave.clear} isBar />}
      {compare.error && <ErrorNotice error={compare.error} onDismiss={compare.clear} isBar />}
      {comparison && <Comparison comparison={comparison} onDismiss={() => setComparison(undefined)} />}
    </MemberBrowser>
  );
}

interface ComparisonProps {
  readonly comparison: CallOutput<'presence.compare'>;
  readonly onDismiss: () => void;
}

function Comparison({ comparison, onDismiss }: ComparisonProps) {
  const { at, here, there, onlyHere, onlyHereCount, onlyThere, onlyThereCount, subscriptions } = comparison;
  const isSame = onlyHereCount === 0 && onlyThereCount === 0;
  return (
    <Notice
      isBar
      tone={isSame ? 'ok' : 'warning'}
      title={
        isSame
          ? `The same ${plural(there, 'member')} here and at the server, at ${formatTime(at)}.`
          : `${plural(here, 'member')} here, ${there} at the server, at ${formatTime(at)}.`
      }
      actions={
        <Button variant="quiet" onClick={onDismiss}>
          Dismiss
        </Button>
      }
    >
      {onlyHereCount > 0 && (
        <p>
          Here, and not in the server’s list: {someOf(onlyHere, onlyHereCount)}. They may be stuck: gone
          without their leaving being told.
        </p>
      )}
      {onlyThereCount > 0 && (
        <p>
          In the server’s list, and not here: {someOf(onlyThere, onlyThereCount)}. Their joining was not told.
        </p>
      )}
      <p>{connectionWords(subscriptions, there)}</p>
    </Notice>
  );
}

const namedIds = 5;

function someOf(ids: readonly string[], count: number): string {
  const named = ids.slice(0, namedIds).join(', ');
  return count > namedIds ? `${named} and ${count - namedIds} more` : named;
}

/** The API counts subscriptions of the channel, never those of one user. */
function connectionWords(subscriptions: number | null, users: number): string {
  if (subscriptions === null) return 'How many connections they have, the server did not say.';
  const all = `${plural(subscriptions, 'connection')} for ${plural(users, 'user')}`;
  return subscriptions > users
    ? `${all}: some have more than one. Which, the server does not tell.`
    : `${all}.`;
}
