/** One line of a language, with suggestions for the word at the caret. */
import {
  type ReactNode,
  type Ref,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { classes } from './classes.ts';
import styles from './completion-field.module.css';
import field from './field.module.css';

export interface CompletionItem {
  readonly text: string;
  /** What it does, beside it. */
  readonly about: string;
}

export interface WrittenLine {
  readonly value: string;
  readonly caret: number;
}

export interface CompletionFieldProps<T extends CompletionItem> {
  readonly label: string;
  readonly value: string;
  /** Told of every change, and of every move of the caret. */
  readonly onChange: (line: WrittenLine) => void;
  readonly items: readonly T[];
  /** The line with a suggestion taken. */
  readonly take: (item: T) => WrittenLine;
  /** Keys that the list has no use for. */
  readonly onKeyDown?: (event: React.KeyboardEvent<HTMLInputElement>) => void;
  /** The focus goes elsewhere. */
  readonly onLeave?: () => void;
  readonly isInvalid?: boolean;
  /** Ids of what explains the field. */
  readonly describedBy?: string | undefined;
  readonly placeholder?: string;
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  readonly ref?: Ref<HTMLInputElement>;
}

export function CompletionField<T extends CompletionItem>(props: CompletionFieldProps<T>) {
  const { label, value, onChange, items, take, onKeyDown, isInvalid, describedBy, before, after, ref } =
    props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useImperativeHandle(ref, () => input.current as HTMLInputElement);
  const [isWanted, setIsWanted] = useState(false);
  const [marked, setMarked] = useState(-1);
  const caretToSet = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (caretToSet.current === undefined) return;
    input.current?.setSelectionRange(caretToSet.current, caretToSet.current);
    caretToSet.current = undefined;
  });
  const isOpen = isWanted && items.length > 0;
  const active = isOpen && marked < items.length ? marked : -1;

  const write = (line: WrittenLine) => {
    setMarked(-1);
    onChange(line);
  };
  const choose = (item: T) => {
    const line = take(item);
    caretToSet.current = line.caret;
    write(line);
    // A field without its value goes on with its values.
    setIsWanted(true);
  };
  const onKey = (event: React.KeyboardEvent<HTMLInputElement>) => {
    const chosen = items[active] ?? (event.key === 'Tab' ? items[0] : undefined);
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (items.length === 0) return;
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (isOpen)
        setMarked(((active === -1 && step === -1 ? 0 : active) + step + items.length) % items.length);
      else setIsWanted(true);
    } else if (isOpen && chosen && (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey))) {
      event.preventDefault();
      choose(chosen);
    } else if (isOpen && event.key === 'Escape') {
      event.stopPropagation();
      setIsWanted(false);
    } else {
      if (event.key === 'Enter') setIsWanted(false);
      onKeyDown?.(event);
    }
  };

  return (
    <div className={styles.field}>
      <label htmlFor={id} className="visually-hidden">
        {label}
      </label>
      <span className={classes(field.control, field.code)}>
        {before}
        <input
          id={id}
          ref={input}
          className={field.input}
          type="text"
          role="combobox"
          aria-expanded={isOpen}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={active === -1 ? undefined : `${id}-${active}`}
          aria-invalid={isInvalid || undefined}
          aria-describedby={describedBy}
          value={value}
          placeholder={props.placeholder}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          onChange={({ target }) => {
            setIsWanted(true);
            write({ value: target.value, caret: target.selectionStart ?? target.value.length });
          }}
          onSelect={({ currentTarget }) => {
            const caret = currentTarget.selectionStart ?? currentTarget.value.length;
            onChange({ value: currentTarget.value, caret });
          }}
          onKeyDown={onKey}
          onBlur={() => {
            setIsWanted(false);
            props.onLeave?.();
          }}
        />
        {after}
      </span>
      <div
        id={`${id}-list`}
        className={styles.list}
        role="listbox"
        aria-label={`Suggestions for ${label.toLowerCase()}`}
        hidden={!isOpen}
      >
        {isOpen &&
          items.map((item, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's, which keeps the focus.
            // biome-ignore lint/a11y/useFocusableInteractive: as above.
            <div
              key={item.text}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              className={styles.item}
              // Before the field would lose the focus.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(item)}
            >
              <span className={styles.text}>{item.text}</span>
              {item.about !== '' && <span className={styles.about}>{item.about}</span>}
            </div>
          ))}
      </div>
    </div>
  );
}
