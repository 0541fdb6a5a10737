/** The public fields of a service, checked against what its kind has. */
import { AppError } from '#shared/lib/app-error.ts';
import type { Field, Provider } from './provider.ts';

export interface FieldEntry {
  readonly fieldId: string;
  readonly value: string;
}

/**
 * @returns Those that hold something, without white space around it, in the order of the kind.
 * @throws AppError `invalid_input` for what this kind does not have, what is missing, and what is malformed
 */
export function checkServiceFields(provider: Provider, entered: readonly FieldEntry[]): FieldEntry[] {
  const fields = provider.fields.filter(({ isSecret }) => !isSecret);
  const values = new Map(entered.map(({ fieldId, value }) => [fieldId, value.trim()]));
  const isKnown = (fieldId: string) => fields.some((field) => field.fieldId === fieldId);
  if (values.size < entered.length || ![...values.keys()].every(isKnown)) {
    // Not named: it is whatever was sent.
    throw new AppError('invalid_input', `${provider.label} has no such public field.`);
  }
  return fields.flatMap((field) => {
    const value = values.get(field.fieldId) ?? '';
    const problem = fieldProblem(field, value);
    if (problem) throw new AppError('invalid_input', problem);
    return value === '' ? [] : [{ fieldId: field.fieldId, value }];
  });
}

function fieldProblem({ label, isRequired, format }: Field, value: string): string | undefined {
  if (value === '') return isRequired ? `Enter the ${label}.` : undefined;
  if (/\s/.test(value)) return `The ${label} has white space in it.`;
  if (format.kind === 'choice' && !format.choices.includes(value)) {
    return `The ${label} is one of: ${format.choices.join(', ')}.`;
  }
  if (format.kind === 'pattern' && !new RegExp(`^(?:${format.pattern.source})$`).test(value)) {
    return `The ${label} is malformed. ${format.description}`;
  }
  return undefined;
}
