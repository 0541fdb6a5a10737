/** Dialogs: for what must be decided before anything else. Most things belong in a panel instead. */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import { type ReactNode, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import styles from './dialog.module.css';
import { TextField } from './field.tsx';
import { Icon } from './icon.tsx';

export interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** It is gone, and the focus is back where it was: what takes the focus on does so here, not in `onClose`. */
  readonly onClosed?: () => void;
  readonly title: string;
  readonly isTitleHidden?: boolean;
  readonly children: ReactNode;
  readonly width?: 'normal' | 'wide';
}

/** The focus goes to the child with `data-initial-focus`, or to the dialog itself. */

export function Dialog(props: DialogProps) {
  const { isOpen, onClose, onClosed, title, isTitleHidden, children, width = 'normal' } = props;
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root
      open={isOpen}
      onOpenChange={(next) => !next && onClose()}
      // Told just before it is taken away, and it gives the focus back as it goes.
      onOpenChangeComplete={(next) => !next && onClosed && requestAnimationFrame(onClosed)}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup
          ref={popup}
          className={classes(styles.popup, styles[width])}
          initialFocus={() =>
            popup.current?.querySelector<HTMLElement>('[data-initial-focus]') ?? popup.current
          }
        >
          <div className={isTitleHidden ? 'visually-hidden' : styles.head}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            <Base.Close className={styles.close} aria-label="Close">
              <Icon name="close" />
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

export interface ConfirmProps {
  readonly isOpen: boolean;
  /** A question that names its object: “Delete the pair k1 of shop?” */
  readonly title: string;
  /** What will happen, and whether it can be undone. */
  readonly children: ReactNode;
  /** The verb on the button: “Delete pair”. */
  readonly action: string;
  readonly isDanger?: boolean;
  /** When given, the user has to type it, and `onConfirm` gets what was typed. */
  readonly nameToType?: string;
  readonly isPending?: boolean;
  readonly onConfirm: (typed: string) => void;
  readonly onCancel: () => void;
}

/** Asks before something that can't be undone. Cancel has the focus. */
export function Confirm(props: ConfirmProps) {
  const { isOpen, title, children, action, isDanger, nameToType, isPending, onConfirm, onCancel } = props;
  const cancel = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const isClosed = nameToType !== undefined && typed.trim() !== nameToType;
  const close = () => {
    setTyped('');
    onCancel();
  };
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => !next && close()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup
          className={classes(styles.popup, styles.normal)}
          initialFocus={nameToType === undefined ? cancel : field}
        >
          <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className={styles.body}>
            {children}
          </AlertDialog.Description>
          <form
            className={styles.form}
            onSubmit={(event) => {
              event.preventDefault();
              if (!isClosed) onConfirm(typed.trim());
            }}
          >
            {nameToType !== undefined && (
              <TextField
                ref={field}
                label={`Type “${nameToType}” to go on`}
                value={typed}
                onChange={setTyped}
              />
            )}
            <div className={styles.actions}>
              <Button ref={cancel} onClick={close}>
                Cancel
              </Button>
              <Button
                type="submit"
                variant={isDanger ? 'danger' : 'primary'}
                disabled={isClosed}
                isPending={isPending ?? false}
              >
                {action}
              </Button>
            </div>
          </form>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
