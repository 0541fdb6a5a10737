/** The form of a service, against the main side's own check of the same fields. */
import { describe, expect, it } from 'vitest';
import { checkServiceFields, describeProviders, providers } from '../../../../electron/providers/index.ts';
import {
  newServiceForm,
  type ServiceFormValues,
  serviceForm,
  serviceProblems,
  toServiceInput,
} from '../../../../renderer/features/profiles/service-form-values.ts';
import { serviceInput } from '../../../../shared/contract/profiles.ts';

const services = describeProviders().filter(({ hasChannels }) => !hasChannels);

function mainSays(values: ServiceFormValues, providerId: string): string | undefined {
  const kind = providers.find((each) => each.providerId === providerId);
  if (!kind) throw new Error('There is no such kind');
  const fields = Object.entries(values.fields).map(([fieldId, value]) => ({ fieldId, value }));
  const parsed = serviceInput.safeParse({ ...values, provider: providerId, fields });
  if (!parsed.success) return 'refused by the contract';
  try {
    checkServiceFields(kind, parsed.data.fields);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function valid(format: (typeof services)[number]['fields'][number]['format']): string {
  if (format.kind === 'choice') return format.choices[0] ?? '';
  return format.kind === 'pattern' ? '1' : 'abc-123';
}

describe.each(services.map((provider) => [provider.label, provider] as const))('%s', (_label, provider) => {
  const open = provider.fields.filter(({ isSecret }) => !isSecret);
  const filled: ServiceFormValues = {
    ...newServiceForm,
    name: ' news ',
    fields: Object.fromEntries(open.map(({ fieldId, format }) => [fieldId, ` ${valid(format)} `])),
  };

  it('is what the main side takes, and what it keeps is what the form shows', () => {
    expect(serviceProblems(filled, provider)).toEqual({ fields: {} });
    expect(mainSays(filled, provider.providerId)).toBeUndefined();
    const input = serviceInput.parse(toServiceInput(filled, provider));
    const kept = { ...input, profileId: crypto.randomUUID(), createdAt: 1, updatedAt: 1 };
    expect(toServiceInput(serviceForm(kept), provider)).toEqual(input);
    expect(input.fields.map(({ fieldId }) => fieldId)).toEqual(open.map(({ fieldId }) => fieldId));
  });

  it('says of every wrong field what the main side says, and lets nothing through that it refuses', () => {
    const values = [
      '',
      '  ',
      'two words',
      'a\tb',
      'x'.repeat(300),
      'x'.repeat(301),
      'a\u200bb',
      'evil.example',
      '\u202e',
    ];
    for (const { fieldId } of open) {
      for (const value of values) {
        const wrong = { ...filled, fields: { ...filled.fields, [fieldId]: value } };
        const said = mainSays(wrong, provider.providerId);
        const shown = serviceProblems(wrong, provider).fields[fieldId];
        if (said === 'refused by the contract') expect(shown, `${fieldId} ${value}`).toBeDefined();
        else expect(shown, `${fieldId} ${value}`).toBe(said);
      }
    }
  });

  it('wants a name that the contract takes', () => {
    for (const name of ['', ' ', 'x'.repeat(81), 'a\u202eb']) {
      expect(serviceProblems({ ...filled, name }, provider).name, name).toBeDefined();
      expect(mainSays({ ...filled, name }, provider.providerId)).toBeDefined();
    }
  });
});
