/**
 * What Latchkey writes for other programs and other machines: `.env` files, sealed bundles, code to paste, and a
 * description for bug reports. A secret goes from the vault process into the file, and through nothing else.
 */
import * as z from 'zod';
import { call } from './define.ts';
import { enteredPassphrase, enteredPath } from './inputs.ts';
import * as s from './strings.ts';
import { credential } from './vault.ts';

export const exportTargets = [
  'laravel-reverb',
  'laravel-pusher',
  'node',
  'next',
  'vite',
  'nuxt',
  'rails',
  'django',
  'go',
  'soketi-server',
  'sockudo-server',
] as const;
export type ExportTarget = (typeof exportTargets)[number];

export const clientSnippets = [
  'pusher-js-vite',
  'pusher-js-next',
  'pusher-js-nuxt',
  'echo-pusher',
  'echo-reverb',
  'swift',
  'kotlin',
  'java',
  'flutter',
] as const;
export const endpointSnippets = ['express', 'next', 'laravel', 'rails', 'django', 'flask', 'go'] as const;

export const codeLanguages = [
  'javascript',
  'typescript',
  'php',
  'ruby',
  'python',
  'go',
  'swift',
  'kotlin',
  'java',
  'dart',
] as const;

const variable = z.strictObject({ name: s.variableName, isSecret: z.boolean() });

const target = z.strictObject({
  target: z.enum(exportTargets),
  /** In the middle of a sentence. */
  label: s.prose,
  /** In the file's order. */
  variables: z.array(variable),
  /** The secrets that leave with it: none, one, or several. */
  secrets: z.array(credential),
});
export type TargetDescription = z.infer<typeof target>;

const snippet = z.strictObject({
  label: s.prose,
  /** What to install, as its package manager calls it. */
  packages: z.array(s.fileName),
  files: z.array(z.strictObject({ name: s.fileName, language: z.enum(codeLanguages), text: s.snippetText })),
});

const clientSnippet = snippet.extend({ kind: z.enum(clientSnippets) });
const endpointSnippet = snippet.extend({ kind: z.enum(endpointSnippets) });
export type Snippet = z.infer<typeof clientSnippet> | z.infer<typeof endpointSnippet>;

/** Where to write; a file of that name is replaced only with `overwrite`, and else the call fails as `confirmation_required`. */
const place = { path: enteredPath, overwrite: z.boolean() };
/** What is told of the file that was written. */
export const writtenFile = {
  path: s.filePath,
  /** The disk failed as it was asked to keep the file's name: the file is there, and a power cut may undo that. */
  mayBeLost: z.boolean(),
};
/** The user has seen what leaves and where to, and has agreed. */
const confirmed = z.literal(true);

export const bundleLimit = 500;
const profileIds = z.array(s.profileId).min(1).max(bundleLimit);

const vaultFailures = [
  'vault_locked',
  'vault_waiting',
  'keychain_locked',
  'keychain_unavailable',
  'cancelled',
  'no_credential',
] as const;
const fileFailures = ['not_found', 'confirmation_required', 'refused', 'storage_failed'] as const;

export const exports = {
  /** What can be made of an app or a service. Nothing is read for it. */
  describe: call({
    input: z.strictObject({ profileId: s.profileId }),
    output: z.strictObject({
      targets: z.array(target),
      /** What its server's own documentation would have. */
      usual: z.enum(exportTargets),
      hasSnippets: z.boolean(),
    }),
    errors: ['not_found'],
  }),
  /** Code that names variables, for clients and for endpoints that authorize them. An app's only. */
  snippets: call({
    input: z.strictObject({ profileId: s.profileId }),
    output: z.strictObject({ clients: z.array(clientSnippet), endpoints: z.array(endpointSnippet) }),
    errors: ['not_found'],
  }),
  /**
   * A `.env` file with the current secrets, 0600, written by the vault process. Each secret is in the audit log before;
   * what can't be written there is not exported.
   */
  writeEnv: call({
    input: z.strictObject({ profileId: s.profileId, target: z.enum(exportTargets), ...place, confirmed }),
    output: z.strictObject({
      ...writtenFile,
      variables: z.array(s.variableName),
      /** What the user should know of it, without values. */
      notes: z.array(s.prose),
    }),
    errors: [...vaultFailures, ...fileFailures],
  }),
  /** How many secrets a bundle would hold. */
  describeBundle: call({
    input: z.strictObject({ profileIds }),
    output: z.strictObject({ secrets: z.number().int().min(0) }),
    errors: ['not_found'],
  }),
  /**
   * Apps and services with all their secrets, labels and slots, sealed with a passphrase, which comes by the host's way
   * for secrets. Read back and opened before it gets its name. Audited as above.
   */
  writeBundle: call({
    input: z.strictObject({ profileIds, passphrase: enteredPassphrase, ...place, confirmed }),
    output: z.strictObject({ ...writtenFile, secrets: z.number().int().min(0) }),
    errors: [...vaultFailures, ...fileFailures],
  }),
  /** For a bug report: of which kind, what is set, roughly where. No secret, no name of an app, no address. */
  redacted: call({
    input: z.strictObject({ profileIds }),
    output: z.strictObject({ text: s.redactedText }),
    errors: ['not_found'],
  }),
  /** The same, into a file. */
  writeRedacted: call({
    input: z.strictObject({ profileIds, ...place }),
    output: z.strictObject(writtenFile),
    errors: [...fileFailures],
  }),
};
