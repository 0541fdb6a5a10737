/** A text field that offers what is known, and takes anything. */
import { Autocomplete } from '@base-ui/react/autocomplete';
import type { ReactNode, Ref } from 'react';
import choice from './choice.module.css';
import { classes } from './classes.ts';
import styles from './field.module.css';
import { FieldFrame, type FieldProblem } from './field.tsx';

export interface SuggestFieldProps {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly suggestions: readonly string[];
  /** One suggestion as it is drawn. Default: its text. */
  readonly renderSuggestion?: (suggestion: string) => ReactNode;
  readonly hint?: ReactNode;
  readonly problem?: FieldProblem | undefined;
  readonly placeholder?: string;
  readonly onBlur?: () => void;
  readonly ref?: Ref<HTMLInputElement>;
}

export function SuggestField(props: SuggestFieldProps) {
  const { value, onChange, suggestions, renderSuggestion, placeholder, onBlur, ref } = props;
  return (
    <FieldFrame {...props}>
      {(described) => (
        <Autocomplete.Root
          items={suggestions}
          value={value}
          onValueChange={(next, { reason }) => {
            // Esc closes the list; a second one leaves what was typed as it is.
            if (reason !== 'escape-key') onChange(next);
          }}
          openOnInputClick
        >
          <Autocomplete.InputGroup className={classes(styles.control, styles.code)}>
            <Autocomplete.Input
              {...described}
              ref={ref}
              className={styles.input}
              placeholder={placeholder}
              spellCheck={false}
              autoCapitalize="none"
              onBlur={onBlur}
            />
          </Autocomplete.InputGroup>
          {suggestions.length > 0 && (
            <Autocomplete.Portal>
              <Autocomplete.Positioner className={choice.positioner} sideOffset={4}>
                <Autocomplete.Popup className={classes(choice.popup, styles.code)}>
                  <Autocomplete.List>
                    {(suggestion: string) => (
                      <Autocomplete.Item key={suggestion} value={suggestion} className={choice.item}>
                        {renderSuggestion?.(suggestion) ?? suggestion}
                      </Autocomplete.Item>
                    )}
                  </Autocomplete.List>
                </Autocomplete.Popup>
              </Autocomplete.Positioner>
            </Autocomplete.Portal>
          )}
        </Autocomplete.Root>
      )}
    </FieldFrame>
  );
}
