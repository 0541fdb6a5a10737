/** Where a file is: chosen in a dialog where the host has one, and otherwise written or pasted. */
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { type FieldProblem, TextField } from './field.tsx';
import styles from './path-field.module.css';
import { type PathKind, pathProblem, tidyPath } from './path-text.ts';

export interface PathFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (path: string) => void;
  /** Of the machine that the path is on. */
  readonly kind: PathKind;
  /** Opens the host's dialog; then nothing can be written here. Undefined: there is none. */
  readonly onChoose?: (() => void) | undefined;
  readonly isChoosing?: boolean;
  readonly hint?: ReactNode;
  /** What is wrong beyond the path's form. */
  readonly problem?: FieldProblem | undefined;
  readonly autoFocus?: boolean;
  /** A file's name, for the example of a path. Empty: a folder's. */
  readonly exampleName?: string | undefined;
}

export function PathField(props: PathFieldProps) {
  const { label, value, onChange, kind, onChoose, isChoosing, hint, problem, autoFocus } = props;
  const { exampleName = '.env' } = props;
  if (onChoose) {
    return (
      <div className={styles.chosen}>
        <TextField
          label={label}
          value={value}
          onChange={() => undefined}
          isReadOnly
          isCode
          placeholder="No file chosen"
          hint={hint}
          problem={problem}
        />
        <Button icon="folder" isPending={isChoosing ?? false} onClick={onChoose} autoFocus={autoFocus}>
          Choose…
        </Button>
      </div>
    );
  }
  const form = value === '' ? undefined : pathProblem(value, kind);
  return (
    <TextField
      label={label}
      value={value}
      onChange={(text) => onChange(isPasted(text, value) ? tidyPath(text, kind) : text)}
      onBlur={() => onChange(tidyPath(value, kind))}
      isCode
      placeholder={`${kind === 'windows' ? 'C:\\Users\\ana\\shop\\' : '/home/ana/shop/'}${exampleName}`}
      hint={hint}
      problem={form ? { severity: 'error', message: form } : problem}
      {...(autoFocus ? { autoFocus } : {})}
    />
  );
}

/** More than a key brings. What is typed is left alone until the field is left. */
function isPasted(text: string, before: string): boolean {
  return text.length - before.length > 1;
}
