/** Fields of forms: a label, the control, then what is wrong with it or what it is for. */
import { type ReactNode, type Ref, useId, useLayoutEffect, useRef } from 'react';
import { classes } from './classes.ts';
import styles from './field.module.css';
import { Icon } from './icon.tsx';

export interface FieldProblem {
  /** `warning` may be sent all the same. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

interface Common {
  readonly label: string;
  /** Hides the label from sight, not from screen readers. For toolbars. */
  readonly isLabelHidden?: boolean;
  /** One sentence under the control, when nothing is wrong. */
  readonly hint?: ReactNode;
  readonly problem?: FieldProblem | undefined;
  readonly isDisabled?: boolean;
  /** Names, ids, keys: in the monospace face, without spelling marks. */
  readonly isCode?: boolean;
  readonly placeholder?: string;
  readonly name?: string;
  /** Said beside the control, whatever is wrong with it. */
  readonly aside?: ReactNode;
}

export interface TextFieldProps extends Common {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  readonly onKeyDown?: (event: React.KeyboardEvent<HTMLInputElement>) => void;
  readonly type?: 'text' | 'search' | 'number';
  readonly autoFocus?: boolean;
  readonly isReadOnly?: boolean;
  /** Drawn inside the edge, before and after the text. */
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  readonly ref?: Ref<HTMLInputElement>;
}

export function TextField(props: TextFieldProps) {
  const { value, onChange, onBlur, onKeyDown, type = 'text', before, after, ref } = props;
  return (
    <FieldFrame {...props}>
      {(described) => (
        <span className={classes(styles.control, props.isCode && styles.code)}>
          {before}
          <input
            {...described}
            ref={ref}
            className={styles.input}
            type={type === 'number' ? 'text' : type}
            inputMode={type === 'number' ? 'numeric' : undefined}
            value={value}
            name={props.name}
            placeholder={props.placeholder}
            disabled={props.isDisabled}
            readOnly={props.isReadOnly}
            // biome-ignore lint/a11y/noAutofocus: only in panels that the user has just opened.
            autoFocus={props.autoFocus}
            spellCheck={props.isCode ? false : undefined}
            autoCapitalize="none"
            autoComplete="off"
            onChange={(event) => onChange(event.target.value)}
            onBlur={onBlur}
            onKeyDown={onKeyDown}
          />
          {after}
        </span>
      )}
    </FieldFrame>
  );
}

export interface SecretFieldProps extends Common {
  /** Keep it in component state only: never in a draft or a store. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly autoFocus?: boolean;
}

/** A secret on its way in. Nothing here shows it, remembers it, or offers to save it. */
export function SecretField(props: SecretFieldProps) {
  const { value } = props;
  const input = useRef<HTMLInputElement>(null);
  // Not a controlled input: of those, React writes the value into the markup, which others read, copy and save.
  useLayoutEffect(() => {
    if (input.current && input.current.value !== value) input.current.value = value;
  }, [value]);
  return (
    <FieldFrame {...props}>
      {(described) => (
        <span className={classes(styles.control, styles.code)}>
          <Icon name="key" className={styles.sign} />
          <input
            {...described}
            ref={input}
            className={styles.input}
            type="password"
            name={props.name}
            placeholder={props.placeholder}
            disabled={props.isDisabled}
            // biome-ignore lint/a11y/noAutofocus: only where the user has just asked for what it opens.
            autoFocus={props.autoFocus}
            spellCheck={false}
            // Browsers offer to save what is in a `new-password` field less often than in any other password field.
            autoComplete="new-password"
            data-1p-ignore=""
            data-lpignore="true"
            onChange={(event) => props.onChange(event.target.value)}
          />
        </span>
      )}
    </FieldFrame>
  );
}

export interface TextAreaProps extends Common {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onKeyDown?: (event: React.KeyboardEvent<HTMLTextAreaElement>) => void;
  /** Lines shown; the user can pull it larger. */
  readonly rows?: number;
  /** Takes the height its parent gives it. */
  readonly isFilling?: boolean;
  readonly ref?: Ref<HTMLTextAreaElement>;
}

export function TextArea(props: TextAreaProps) {
  return (
    <FieldFrame {...props}>
      {(described) => (
        <textarea
          {...described}
          ref={props.ref}
          className={classes(styles.area, props.isCode && styles.code)}
          value={props.value}
          name={props.name}
          placeholder={props.placeholder}
          disabled={props.isDisabled}
          rows={props.rows ?? 6}
          spellCheck={props.isCode ? false : undefined}
          onChange={(event) => props.onChange(event.target.value)}
          onKeyDown={props.onKeyDown}
        />
      )}
    </FieldFrame>
  );
}

interface Described {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

interface FrameProps extends Common {
  readonly isFilling?: boolean;
  readonly children: (described: Described) => ReactNode;
}

/** The frame of a field, for controls that are not above. Hand `described` to the control. */
export function FieldFrame({ label, isLabelHidden, hint, problem, aside, isFilling, children }: FrameProps) {
  const id = useId();
  const note = problem ?? hint;
  const noteId = note ? `${id}-note` : undefined;
  const asideId = aside ? `${id}-aside` : undefined;
  const field = (
    <div className={classes(styles.field, isFilling && styles.filling)}>
      <label htmlFor={id} className={isLabelHidden ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': [noteId, asideId].filter(Boolean).join(' ') || undefined,
        'aria-invalid': problem?.severity === 'error' ? true : undefined,
      })}
      {problem ? (
        <FieldNote id={noteId} problem={problem} />
      ) : (
        hint && (
          <p id={noteId} className={styles.note}>
            {hint}
          </p>
        )
      )}
    </div>
  );
  if (!aside) return field;
  return (
    <div className={styles.withAside}>
      {field}
      <div id={asideId} className={styles.aside}>
        {aside}
      </div>
    </div>
  );
}

interface FieldNoteProps {
  readonly id?: string | undefined;
  readonly problem: FieldProblem;
}

/** What is wrong, under a control. */
export function FieldNote({ id, problem: { severity, message } }: FieldNoteProps) {
  return (
    <p id={id} className={classes(styles.note, styles[severity])}>
      <Icon name={severity === 'error' ? 'alert-sign' : 'warning-sign'} size={12} />
      {message}
    </p>
  );
}

/** Fields side by side, each as wide as there is room; one under the other when narrow. */
export function FieldRow({ children }: { readonly children: ReactNode }) {
  return <div className={styles.row}>{children}</div>;
}
