/** The public summary of a secret: enough to tell it from others, and nothing that would help to guess it. */
import type { ReactNode } from 'react';
import type { Credential } from '#shared/contract/vault.ts';
import { classes, formatAge, formatDateTime, Name, SlotLabel } from '../../components/index.ts';
import { useProviders } from '../../state/index.ts';
import { defaultWords, slotWord } from './credential-words.ts';
import styles from './vault.module.css';

const appKindNames: Readonly<Record<string, string>> = { secret: 'App secret', masterKey: 'Master key' };

/** What a field of credentials is called: by its provider, but for those of apps. */
export function useKindName(): (kind: string) => string {
  const providers = useProviders();
  return (kind) =>
    appKindNames[kind] ??
    providers.flatMap(({ fields }) => fields).find(({ fieldId }) => fieldId === kind)?.label ??
    kind;
}

/** `••••a1b2`: the last four characters are told of long values only. */
export function maskedValue({ lastFour }: Pick<Credential, 'lastFour'>): string {
  return `••••${lastFour ?? ''}`;
}

export interface CredentialLineProps {
  readonly credential: Credential;
  /** Where a heading says it already. */
  readonly isKindHidden?: boolean;
  /** Milliseconds since 1970, for its age. */
  readonly now: number;
  /** Buttons. */
  readonly children?: ReactNode;
  /** Under it, at its full width: what is being done with it, and what became of that. */
  readonly below?: ReactNode;
}

export function CredentialLine({ credential, isKindHidden, now, children, below }: CredentialLineProps) {
  const { credentialId, kind, slot, label, key, fingerprint, createdAt, lastUsedAt } = credential;
  const kindName = useKindName();
  const isDefault = slot === 'current' && defaultWords(kind);
  return (
    <li
      className={classes(styles.credential, isKindHidden && styles.withoutKind)}
      data-credential={credentialId}
    >
      <span className={isKindHidden ? 'visually-hidden' : undefined}>{kindName(kind)}</span>
      <SlotLabel slot={slot} word={slotWord(kind, slot)} />
      <span className={styles.value}>
        {label !== null && <span className={styles.label}>{label}</span>}
        {isDefault && <span className={styles.default}>{isDefault}</span>}
        {key && (
          <span className={styles.belongs}>
            key <Name text={key} />
          </span>
        )}
        <span className={styles.dots} title="The last four characters of values that have at least 16">
          {maskedValue(credential)}
        </span>
        <span
          className={styles.fingerprint}
          title="Keyed fingerprint: equal for equal secrets, and says nothing else"
        >
          fingerprint <code>{fingerprint}</code>
        </span>
        <span className={styles.age} title={formatDateTime(createdAt)}>
          entered {formatAge(createdAt, now)}
        </span>
        <span
          className={styles.age}
          title={lastUsedAt === null ? 'It has signed or encrypted nothing here' : formatDateTime(lastUsedAt)}
        >
          {lastUsedAt === null ? 'not used here yet' : `used ${formatAge(lastUsedAt, now)}`}
        </span>
      </span>
      <span className={styles.buttons}>{children}</span>
      {below && <div className={styles.below}>{below}</div>}
    </li>
  );
}

export function CredentialList({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}) {
  return (
    <ul className={styles.list} aria-label={label}>
      {children}
    </ul>
  );
}
