/** Choosing: from a list, among a few in sight, or yes and no. */
import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox';
import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { Select as BaseSelect } from '@base-ui/react/select';
import { Switch as BaseSwitch } from '@base-ui/react/switch';
import type { ReactNode } from 'react';
import { useId } from 'react';
import styles from './choice.module.css';
import { classes } from './classes.ts';
import { FieldNote, type FieldProblem } from './field.tsx';
import { Icon } from './icon.tsx';

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
}

export interface SelectProps<T extends string> {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
  readonly hint?: ReactNode;
  /** What is wrong with it, in place of the hint. */
  readonly problem?: string | undefined;
  readonly isDisabled?: boolean;
}

/** One of many. */
export function Select<T extends string>({
  label,
  isLabelHidden,
  value,
  options,
  onChange,
  hint,
  problem,
  isDisabled,
}: SelectProps<T>) {
  const noteId = useId();
  return (
    <div className={styles.field}>
      <BaseSelect.Root
        items={options}
        value={value}
        disabled={isDisabled ?? false}
        onValueChange={(next) => next !== null && onChange(next)}
      >
        <BaseSelect.Label className={isLabelHidden ? 'visually-hidden' : styles.label}>
          {label}
        </BaseSelect.Label>
        <BaseSelect.Trigger
          className={styles.trigger}
          aria-invalid={problem === undefined ? undefined : true}
          aria-describedby={problem === undefined ? undefined : noteId}
        >
          <BaseSelect.Value className={styles.value} />
          <BaseSelect.Icon>
            <Icon name="expanded" size={12} />
          </BaseSelect.Icon>
        </BaseSelect.Trigger>
        <BaseSelect.Portal>
          <BaseSelect.Positioner className={styles.positioner} sideOffset={4} alignItemWithTrigger={false}>
            <BaseSelect.Popup className={styles.popup}>
              <BaseSelect.List>
                {options.map((option) => (
                  <BaseSelect.Item key={option.value} value={option.value} className={styles.item}>
                    <span className={styles.tick}>
                      <BaseSelect.ItemIndicator>
                        <Icon name="check" size={12} />
                      </BaseSelect.ItemIndicator>
                    </span>
                    <BaseSelect.ItemText>{option.label}</BaseSelect.ItemText>
                  </BaseSelect.Item>
                ))}
              </BaseSelect.List>
            </BaseSelect.Popup>
          </BaseSelect.Positioner>
        </BaseSelect.Portal>
      </BaseSelect.Root>
      {problem !== undefined && (
        <p id={noteId} className={styles.problem}>
          <Icon name="alert-sign" size={12} />
          {problem}
        </p>
      )}
      {problem === undefined && hint && <p className={styles.hint}>{hint}</p>}
    </div>
  );
}

export interface SegmentedProps<T extends string> {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  /** Undefined: none is chosen yet. */
  readonly value: T | undefined;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
  readonly problem?: FieldProblem | undefined;
}

/** One of a few, all in sight. */
export function Segmented<T extends string>({
  label,
  isLabelHidden,
  value,
  options,
  onChange,
  problem,
}: SegmentedProps<T>) {
  const id = useId();
  const noteId = problem ? `${id}-note` : undefined;
  return (
    <div className={styles.field}>
      <span id={id} className={isLabelHidden ? 'visually-hidden' : styles.label}>
        {label}
      </span>
      <RadioGroup
        aria-labelledby={id}
        aria-describedby={noteId}
        // None chosen is no value; undefined would leave the choice to the group itself.
        value={value ?? null}
        onValueChange={(next) => next !== null && onChange(next)}
        className={styles.segments}
      >
        {options.map((option) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: the radio is the control inside.
          <label key={option.value} className={styles.segment}>
            <Radio.Root
              value={option.value}
              className={styles.segmentRadio}
              aria-invalid={problem?.severity === 'error' ? true : undefined}
            />
            {option.label}
          </label>
        ))}
      </RadioGroup>
      {problem && <FieldNote id={noteId} problem={problem} />}
    </div>
  );
}

export interface CheckboxProps {
  readonly label: ReactNode;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly isDisabled?: boolean;
}

export function Checkbox({ label, isChecked, onChange, isDisabled }: CheckboxProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox is the control inside.
    <label className={classes(styles.check, isDisabled && styles.disabled)}>
      <BaseCheckbox.Root
        className={styles.box}
        checked={isChecked}
        disabled={isDisabled ?? false}
        onCheckedChange={(next) => onChange(next)}
      >
        <BaseCheckbox.Indicator>
          <Icon name="check" size={12} />
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      <span>{label}</span>
    </label>
  );
}

/** Something that is on or off from this moment, without a Save. */
export function Switch({ label, isChecked, onChange, isDisabled }: CheckboxProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the switch is the control inside.
    <label className={classes(styles.check, isDisabled && styles.disabled)}>
      <BaseSwitch.Root
        className={styles.track}
        checked={isChecked}
        disabled={isDisabled ?? false}
        onCheckedChange={(next) => onChange(next)}
      >
        <BaseSwitch.Thumb className={styles.thumb} />
      </BaseSwitch.Root>
      <span>{label}</span>
    </label>
  );
}
