/** Takes what is pasted or dropped on it straight to its owner: it is never in this field, nor anywhere in the page. */
import type { ReactNode } from 'react';
import styles from './field.module.css';
import { FieldFrame, type FieldProblem } from './field.tsx';
import { Icon } from './icon.tsx';

export interface PasteFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly hint?: ReactNode;
  readonly problem?: FieldProblem | undefined;
  readonly isDisabled?: boolean;
  readonly onText: (text: string) => void;
}

export function PasteField(props: PasteFieldProps) {
  const { placeholder, isDisabled, onText } = props;
  const take = (event: { preventDefault(): void }, data: DataTransfer) => {
    event.preventDefault();
    onText(data.getData('text/plain'));
  };
  return (
    <FieldFrame {...props}>
      {(described) => (
        <span className={styles.control}>
          <Icon name="key" className={styles.sign} />
          <input
            {...described}
            className={styles.input}
            type="text"
            value=""
            placeholder={placeholder}
            disabled={isDisabled}
            spellCheck={false}
            autoComplete="off"
            // What is typed is no paste: it does not stay.
            onChange={() => undefined}
            onPaste={(event) => take(event, event.clipboardData)}
            onDrop={(event) => take(event, event.dataTransfer)}
          />
        </span>
      )}
    </FieldFrame>
  );
}
