/** What a value is called: what the places are usually called that have a pair of their own, or anything. */
import { SuggestField } from '../../components/index.ts';
import { labelProblem } from './secret-problems.ts';

const usualLabels = ['mobile', 'server', 'web'];

export interface LabelFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function LabelField({ value, onChange }: LabelFieldProps) {
  const message = labelProblem(value);
  return (
    <SuggestField
      label="Label"
      value={value}
      onChange={onChange}
      suggestions={usualLabels}
      placeholder="mobile"
      hint="What it is for. Optional."
      problem={message ? { severity: 'error', message } : undefined}
    />
  );
}
