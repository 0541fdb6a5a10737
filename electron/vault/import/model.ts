/**
 * What an import finds, and what it may say about it. `ImportResult` holds values and stays in the vault process; only
 * what preview.ts makes of it leaves it.
 */
import {
  importAppLimit,
  type importDialects,
  type importFormats,
  importVersionLimit,
  type problemCodes,
  type severities,
  type warningCodes,
} from '#shared/contract/imports.ts';
import type { Environment } from '#shared/contract/profiles.ts';
import type { Slot } from '#shared/contract/vault.ts';
import { type ProviderId, providerIds, providers } from '../../providers/index.ts';

export const importProviders = providerIds;
export type ImportProvider = ProviderId;

/** What a self-hosted server's configuration says of an app beside its credentials, as it is written there. */
const notes = ['appName', 'enabled', 'clientMessages', 'userAuthentication', 'allowedOrigins'] as const;

/** What files are searched for. Which of it is secret, and whose it is, the kinds of credentials say. */
export const importFieldIds = [
  'appId',
  'key',
  'secret',
  'cluster',
  'masterKey',
  'apiHost',
  'apiPort',
  'apiTls',
  'apiPath',
  'socketHost',
  'socketPort',
  'socketTls',
  'socketPath',
  ...notes,
  'appKey',
  'appSecret',
  'masterSecret',
  'bearerToken',
  'oauthClientId',
  'oauthClientSecret',
  'partnerKey',
  'partnerSecret',
  'deviceUserId',
  'devicePassword',
  'appGuid',
  'clientSecret',
  'iamApiKey',
] as const;
export type ImportFieldId = (typeof importFieldIds)[number];

const secretFieldIds = new Set(
  providers.flatMap(({ fields }) => fields.flatMap(({ isSecret, fieldId }) => (isSecret ? [fieldId] : []))),
);

export const fieldsOfProvider = Object.fromEntries(
  providers.map(({ providerId, hasChannels, fields }) => [
    providerId,
    importFieldIds.filter(
      (id) =>
        fields.some(({ fieldId }) => fieldId === id) || (hasChannels && notes.some((note) => note === id)),
    ),
  ]),
) as unknown as Readonly<Record<ImportProvider, readonly ImportFieldId[]>>;

export function isSecretField(id: ImportFieldId): boolean {
  return secretFieldIds.has(id);
}

/** Where something stands in the file: a variable's or a setting's name, and a line from 1 on. */
export interface Source {
  readonly name: string;
  readonly line: number;
}

export interface ImportedField {
  /** Never empty. Ports are digits; the `Tls` fields are `true` or `false`. */
  readonly value: string;
  readonly from: Source;
}

export type ImportedFields = { readonly [id in ImportFieldId]?: ImportedField };

export type WarningCode = (typeof warningCodes)[number];
export type Severity = (typeof severities)[number];

export interface ImportWarning {
  readonly code: WarningCode;
  readonly severity: Severity;
  /** Prose of our own, with names of variables at most and never a value. */
  readonly message: string;
  readonly field: ImportFieldId | null;
  readonly from: Source | null;
}

/** A secret in its place among several of its field. */
export interface ImportedVersion {
  readonly field: ImportFieldId;
  readonly slot: Slot;
  readonly label: string | null;
  /** The app key that a `secret` belongs to. */
  readonly key: string | null;
  readonly value: string;
}

export interface ImportedApp {
  /** A suggestion, made of the names in the file. 1 to 80 characters. */
  readonly name: string;
  readonly provider: ImportProvider;
  /** For `self-hosted`: what the file says of its server; `other` where it does not say. */
  readonly dialect: (typeof importDialects)[number] | null;
  readonly fields: ImportedFields;
  readonly warnings: readonly ImportWarning[];
  /** Latchkey's own bundles only, as below. */
  readonly environment?: Environment | undefined;
  /** Of a service: all of them, also what no other file is searched for. */
  readonly publicFields?: readonly { readonly fieldId: string; readonly value: string }[] | undefined;
  /** Every secret, those in `fields` too, which are the current ones. */
  readonly versions?: readonly ImportedVersion[] | undefined;
}

export type ProblemCode = (typeof problemCodes)[number];

/** What keeps a file, or a part of it, from being read. */
export interface ImportProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string | null;
  readonly line: number | null;
}

export type ImportFormat = (typeof importFormats)[number];

export interface ImportResult {
  readonly format: ImportFormat;
  readonly apps: readonly ImportedApp[];
  readonly problems: readonly ImportProblem[];
  /** Variables and settings that mean nothing to Latchkey. They are counted and nothing else. */
  readonly unrecognised: number;
}

export const importLimits = {
  /** Real files are a few kilobytes; a soketi configuration with 500 apps is a tenth of this. */
  bytes: 1024 * 1024,
  apps: importAppLimit,
  /** Of one app: side by side, and those that are kept to open what was recorded. */
  versionsPerApp: importVersionLimit,
  /** Longer than any credential, and than what a store takes. */
  valueCharacters: 4096,
  nameCharacters: 100,
  depth: 64,
  /** Values and operators in nested settings. */
  nodes: 300_000,
  warningsPerApp: 20,
  problems: 20,
} as const;
