/** Subscribes to a channel by name: its kind is recognised as it is typed, and a bad name is explained. */
import { type FormEvent, type Ref, useRef, useState } from 'react';
import {
  channelKind,
  channelKindExplanations,
  channelNameProblem,
  isPresence,
} from '#shared/protocol/channels.ts';
import { Button, ErrorNotice, Icon, KindLabel, KindSign, TextField } from '../../components/index.ts';
import { useCall, useConnection, useDraft } from '../../state/index.ts';
import styles from './subscribe-form.module.css';

export interface SubscribeFormProps {
  readonly profileId: string;
  /** On one line, for a toolbar: no member, and the explanation below the line only when something is wrong. */
  readonly isCompact?: boolean;
  readonly ref?: Ref<HTMLInputElement>;
}

export function SubscribeForm({ profileId, isCompact, ref }: SubscribeFormProps) {
  const [name, setName] = useDraft(`subscribe:${profileId}`, '');
  const latestName = useRef(name);
  latestName.current = name;
  const [userId, setUserId] = useDraft(`subscribe-user:${profileId}`, '');
  const [wasSubmitted, setSubmitted] = useState(false);
  const subscribe = useCall('live.subscribe');
  const subscriptions = useConnection(profileId)?.subscriptions ?? [];
  const found = channelNameProblem(name);
  // An empty field is no mistake before it is sent.
  const problem = name === '' && !wasSubmitted ? undefined : found;
  const isSubscribed = subscriptions.some((each) => each.channel === name && each.state !== 'failed');
  const kind = name === '' ? undefined : channelKind(name);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (found?.severity === 'error' || isSubscribed) return;
    const member =
      !isCompact && isPresence(name) && userId.trim() !== '' ? { userId: userId.trim() } : undefined;
    // The next name may be typed before the answer comes.
    setName('');
    setSubmitted(false);
    const done = await subscribe.run({ profileId, channel: name, ...(member ? { member } : {}) });
    if (!done && latestName.current === '') setName(name);
  };

  const shown = isSubscribed
    ? ({ severity: 'warning', message: 'Already subscribed to this channel.' } as const)
    : problem;
  const field = (
    <TextField
      {...(ref ? { ref } : {})}
      label="Channel to subscribe to"
      isLabelHidden={isCompact ?? false}
      isCode
      value={name}
      onChange={(next) => {
        setName(next);
        setSubmitted(false);
        subscribe.clear();
      }}
      placeholder={isCompact ? 'Subscribe to a channel' : 'private-encrypted-orders'}
      before={kind && !problem ? <KindSign kind={kind} /> : <Icon name="channel" />}
      after={
        kind &&
        !problem && (
          <span className={styles.kind}>
            <KindLabel kind={kind} isPlain />
          </span>
        )
      }
      problem={shown}
      hint={!isCompact && kind && !problem ? channelKindExplanations[kind] : undefined}
    />
  );
  return (
    <form className={isCompact ? styles.compact : styles.form} onSubmit={submit} noValidate>
      <div className={styles.line}>
        {field}
        {/* Not pending meanwhile: that would swallow the Enter after the next name. */}
        <Button type="submit" icon="add">
          Subscribe
        </Button>
      </div>
      {!isCompact && isPresence(name) && (
        <TextField
          label="Join as user id (optional)"
          isCode
          value={userId}
          onChange={setUserId}
          placeholder="latchkey"
          hint="Other members see you join under this id."
        />
      )}
      {subscribe.error && <ErrorNotice error={subscribe.error} onDismiss={subscribe.clear} />}
    </form>
  );
}
