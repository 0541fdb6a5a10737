/** Latchkey's own JSON, which a sealed bundle holds (export/latchkey-file.ts writes it). Strict: it was not typed. */
import * as z from 'zod';
import { environments } from '#shared/contract/profiles.ts';
import { appKey, fieldId, fieldValue, label } from '#shared/contract/strings.ts';
import { slots } from '#shared/contract/vault.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { checkField } from './field-values.ts';
import {
  fieldsOfProvider,
  type ImportedApp,
  type ImportedField,
  type ImportedVersion,
  type ImportFieldId,
  type ImportProblem,
  type ImportResult,
  type ImportWarning,
  importFieldIds,
  importLimits,
  importProviders,
  isSecretField,
} from './model.ts';

export const latchkeyFormat = 'latchkey-apps';
export const latchkeyVersion = 1;

const version = z.strictObject({
  field: z.enum(importFieldIds),
  slot: z.enum(slots),
  label: label.nullable(),
  key: appKey.nullable(),
  value: z.string().min(1).max(importLimits.valueCharacters),
});

const file = z.strictObject({
  format: z.literal(latchkeyFormat),
  version: z.literal(latchkeyVersion),
  apps: z
    .array(
      z.strictObject({
        name: label,
        provider: z.enum(importProviders),
        dialect: z.enum(['soketi', 'reverb', 'sockudo', 'other']).nullable(),
        environment: z.enum(environments).optional(),
        fields: z.partialRecord(z.enum(importFieldIds), z.string().min(1).max(importLimits.valueCharacters)),
        publicFields: z
          .array(z.strictObject({ fieldId, value: fieldValue }))
          .max(50)
          .optional(),
        versions: z.array(version).max(importLimits.versionsPerApp).optional(),
      }),
    )
    .max(importLimits.apps),
});

/** Undefined for what does not say that it is such a file. */
export function readLatchkeyFile(text: string): ImportResult | undefined {
  if (!/^\s*\{\s*"format"\s*:\s*"latchkey-apps"/.test(text.slice(0, 200))) return undefined;
  const parsed = parse(text);
  if (typeof parsed === 'string')
    return nothing({ code: 'malformed', message: parsed, hint: 'Export it again.', line: null });
  return { format: 'latchkey', apps: parsed.apps.map(appOf), problems: [], unrecognised: 0 };
}

function parse(text: string): z.infer<typeof file> | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'The file says that it is Latchkey’s, but it is damaged.';
  }
  // Before anything else: a newer form is not one that this version knows.
  const said = parseUnknown(z.object({ version: z.number() }), json);
  if (said.success && said.data.version > latchkeyVersion)
    return 'The file was written by a newer version of Latchkey.';
  const result = parseUnknown(file, json);
  if (!result.success)
    return 'The file says that it is Latchkey’s, but it is not of the form that this version reads.';
  return result.data;
}

function appOf(app: z.infer<typeof file>['apps'][number]): ImportedApp {
  const { name, provider, dialect, environment, publicFields, versions } = app;
  const current = versions?.filter(({ slot }) => slot === 'current') ?? [];
  const fields = { ...app.fields, ...Object.fromEntries(current.map(({ field, value }) => [field, value])) };
  const kept: Partial<Record<ImportFieldId, ImportedField>> = {};
  const warnings: ImportWarning[] = [];
  for (const id of fieldsOfProvider[provider]) {
    const value = fields[id];
    if (value === undefined) continue;
    const from = { name: id, line: 1 };
    const result = checkField(id, value, isSecretField(id));
    if (result.ok) kept[id] = { value: result.value, from };
    else {
      const message = `${id} was left out. ${result.why}`;
      warnings.push({ code: 'unusual-form', severity: 'caution', message, field: id, from });
    }
  }
  const rest = { environment, publicFields, versions: versions && whole(versions) };
  return { name, provider, dialect, fields: kept, warnings, ...rest };

  /** What is malformed is left out, and told of. */
  function whole(all: NonNullable<typeof versions>): readonly ImportedVersion[] {
    return all.flatMap((each) => {
      const result = isSecretField(each.field)
        ? checkField(each.field, each.value, true)
        : ({ ok: false, why: 'It is no secret.' } as const);
      if (result.ok) return [{ ...each, value: result.value }];
      if (each.slot === 'current' && isSecretField(each.field)) return [];
      const from = { name: each.field, line: 1 };
      const message = `A ${each.field} was left out. ${result.why}`;
      warnings.push({ code: 'unusual-form', severity: 'caution', message, field: each.field, from });
      return [];
    });
  }
}

function nothing(problem: ImportProblem): ImportResult {
  return { format: 'latchkey', apps: [], problems: [problem], unrecognised: 0 };
}
