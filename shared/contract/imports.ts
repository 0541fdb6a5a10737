/**
 * Importing credentials from a file, or from what a dashboard copied: the vault process reads it, keeps it for a while,
 * and tells what it found. No value of a secret is ever told; what is public is, since it goes into profiles.
 */
import * as z from 'zod';
import { errorCodes } from '../lib/app-error.ts';
import { call, nothing } from './define.ts';
import { enteredPassphrase, enteredPath, importedText } from './inputs.ts';
import { environments } from './profiles.ts';
import * as s from './strings.ts';
import { slots, vaultFailures } from './vault.ts';

/** How the file was read: variables line by line, or as nested settings (JSON, PHP arrays, snippets of code). */
export const importFormats = ['latchkey', 'variables', 'settings', 'property-list'] as const;

export const warningCodes = [
  'public-secret',
  'placeholder',
  'default-credentials',
  'secret-equals-key',
  'master-key-form',
  'old-master-key',
  'conflicting-values',
  'comment-sign',
  'unclosed-quote',
  'backslash',
  'dollar-sign',
  'default-used',
  'value-elsewhere',
  'command',
  'reference-cycle',
  'too-long',
  'bind-address',
  'white-space',
  'unclear-owner',
  'unusual-form',
] as const;

/** `danger`: a secret is exposed or worthless. `caution`: the value may not be what is meant. `note`: good to know. */
export const severities = ['danger', 'caution', 'note'] as const;

export const problemCodes = [
  'nothing-found',
  'values-elsewhere',
  'malformed',
  'too-deep',
  'too-much',
  'encoding',
] as const;

/** Servers of one's own that a file may speak of. */
export const importDialects = ['soketi', 'reverb', 'sockudo', 'other'] as const;

/** Where something stands in the file: a variable's or a setting's name, and a line from 1 on. */
const source = z.strictObject({ name: s.fileText, line: z.number().int().min(1) });

const foundField = z.discriminatedUnion('isSecret', [
  z.strictObject({
    fieldId: s.fieldId,
    isSecret: z.literal(false),
    /** Null where it repeats a secret of the file, or can't be shown. */
    value: s.fieldValue.nullable(),
    from: source,
  }),
  z.strictObject({
    fieldId: s.fieldId,
    isSecret: z.literal(true),
    fingerprint: s.fingerprint,
    from: source,
  }),
]);
export type FoundField = z.infer<typeof foundField>;

const warning = z.strictObject({
  code: z.enum(warningCodes),
  severity: z.enum(severities),
  /** Prose of our own, with names of variables at most. */
  message: s.fileText,
  fieldId: s.fieldId.nullable(),
  from: source.nullable(),
});

const missingField = z.strictObject({
  fieldId: s.fieldId,
  /** What can’t be done without it: anything, what servers do (sign, publish), or finding the server. */
  neededFor: z.enum(['everything', 'servers', 'connecting']),
});

/** One of several secrets of a field, as a bundle has them. */
const foundVersion = z.strictObject({
  fieldId: s.fieldId,
  slot: z.enum(slots),
  /** Null also where it repeats a secret of the file; so with `key`. */
  label: s.label.nullable(),
  /** The app key that a `secret` belongs to. */
  key: s.appKey.nullable(),
  fingerprint: s.fingerprint,
});
export type FoundVersion = z.infer<typeof foundVersion>;

/** The most secrets that a bundle has of one app. */
export const importVersionLimit = 500;
/** A place among an app's `versions`. Null: the file has one secret of the field. */
const version = z.number().int().min(0).nullable();

/** One app or service, as the file tells of it. */
export const foundApp = z.strictObject({
  /** Its place in the import, by which it is chosen. */
  index: z.number().int().min(0),
  /** A suggestion, made of the names in the file. */
  name: s.label,
  provider: s.providerId,
  /** Of `self-hosted`: what the file says of its server; `other` where it does not say. */
  dialect: z.enum(importDialects).nullable(),
  /** As it was where a bundle was made. Null: the file does not say it. */
  environment: z.enum(environments).nullable(),
  fields: z.array(foundField),
  /** A bundle's: all secrets of the app, of which `fields` then has none. Null for any other file. */
  versions: z.array(foundVersion).nullable(),
  missing: z.array(missingField),
  /** The most severe first. */
  warnings: z.array(warning),
});
export type FoundApp = z.infer<typeof foundApp>;

/** What keeps a file, or a part of it, from being read. */
const problem = z.strictObject({
  code: z.enum(problemCodes),
  message: s.fileText,
  hint: s.prose.nullable(),
  line: z.number().int().min(1).nullable(),
});

/** What is here already: an app with that key, or that very secret. */
const existing = z.strictObject({
  fieldId: s.fieldId,
  profileId: s.profileId,
  name: s.label,
  /** Of a secret. */
  slot: z.enum(slots).nullable(),
  version,
});

const previewedApp = foundApp.extend({
  existing: z.array(existing),
  /** Public fields that it can't do without, and that the file does not have: asked of the user. */
  asks: z.array(s.fieldId),
  /** What is taken for granted where the file says nothing of it. */
  assumed: z.array(z.strictObject({ fieldId: s.fieldId, value: s.fieldValue })),
});
export type PreviewedApp = z.infer<typeof previewedApp>;

export const importPreview = z.strictObject({
  importId: s.importId,
  format: z.enum(importFormats),
  apps: z.array(previewedApp),
  problems: z.array(problem),
  /** Variables and settings that mean nothing to Latchkey. They are counted, and nothing else. */
  unrecognised: z.number().int().min(0),
});
export type ImportPreview = z.infer<typeof importPreview>;

/** What the vault process tells of a file. What is here already, the main side knows. */
export type FileTold = Pick<ImportPreview, 'format' | 'problems' | 'unrecognised'> & {
  readonly apps: readonly FoundApp[];
};

const importFailure = z.strictObject({
  code: z.enum(errorCodes),
  message: s.prose,
  hint: s.prose.nullable(),
});

export const importOutcomes = ['entered', 'present', 'failed'] as const;

const importedSecret = z.strictObject({
  fieldId: s.fieldId,
  version,
  /** `present`: this very secret was there already. */
  outcome: z.enum(importOutcomes),
  /** Where it is now. Null: nowhere. */
  slot: z.enum(slots).nullable(),
  /** Also beside `entered`: it is kept, and could not be made the one that signs. */
  failure: importFailure.nullable(),
});

const importedApp = z.strictObject({
  index: z.number().int().min(0),
  name: s.label,
  /** Null: it could not be made. */
  profileId: s.profileId.nullable(),
  isNew: z.boolean(),
  failure: importFailure.nullable(),
  secrets: z.array(importedSecret),
});
export type ImportedApp = z.infer<typeof importedApp>;

export const importAppLimit = 500;

export const imports = {
  /**
   * Reads a file by its path (see `files.choose`), or what was pasted: sent on the channel `portId` (in Electron), or
   * `value` (on the web host). Exactly one of the three. It is kept in the vault process for five minutes, in place of
   * any other; a lock, `drop`, and an apply without a failure end it before. A sealed bundle wants its passphrase
   * (`passphrase_required`), which comes by the host's way for secrets; for any other file it is of no use.
   */
  open: call({
    input: z
      .strictObject({
        path: enteredPath.optional(),
        portId: s.portId.optional(),
        value: importedText.optional(),
        passphrase: enteredPassphrase.optional(),
      })
      .refine(
        ({ passphrase, ...from }) =>
          Object.values(from).filter((value) => value !== undefined).length === 1 &&
          (passphrase === undefined || from.path !== undefined),
      ),
    output: importPreview,
    errors: [
      ...vaultFailures,
      'not_found',
      'refused',
      'conflict',
      'storage_failed',
      'passphrase_required',
      'wrong_passphrase',
    ],
  }),
  /**
   * Makes the apps that were chosen, or adds to those that are here, and enters their secrets. Nothing is ever
   * replaced: a secret goes to its own slot (`current` but for a bundle's) where that is free, and to `extra` beside
   * another one. Each part is told of; the same can be asked again, and makes nothing twice.
   */
  apply: call({
    input: z.strictObject({
      importId: s.importId,
      apps: z
        .array(
          z.strictObject({
            index: z.number().int().min(0),
            name: s.label,
            environment: z.enum(environments),
            /** What is here already, and gets the secrets; its name and its public fields stay. Null: a new one. */
            into: s.profileId.nullable(),
            /** Answers to what the preview asks. */
            given: z.array(z.strictObject({ fieldId: s.fieldId, value: s.fieldValue })).max(50),
            secrets: z
              .array(
                z.strictObject({
                  fieldId: s.fieldId,
                  version: version.optional(),
                  /** It signs from now on: what was the current one stays as an extra one. */
                  isDefault: z.boolean(),
                }),
              )
              .max(importVersionLimit),
          }),
        )
        .min(1)
        .max(importAppLimit),
    }),
    output: z.strictObject({ apps: z.array(importedApp) }),
    errors: ['not_found', 'conflict', 'cancelled', 'vault_locked'],
  }),
  /** Has the vault process forget it. One that is gone already is no failure. */
  drop: call({ input: z.strictObject({ importId: s.importId }), output: nothing }),
};
