/**
 * What the form of a service holds, and what is wrong with it. Its fields are its kind's, as data; the main side checks
 * the same. No secret is among these values: they are kept as a draft.
 */
import type { Service, ServiceInput } from '#shared/contract/profiles.ts';
import type { Provider, ProviderField } from '#shared/contract/providers.ts';
import * as s from '#shared/contract/strings.ts';
import { nameProblem } from './profile-form-values.ts';

export interface ServiceFormValues {
  readonly name: string;
  readonly environment: ServiceInput['environment'];
  /** By field. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface ServiceProblems {
  readonly name?: string;
  readonly fields: Readonly<Record<string, string>>;
}

export const newServiceForm: ServiceFormValues = { name: '', environment: 'development', fields: {} };

export function serviceForm({ name, environment, fields }: Service): ServiceFormValues {
  return {
    name,
    environment,
    fields: Object.fromEntries(fields.map(({ fieldId, value }) => [fieldId, value])),
  };
}

export function publicFields({ fields }: Provider): readonly ProviderField[] {
  return fields.filter(({ isSecret }) => !isSecret);
}

export function secretFields({ fields }: Provider): readonly ProviderField[] {
  return fields.filter(({ isSecret }) => isSecret);
}

export function serviceProblems(values: ServiceFormValues, provider: Provider): ServiceProblems {
  const name = nameProblem(values.name.trim());
  const fields = publicFields(provider).flatMap((field) => {
    const problem = fieldProblem(field, values.fields[field.fieldId] ?? '');
    return problem === undefined ? [] : [[field.fieldId, problem] as const];
  });
  return { ...(name === undefined ? {} : { name }), fields: Object.fromEntries(fields) };
}

/** Of values without problems. */
export function toServiceInput(values: ServiceFormValues, provider: Provider): ServiceInput {
  return {
    name: values.name.trim(),
    environment: values.environment,
    provider: provider.providerId,
    fields: publicFields(provider).flatMap(({ fieldId }) => {
      const value = (values.fields[fieldId] ?? '').trim();
      return value === '' ? [] : [{ fieldId, value }];
    }),
  };
}

function fieldProblem({ label, isRequired, format }: ProviderField, entered: string): string | undefined {
  const value = entered.trim();
  if (value === '') return isRequired ? `Enter the ${label}.` : undefined;
  if (/\s/.test(value)) return `The ${label} has white space in it.`;
  if (!s.fieldValue.safeParse(value).success) {
    return value.length > 300
      ? `The ${label} has ${value.length} characters; at most 300 fit.`
      : `The ${label} holds a character that can’t be seen. Copy it again.`;
  }
  if (format.kind === 'choice' && !format.choices.includes(value)) {
    return `The ${label} is one of: ${format.choices.join(', ')}.`;
  }
  if (format.kind === 'pattern' && !new RegExp(`^(?:${format.pattern})$`).test(value)) {
    return `The ${label} is malformed. ${format.description}`;
  }
  return undefined;
}
