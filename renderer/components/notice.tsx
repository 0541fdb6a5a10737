/** Messages in place: what happened, why, and what to do. */
import type { ReactNode } from 'react';
import type { AppError } from '#shared/lib/app-error.ts';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import { CopyButton } from './copy.tsx';
import { Icon } from './icon.tsx';
import styles from './notice.module.css';

const signs = {
  ok: 'ok-sign',
  notice: 'notice-sign',
  warning: 'warning-sign',
  danger: 'danger-sign',
} as const;

export interface NoticeProps {
  readonly tone: keyof typeof signs;
  /** One sentence; the rest goes into `children`. */
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  /** Buttons, at the end. */
  readonly actions?: ReactNode;
  /** A bar from edge to edge, instead of a block inside a page. */
  readonly isBar?: boolean;
}

/** `danger` and `warning` are announced at once; the others wait for a pause. */
export function Notice({ tone, title, children, actions, isBar }: NoticeProps) {
  return (
    <div
      className={classes(styles.notice, styles[tone], isBar && styles.bar)}
      role={tone === 'danger' || tone === 'warning' ? 'alert' : 'status'}
    >
      <Icon name={signs[tone]} size={16} className={styles.sign} />
      <div className={styles.text}>
        {title && <p className={styles.title}>{title}</p>}
        {children && <div className={styles.body}>{children}</div>}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

export interface ErrorNoticeProps {
  readonly error: AppError;
  /** Offered when trying again may work, or always with `isRetryAlways`. */
  readonly onRetry?: (() => void) | undefined;
  readonly onDismiss?: (() => void) | undefined;
  readonly isBar?: boolean;
}

/** A failure: what happened, what to do, and its details to copy. */
export function ErrorNotice({ error, onRetry, onDismiss, isBar }: ErrorNoticeProps) {
  const details = [`${error.code}: ${error.message}`, error.hint].filter(Boolean).join('\n');
  return (
    <Notice
      tone={error.code === 'offline' || error.code === 'cancelled' ? 'warning' : 'danger'}
      title={error.message}
      isBar={isBar ?? false}
      actions={
        <>
          {onRetry && error.retryable && (
            <Button icon="retry" onClick={onRetry}>
              Try again
            </Button>
          )}
          <CopyButton text={details} label="Copy details" />
          {onDismiss && (
            <Button variant="quiet" onClick={onDismiss}>
              Dismiss
            </Button>
          )}
        </>
      }
    >
      {error.hint}
    </Notice>
  );
}
