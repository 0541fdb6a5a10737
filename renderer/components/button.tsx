/** Buttons. Features with a command use `CommandButton` of `commands/`, which draws one of these. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './button.module.css';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';
import { Tooltip } from './tooltip.tsx';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className' | 'style' | 'children'>;

export interface ButtonProps extends Native {
  /** `primary`: at most one in a view. `quiet`: no edge until hovered, for toolbars. Default: `plain`. */
  readonly variant?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly icon?: IconName;
  /** While true the button says so, keeps focus, and can't be pressed. */
  readonly isPending?: boolean;
  /** Where the window has little room only its icon is seen: for toolbars, with a tooltip around. */
  readonly isCompact?: boolean;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps) {
  const { variant = 'plain', icon, isPending, isCompact, children, onClick, ...native } = props;
  return (
    <button
      type="button"
      {...native}
      className={classes(styles.button, styles[variant], isCompact && styles.compact)}
      aria-busy={isPending || undefined}
      aria-disabled={isPending || undefined}
      onClick={isPending ? (event) => event.preventDefault() : onClick}
    >
      {icon && <Icon name={icon} />}
      <span className={styles.label}>{children}</span>
    </button>
  );
}

export interface IconButtonProps extends Native {
  readonly icon: IconName;
  /** Its name for screen readers, and its tooltip. */
  readonly label: string;
  /** Keys shown in the tooltip. */
  readonly keys?: readonly string[];
  readonly isPressed?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, keys, isPressed, ...native }: IconButtonProps) {
  return (
    <Tooltip text={label} {...(keys ? { keys } : {})}>
      <button
        type="button"
        {...native}
        className={classes(styles.button, styles.quiet, styles.iconOnly)}
        aria-label={label}
        aria-pressed={isPressed}
      >
        <Icon name={icon} />
      </button>
    </Tooltip>
  );
}
