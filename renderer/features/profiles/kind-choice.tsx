/** What is added: every kind in sight, one arrow key from the next. */
import { useEffect, useId, useRef } from 'react';
import type { Provider } from '#shared/contract/providers.ts';
import { classes, Icon } from '../../components/index.ts';
import styles from './profile-form.module.css';

export interface KindChoiceProps {
  readonly providers: readonly Provider[];
  /** Of the provider that is chosen. */
  readonly value: string;
  readonly onChange: (providerId: string) => void;
}

export function KindChoice({ providers, value, onChange }: KindChoiceProps) {
  const name = useId();
  const chosen = useRef<HTMLInputElement>(null);
  // The form was asked for: the first thing to decide has the focus.
  useEffect(() => chosen.current?.focus(), []);
  return (
    <fieldset className={styles.environments}>
      <legend className={styles.label}>What it is</legend>
      <div className={styles.kindGrid}>
        {providers.map(({ providerId, label, legacy, hasChannels }) => (
          <label key={providerId} className={classes(styles.environment, styles.kind)}>
            <input
              ref={providerId === value ? chosen : undefined}
              type="radio"
              name={name}
              value={providerId}
              checked={providerId === value}
              onChange={() => onChange(providerId)}
            />
            <span className={styles.environmentText}>
              <span className={styles.kindName}>{label}</span>
              <span className={styles.faint}>
                {legacy ?? (hasChannels ? 'An app with channels' : 'Keys only, no channels')}
              </span>
            </span>
            <Icon name={hasChannels ? 'channel' : 'key'} className={styles.kindSign} />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
