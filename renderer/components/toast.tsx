/** Passing messages in the corner, such as one with Undo. What must not be missed belongs in a Notice. */
import { Toast as Base } from '@base-ui/react/toast';
import { type ReactNode, useCallback } from 'react';
import { IconButton } from './button.tsx';
import { Icon } from './icon.tsx';
import styles from './toast.module.css';

const defaultTimeoutMs = 6_000;

export interface ToastMessage {
  readonly message: string;
  readonly tone?: 'ok' | 'notice' | 'warning' | 'danger';
  readonly action?: { readonly label: string; readonly onSelect: () => void };
  /** Stays that long; the pointer or the focus on it holds it. */
  readonly timeoutMs?: number;
}

/** Around the whole page. */
export function ToastProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Base.Provider timeout={defaultTimeoutMs}>
      {children}
      <Base.Portal>
        <Base.Viewport className={styles.viewport}>
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

/** Gives a function that shows a message. */
export function useToast(): (message: ToastMessage) => void {
  const { add, close } = Base.useToastManager();
  return useCallback(
    ({ message, tone = 'notice', action, timeoutMs = defaultTimeoutMs }: ToastMessage) => {
      const id = add({
        description: message,
        type: tone,
        timeout: timeoutMs,
        priority: tone === 'danger' ? 'high' : 'low',
        ...(action
          ? {
              actionProps: {
                children: action.label,
                onClick: () => {
                  close(id);
                  action.onSelect();
                },
              },
            }
          : {}),
      });
    },
    [add, close],
  );
}

const signs = {
  ok: 'ok-sign',
  notice: 'notice-sign',
  warning: 'warning-sign',
  danger: 'danger-sign',
} as const;

function ToastList() {
  const { toasts } = Base.useToastManager();
  return toasts.map((toast) => {
    const tone = toast.type && toast.type in signs ? (toast.type as keyof typeof signs) : 'notice';
    return (
      <Base.Root key={toast.id} toast={toast} className={styles.toast} swipeDirection={[]}>
        <Base.Content className={styles.content}>
          <Icon name={signs[tone]} className={styles[tone]} />
          <Base.Description className={styles.message} />
          <Base.Action className={styles.action} />
          <Base.Close aria-label="Dismiss" render={<IconButton icon="close" label="Dismiss" />} />
        </Base.Content>
      </Base.Root>
    );
  });
}
