/** The kinds of credentials, in the order in which they are offered. */
import type { Provider as ProviderDescription } from '#shared/contract/providers.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { airship } from './airship.ts';
import { ibmPush } from './ibm-push.ts';
import { masterKey } from './master-key.ts';
import { type Field, type FieldFormat, type Provider, type ProviderId, providerIds } from './provider.ts';
import { pusher } from './pusher.ts';
import { selfHosted } from './self-hosted.ts';
import { soketify } from './soketify.ts';

export const providers: readonly Provider[] = [pusher, soketify, selfHosted, masterKey, airship, ibmPush];

const byId = new Map(providers.map((provider) => [provider.providerId, provider]));

export function findProvider(providerId: ProviderId): Provider {
  const provider = byId.get(providerId);
  if (!provider) throw new Error(`No provider is named ${providerId}`);
  return provider;
}

/** The same as data that can be sent. */
export function describeProviders(): ProviderDescription[] {
  return providers.map((provider) => ({
    ...provider,
    fields: provider.fields.map((field) => ({ ...field, format: describeFormat(field.format) })),
    checks: provider.checks.map((check) => ({ ...check, needs: [...check.needs] })),
    rotation: { ...provider.rotation, planIds: [...provider.rotation.planIds] },
    tables: provider.tables.map((table) => ({
      ...table,
      columns: [...table.columns],
      rows: table.rows.map((row) => [...row]),
      notes: [...table.notes],
    })),
  }));
}

function describeFormat(format: FieldFormat): ProviderDescription['fields'][number]['format'] {
  if (format.kind === 'pattern') return { ...format, pattern: format.pattern.source };
  return format.kind === 'choice' ? { ...format, choices: [...format.choices] } : format;
}

/** @throws Error for what no version of Latchkey has written */
export function parseProviderId(text: string): ProviderId {
  const found = providerIds.find((id) => id === text);
  if (!found) throw new Error(`No provider is named ${text}`);
  return found;
}

export function isService(providerId: ProviderId): boolean {
  return !findProvider(providerId).hasChannels;
}

/** @throws AppError `invalid_input` for a field that these credentials do not have, or that is public */
export function secretFieldOf(providerId: ProviderId, fieldId: string): Field {
  const { fields, label } = findProvider(providerId);
  const found = fields.find((field) => field.fieldId === fieldId && field.isSecret);
  if (found) return found;
  throw new AppError('invalid_input', `${label} has no secret of this kind.`);
}

export { airshipSites } from './airship.ts';
export { ibmTokenHost } from './ibm-push.ts';
export {
  type CheckId,
  checkIds,
  type Exposure,
  type FactTable,
  type Field,
  type FieldFormat,
  type Provider,
  type ProviderId,
  providerIds,
  type ReadOnlyCheck,
  type RotationFacts,
} from './provider.ts';
export { checkServiceFields } from './service-fields.ts';
