/** How often the server is asked which channels it has, what that costs, and what stands in its way. */
import { useState } from 'react';
import { type ChannelsStatus, type Pace, paces } from '#shared/contract/channels.ts';
import {
  Button,
  formatCount,
  formatTime,
  Notice,
  plural,
  Select,
  TextField,
} from '../../components/index.ts';
import { useCall, useVault } from '../../state/index.ts';
import { VaultNotice } from '../vault/index.ts';
import styles from './channels.module.css';

const paceLabels: Readonly<Record<Pace, string>> = {
  0: 'Ask by hand',
  2: 'Ask every 2 s',
  5: 'Ask every 5 s',
  15: 'Ask every 15 s',
  60: 'Ask every minute',
};

export function DiscoveryBar({ status }: { readonly status: ChannelsStatus }) {
  const { profileId, paceSeconds, requests, requestsPerMinute, answeredAt, isAsking, isRunning } = status;
  const choose = useCall('channels.choose');
  const ask = useCall('channels.askNow');
  // What is typed is asked for when it is done, and not with each letter.
  const [typed, setTyped] = useState<string>();
  const send = () => {
    if (typed === undefined || typed === status.prefix || !isPrefix(typed)) return;
    void choose.run({ profileId, prefix: typed });
  };
  const perMinute = Math.round(requestsPerMinute * 10) / 10;
  return (
    <>
      <span
        className={styles.cost}
        title="Signed requests to the server’s HTTP API since Latchkey was started."
      >
        {answeredAt !== null && (
          <span>
            Answered <time className={styles.mono}>{formatTime(answeredAt)}</time>
          </span>
        )}
        <span>
          {isRunning ? `${perMinute} requests a minute, ` : ''}
          {plural(requests, 'request')} so far
        </span>
      </span>
      <div className={styles.prefix}>
        <TextField
          label="Ask for names that begin with"
          isLabelHidden
          isCode
          placeholder="Any prefix"
          value={typed ?? status.prefix}
          onChange={setTyped}
          onBlur={send}
          onKeyDown={(event) => {
            if (event.key === 'Enter') send();
          }}
          problem={
            typed === undefined || isPrefix(typed)
              ? undefined
              : { severity: 'error', message: 'No channel’s name begins like this.' }
          }
        />
      </div>
      <Select
        label="How often the server is asked"
        isLabelHidden
        value={String(paceSeconds)}
        options={paces.map((pace) => ({ value: String(pace), label: paceLabels[pace] }))}
        onChange={(value) => void choose.run({ profileId, paceSeconds: Number(value) as Pace })}
      />
      <Button
        icon="retry"
        variant="quiet"
        isCompact
        isPending={isAsking}
        onClick={() => void ask.run({ profileId })}
      >
        Ask now
      </Button>
    </>
  );
}

function isPrefix(text: string): boolean {
  return /^[A-Za-z0-9_\-=@,.;#]{0,200}$/.test(text);
}

/** Why there is no newer answer, or why there is less in it than one might expect. */
export function DiscoveryProblem({ status }: { readonly status: ChannelsStatus }) {
  const { failure, answeredAt, found, kept, areCountsRefused } = status;
  const isUnlocked = useVault()?.state === 'unlocked';
  if (failure?.next === 'vault' && !isUnlocked) {
    return (
      <div className={styles.inset}>
        <VaultNotice>Asking is signed with the secret. It goes on when the vault is open.</VaultNotice>
      </div>
    );
  }
  if (failure) {
    return (
      <Notice tone={failure.next === 'later' ? 'warning' : 'danger'} isBar title={failure.message}>
        {[
          failure.hint,
          failure.next === 'later'
            ? 'It is asked again by itself, less and less often.'
            : 'It is not asked again by itself: “Ask now” tries once more.',
          answeredAt !== null && `What is shown was answered at ${formatTime(answeredAt)}.`,
        ]
          .filter(Boolean)
          .join(' ')}
      </Notice>
    );
  }
  if (found > kept) {
    return (
      <Notice tone="notice" isBar title={`The server has ${formatCount(found)} channels.`}>
        The first {formatCount(kept)} of its answer are kept.
      </Notice>
    );
  }
  if (areCountsRefused) {
    return (
      <Notice tone="notice" isBar title="This server does not tell all counts.">
        It refused to count subscriptions. On Pusher it is switched on in the app’s settings.
      </Notice>
    );
  }
  return null;
}
