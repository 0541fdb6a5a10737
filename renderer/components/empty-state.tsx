/** A view without content: one sentence and the next action. And a view that waits. */
import { type ReactNode, useEffect, useState } from 'react';
import styles from './empty-state.module.css';
import { Icon, type IconName } from './icon.tsx';

export interface EmptyStateProps {
  readonly icon?: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  /** The next action, as buttons. */
  readonly actions?: ReactNode;
}

/** In the middle of whatever holds it. */
export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      <div className={styles.inside}>
        {icon && <Icon name={icon} size={20} className={styles.icon} />}
        <p className={styles.title}>{title}</p>
        {children && <div className={styles.body}>{children}</div>}
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
    </div>
  );
}

/** Shown only when waiting takes long enough to be noticed. */
const patienceMs = 150;

export function Loading({ label = 'Loading' }: { readonly label?: string }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return <div className={styles.empty} aria-busy="true" />;
  return (
    <div className={styles.empty} aria-busy="true" role="status">
      <p className={styles.body}>{label}…</p>
    </div>
  );
}
