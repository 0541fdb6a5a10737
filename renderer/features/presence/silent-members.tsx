/** The ids of a presence channel, asked for over the HTTP API: this never joins, so nobody sees it. */
import { useEffect, useState } from 'react';
import {
  Button,
  Cell,
  ErrorNotice,
  formatCount,
  formatTime,
  Loading,
  Name,
  plural,
  Select,
  TextField,
  Toolbar,
  ToolbarSpace,
} from '../../components/index.ts';
import { useDraft, useVault } from '../../state/index.ts';
import { VaultNotice } from '../vault/index.ts';
import { filterIds } from './member-list.ts';
import { MemberTable } from './member-table.tsx';
import styles from './presence.module.css';
import { usePresencePoll } from './use-presence-poll.ts';

const intervals = {
  '2': 'every 2 s',
  '5': 'every 5 s',
  '15': 'every 15 s',
  '60': 'every minute',
  off: 'by hand',
} as const;
type Interval = keyof typeof intervals;

export interface SilentMembersProps {
  readonly profileId: string;
  readonly channel: string;
  /** This app's own subscription is on the channel as well. */
  readonly isJoined: boolean;
  readonly search: string;
  readonly onSearch: (search: string) => void;
}

export function SilentMembers({ profileId, channel, isJoined, search, onSearch }: SilentMembersProps) {
  const [interval, setInterval] = useDraft<Interval>(`presence-interval:${profileId}`, '5');
  const everyMs = interval === 'off' ? undefined : Number(interval) * 1_000;
  const { answer, error, isAsking, askNow } = usePresencePoll(profileId, channel, everyMs);
  const isUnlocked = useVault()?.state === 'unlocked';
  const waitsForVault = error?.code === 'vault_locked';
  useEffect(() => {
    if (isUnlocked && waitsForVault) askNow();
  }, [isUnlocked, waitsForVault, askNow]);
  const [activeId, setActiveId] = useState<string>();
  const ids = answer ? filterIds(answer.userIds, search) : [];
  const activeIndex = activeId === undefined ? -1 : ids.indexOf(activeId);
  return (
    <>
      <Toolbar label="Members">
        <span className={styles.count} role="status">
          {!answer
            ? 'Not known yet'
            : ids.length === answer.userIds.length
              ? plural(ids.length, 'member')
              : `${formatCount(ids.length)} of ${plural(answer.userIds.length, 'member')}`}
        </span>
        <div className={styles.search}>
          <TextField
            label="Search members"
            isLabelHidden
            type="search"
            placeholder="Search ids"
            value={search}
            onChange={onSearch}
          />
        </div>
        <ToolbarSpace />
        <span className={styles.faint}>
          {answer ? (
            <>
              Last answer <time className={styles.mono}>{formatTime(answer.at)}</time>
            </>
          ) : (
            'No answer yet'
          )}
        </span>
        <Select
          label="How often it is asked"
          isLabelHidden
          value={interval}
          options={(Object.keys(intervals) as Interval[]).map((value) => ({
            value,
            label: `Ask ${intervals[value]}`,
          }))}
          onChange={setInterval}
        />
        <Button icon="retry" variant="quiet" isPending={isAsking} onClick={askNow}>
          Ask now
        </Button>
      </Toolbar>
      <p className={styles.promise}>
        Asked over the HTTP API: asking does not join, and members don’t see it. The server gives ids only, no
        info and no times.
        {isJoined && ' Your own subscription is on this channel all the same: leave it to be unseen.'}
      </p>
      {waitsForVault ? (
        <div className={styles.inset}>
          <VaultNotice>Asking is signed with the secret. It goes on when the vault is open.</VaultNotice>
        </div>
      ) : (
        error && <ErrorNotice error={error} onRetry={askNow} isBar />
      )}
      {!answer && !error && <Loading label="Asking the server" />}
      {answer && (
        <MemberTable
          label={`Members of ${channel}`}
          columns={['User id']}
          count={ids.length}
          empty={answer.userIds.length === 0 ? 'Nobody is on this channel.' : 'No member matches the search.'}
          activeIndex={activeIndex < 0 ? null : activeIndex}
          onActiveChange={(index) => setActiveId(ids[index])}
          renderCells={(index) => (
            <Cell className={styles.idCell}>
              <Name text={ids[index] ?? ''} />
            </Cell>
          )}
        />
      )}
    </>
  );
}
