/** The ids of a presence channel, asked for over the HTTP API: this never joins, so nobody sees it. */
import { useEffect } from 'react';
import { Button, ErrorNotice, formatTime, Loading, Notice, plural, Select } from '../../components/index.ts';
import { useDraft, useVault } from '../../state/index.ts';
import { VaultNotice } from '../vault/index.ts';
import { MemberBrowser } from './member-browser.tsx';
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
  const perMinute = everyMs === undefined || (error && !error.retryable) ? undefined : 60_000 / everyMs;
  return (
    <MemberBrowser
      profileId={profileId}
      channel={channel}
      source="silent"
      search={search}
      onSearch={onSearch}
      version={answer?.requests ?? 0}
      controls={
        <>
          <span className={styles.cost} title="Signed requests to the server’s HTTP API for this channel.">
            <span>
              {answer ? (
                <>
                  Answered <time className={styles.mono}>{formatTime(answer.at)}</time>
                  {answer.came !== null && `: ${answer.came} came, ${answer.went} went`}
                </>
              ) : (
                'No answer yet'
              )}
            </span>
            <span>
              {perMinute !== undefined && `${perMinute} requests a minute, `}
              {plural(answer?.requests ?? 0, 'request')} so far
            </span>
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
          <Button icon="retry" variant="quiet" isCompact isPending={isAsking} onClick={askNow}>
            Ask now
          </Button>
        </>
      }
    >
      <p className={styles.promise}>
        Asked over the HTTP API: asking does not join, and members don’t see it. The server gives ids only: no
        info, no times, and not how many connections somebody has. Who comes and goes between two answers is
        not seen.
        {isJoined && ' Your own subscription is on this channel all the same: leave it to be unseen.'}
      </p>
      {waitsForVault ? (
        <div className={styles.inset}>
          <VaultNotice>Asking is signed with the secret. It goes on when the vault is open.</VaultNotice>
        </div>
      ) : (
        error && <ErrorNotice error={error} onRetry={askNow} isBar />
      )}
      {answer?.isCut && (
        <Notice tone="warning" isBar title="There are more users than are kept: some are left out." />
      )}
      {!answer && !error && <Loading label="Asking the server" />}
    </MemberBrowser>
  );
}
