/** The members as this app's own subscription knows them; and joining, which others see. */
import { useEffect, useRef, useState } from 'react';
import type { Connection } from '#shared/contract/live.ts';
import type { Member } from '#shared/contract/presence.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import {
  Badge,
  Button,
  Cell,
  ErrorNotice,
  formatCount,
  formatTime,
  JsonTree,
  Loading,
  Name,
  Notice,
  plural,
  TextField,
  Toolbar,
  ToolbarSpace,
  VisibleText,
} from '../../components/index.ts';
import { useCall, useContractEvent, useQuery } from '../../state/index.ts';
import { JoinForm } from './join-form.tsx';
import { filterMembers, sortMembers } from './member-list.ts';
import { MemberTable } from './member-table.tsx';
import styles from './presence.module.css';

export interface OwnMembersProps {
  readonly profile: Profile;
  readonly channel: string;
  readonly connection: Connection | undefined;
  readonly search: string;
  readonly onSearch: (search: string) => void;
  readonly onWatchSilently: () => void;
}

/** Changes come one by one; a crowd that arrives is asked about this often at most. */
const quietMs = 200;

/** Of the info, in its row; the whole of it is beside the list. */
const shownInfoLength = 200;

export function OwnMembers({
  profile,
  channel,
  connection,
  search,
  onSearch,
  onWatchSilently,
}: OwnMembersProps) {
  const { profileId } = profile;
  const subscription = connection?.subscriptions.find((each) => each.channel === channel);
  const { result, error, reload } = useQuery('presence.members', { profileId, channel });
  const reloadSoon = useThrottled(reload, quietMs);
  useContractEvent('presence.changed', (changed) => {
    if (changed.profileId === profileId && changed.channel === channel) reloadSoon();
  });
  // The first members come with the subscription itself.
  const state = subscription?.state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the state asks again.
  useEffect(reload, [state]);
  const leave = useCall('live.unsubscribe');
  const [chosenId, setChosenId] = useState<string>();

  if (result.state === 'failed') return <ErrorNotice error={result.error} onRetry={reload} isBar />;
  if (result.state === 'loading') return <Loading label="Asking for the members" />;
  const { isSubscribed, ownUserId, members } = result.value;
  if (!isSubscribed) {
    return (
      <JoinForm
        profile={profile}
        channel={channel}
        connection={connection}
        subscription={subscription}
        onWatchSilently={onWatchSilently}
      />
    );
  }
  const found = sortMembers(filterMembers(members, search), ownUserId);
  const failure = leave.error ?? error;
  const chosen = found.find(({ userId }) => userId === chosenId) ?? found[0];
  return (
    <>
      <Toolbar label="Members">
        <span className={styles.count} role="status">
          {found.length === members.length
            ? plural(members.length, 'member')
            : `${formatCount(found.length)} of ${plural(members.length, 'member')}`}
        </span>
        <div className={styles.search}>
          <TextField
            label="Search members"
            isLabelHidden
            type="search"
            placeholder="Search ids and info"
            value={search}
            onChange={onSearch}
          />
        </div>
        <ToolbarSpace />
        {ownUserId !== null && (
          <span className={styles.faint}>
            Others see you as <code>{ownUserId}</code>
          </span>
        )}
        <Button
          variant="quiet"
          isPending={leave.isPending}
          onClick={() => void leave.run({ profileId, channel })}
        >
          Leave
        </Button>
      </Toolbar>
      {failure && <ErrorNotice error={failure} onRetry={reload} isBar />}
      {subscription && subscription.state !== 'subscribed' && (
        <Notice tone="warning" isBar title="The subscription is not up to date.">
          {subscription.reason ?? 'These are the members as they were last known.'}
        </Notice>
      )}
      <div className={styles.panes}>
        <MemberTable
          label={`Members of ${channel}`}
          columns={['User id', 'Joined', 'Info']}
          count={found.length}
          empty={members.length === 0 ? 'Nobody is on this channel.' : 'No member matches the search.'}
          activeIndex={chosen ? found.indexOf(chosen) : null}
          onActiveChange={(index) => setChosenId(found[index]?.userId)}
          renderCells={(index) => <Cells member={found[index]} ownUserId={ownUserId} />}
        />
        <aside className={styles.detail} aria-label="Member">
          {chosen && <MemberDetail member={chosen} isOwn={chosen.userId === ownUserId} />}
        </aside>
      </div>
    </>
  );
}

function Cells({
  member,
  ownUserId,
}: {
  readonly member: Member | undefined;
  readonly ownUserId: string | null;
}) {
  if (!member) return null;
  return (
    <>
      <Cell className={styles.idCell}>
        <Name text={member.userId} />
        {member.userId === ownUserId && <Badge tone="notice">you</Badge>}
      </Cell>
      <Cell className={styles.timeCell}>
        {member.joinedAt === null ? 'before you' : formatTime(member.joinedAt)}
      </Cell>
      <Cell className={styles.infoCell}>
        {member.userInfo === null ? 'none' : <VisibleText text={member.userInfo.slice(0, shownInfoLength)} />}
      </Cell>
    </>
  );
}

function MemberDetail({ member, isOwn }: { readonly member: Member; readonly isOwn: boolean }) {
  return (
    <>
      <div className={styles.detailHead}>
        <Name text={member.userId} />
        {isOwn && <Badge tone="notice">you</Badge>}
      </div>
      <p className={styles.faint}>
        {member.joinedAt === null ? (
          'It was there before this subscription; when it joined is unknown.'
        ) : (
          <>
            Joined at <time className={styles.mono}>{formatTime(member.joinedAt)}</time>
          </>
        )}
      </p>
      {member.userInfo === null ? (
        <p className={styles.faint}>It gave no info.</p>
      ) : (
        <JsonTree text={member.userInfo} label={`Info of ${member.userId}`} />
      )}
    </>
  );
}

/** Runs at once, then at most every `everyMs`, and once more after the last call. */
function useThrottled(run: () => void, everyMs: number): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isWanted = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const start = () => {
    run();
    timer.current = setTimeout(() => {
      timer.current = undefined;
      if (!isWanted.current) return;
      isWanted.current = false;
      start();
    }, everyMs);
  };
  return () => {
    if (timer.current === undefined) start();
    else isWanted.current = true;
  };
}
