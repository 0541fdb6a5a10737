/** Patterns: channels whose names match are subscribed to by themselves, as they appear at the server. */
import { type FormEvent, useRef, useState } from 'react';
import type { ChannelsStatus } from '#shared/contract/channels.ts';
import { patternProblem } from '#shared/protocol/patterns.ts';
import {
  Button,
  ErrorNotice,
  IconButton,
  Name,
  Notice,
  plural,
  Row,
  TextField,
  useKeepFocus,
} from '../../components/index.ts';
import { useCall, useDraft } from '../../state/index.ts';
import styles from './channels.module.css';

export interface PatternsProps {
  readonly status: ChannelsStatus;
  readonly isConnected: boolean;
}

export function Patterns({ status, isConnected }: PatternsProps) {
  const { profileId, patterns, leftOut } = status;
  const [text, setText] = useDraft(`pattern:${profileId}`, '');
  const [wasSubmitted, setSubmitted] = useState(false);
  const add = useCall('channels.addPattern');
  const remove = useCall('channels.removePattern');
  const [leaving, setLeaving] = useState<string>();
  const part = useRef<HTMLElement>(null);
  useKeepFocus(part, [patterns, leaving]);
  const problem = wasSubmitted ? patternProblem(text.trim()) : undefined;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    const pattern = text.trim();
    if (patternProblem(pattern) !== undefined) return;
    if (!(await add.run({ profileId, pattern }))) return;
    setText('');
    setSubmitted(false);
  };
  const drop = async (pattern: string, isUnsubscribing: boolean) => {
    setLeaving(undefined);
    await remove.run({ profileId, pattern, isUnsubscribing });
  };

  return (
    <section ref={part} tabIndex={-1} className={styles.part} aria-label="Patterns">
      <h2 className={styles.title}>Subscribe by pattern</h2>
      <p className={styles.soft}>
        Channels that appear at the server and match are subscribed to by themselves. Presence channels only
        by patterns that begin with <code>presence-</code>: their members see you.
      </p>
      {patterns.length > 0 && (
        <ul className={styles.patterns} aria-label="Patterns">
          {patterns.map(({ pattern, subscribed }) => (
            <li key={pattern} className={styles.pattern}>
              <Name text={pattern} className={styles.patternName} />
              <span className={styles.faint}>{plural(subscribed, 'channel')}</span>
              {leaving === pattern ? (
                <Row gap={4}>
                  <Button onClick={() => void drop(pattern, true)}>Unsubscribe from them</Button>
                  <Button onClick={() => void drop(pattern, false)}>Keep them</Button>
                  <Button variant="quiet" onClick={() => setLeaving(undefined)}>
                    Cancel
                  </Button>
                </Row>
              ) : (
                <IconButton
                  icon="close"
                  label={`Remove the pattern ${pattern}`}
                  onClick={() => (subscribed > 0 ? setLeaving(pattern) : void drop(pattern, false))}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      <form className={styles.patternForm} onSubmit={submit} noValidate>
        <TextField
          label="Pattern"
          isLabelHidden
          isCode
          placeholder="private-orders-*"
          value={text}
          onChange={(next) => {
            setText(next);
            setSubmitted(false);
            add.clear();
          }}
          problem={problem === undefined ? undefined : { severity: 'error', message: problem }}
        />
        <Button type="submit" icon="add" isPending={add.isPending}>
          Add pattern
        </Button>
      </form>
      {add.error && <ErrorNotice error={add.error} onDismiss={add.clear} />}
      {remove.error && <ErrorNotice error={remove.error} onDismiss={remove.clear} />}
      {patterns.length > 0 && <Obstacle status={status} isConnected={isConnected} />}
      {leftOut > 0 && (
        <Notice tone="warning" title={`${plural(leftOut, 'matching channel')} left out.`}>
          No more subscriptions are kept, or the names can’t be subscribed to. Narrow the patterns, or
          unsubscribe from others.
        </Notice>
      )}
    </section>
  );
}

/** What keeps patterns from finding names. */
function Obstacle({ status, isConnected }: PatternsProps) {
  if (!isConnected) return <p className={styles.soft}>They wait for the connection.</p>;
  if (status.paceSeconds === 0) {
    return (
      <Notice tone="notice" title="Patterns need the server to be asked.">
        Choose above how often. Until then new names are found by “Ask now” only.
      </Notice>
    );
  }
  if (status.failure) return null;
  return (
    <p className={styles.soft}>
      The server is asked for as long as there is a pattern and a connection, on other screens as well.
    </p>
  );
}
