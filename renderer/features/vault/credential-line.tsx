/** The public summary of a secret: enough to tell it from others, and nothing that would help to guess it. */
import type { ReactNode } from 'react';
import type { Credential } from '#shared/contract/vault.ts';
import { classes, formatAge, formatDateTime, Name, SlotLabel } from '../../components/index.ts';
import { useProviders } from '../../state/index.ts';
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
}

export function CredentialLine({ credential, isKindHidden, now, children }: CredentialLineProps) {
  const { kind, slot, key, fingerprint, createdAt } = credential;
  const kindName = useKindName();
  return (
    <li className={classes(styles.credential, isKindHidden && styles.withoutKind)}>
      <span className={isKindHidden ? 'visually-hidden' : undefined}>{kindName(kind)}</span>
      <SlotLabel slot={slot} />
      <span className={styles.value}>
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
        {key && (
          <span className={styles.belongs}>
            key <Name text={key} />
          </span>
        )}
      </span>
      <span className={styles.buttons}>{children}</span>
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
