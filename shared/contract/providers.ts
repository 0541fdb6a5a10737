/** The kinds of credentials: what each has, where it may be used, and what its provider says about it. All of it public. */
import * as z from 'zod';
import { call, nothing } from './define.ts';
import * as s from './strings.ts';

/** Where a value may be: on servers only, also in an app that others hold in their hands, or nowhere but its device. */
export const exposures = ['public', 'app-bundle', 'server', 'device'] as const;
export type Exposure = (typeof exposures)[number];

const fieldFormat = z.discriminatedUnion('kind', [
  /** Any text without white space. */
  z.strictObject({ kind: z.literal('text') }),
  /** Matches the regular expression as a whole. `description` says in words what is expected. */
  z.strictObject({ kind: z.literal('pattern'), pattern: s.prose, description: s.prose }),
  /** 32 bytes in base64, as encrypted channels want them. */
  z.strictObject({ kind: z.literal('master-key') }),
  z.strictObject({ kind: z.literal('choice'), choices: z.array(s.fieldValue) }),
]);

const field = z.strictObject({
  fieldId: s.fieldId,
  label: s.prose,
  isSecret: z.boolean(),
  isRequired: z.boolean(),
  format: fieldFormat,
  exposure: z.enum(exposures),
  use: s.prose,
  never: s.prose.nullable(),
});
export type ProviderField = z.infer<typeof field>;

const readOnlyCheck = z.strictObject({
  checkId: s.planId,
  title: s.prose,
  needs: z.array(s.fieldId),
  request: s.prose,
  limits: s.prose.nullable(),
});

const factTable = z.strictObject({
  tableId: s.planId,
  title: s.prose,
  columns: z.array(s.prose),
  rows: z.array(z.array(s.prose)),
  notes: z.array(s.prose),
});
export type FactTable = z.infer<typeof factTable>;

export const provider = z.strictObject({
  providerId: s.providerId,
  label: s.prose,
  legacy: s.prose.nullable(),
  /** An app with channels to watch, kept as a profile. False: a service. */
  hasChannels: z.boolean(),
  fields: z.array(field),
  checks: z.array(readOnlyCheck),
  rotation: z.strictObject({ planIds: z.array(s.planId), summary: s.prose }),
  tables: z.array(factTable),
});
export type Provider = z.infer<typeof provider>;

export const providers = {
  /** In the order in which they are offered. */
  list: call({ input: nothing, output: z.strictObject({ providers: z.array(provider) }) }),
};
