/**
 * What a kind of credential is: its fields, how it is checked without changing anything, how it is rotated, and what
 * its provider says about its use. All of it is data: a new kind is one file beside this one, named in `index.ts`.
 */

import type { exposures } from '#shared/contract/providers.ts';

export type Exposure = (typeof exposures)[number];

export type FieldFormat =
  /** Any text without white space. */
  | { readonly kind: 'text' }
  /** Matches as a whole. `description` says in words what is expected. */
  | { readonly kind: 'pattern'; readonly pattern: RegExp; readonly description: string }
  /** 32 bytes in base64, as encrypted channels want them. */
  | { readonly kind: 'master-key' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };

export interface Field {
  /** Unique within its provider. */
  readonly fieldId: string;
  /** The provider's own word for it. */
  readonly label: string;
  /** Kept in the vault, and never shown but through the ledger's exits. */
  readonly isSecret: boolean;
  readonly isRequired: boolean;
  readonly format: FieldFormat;
  readonly exposure: Exposure;
  /** Where it may be used, in a sentence. */
  readonly use: string;
  /** Where it must never be. Null: nothing is forbidden. */
  readonly never: string | null;
}

/** One request that changes nothing at the provider, and what it needs. */
export interface ReadOnlyCheck {
  readonly checkId: CheckId;
  readonly title: string;
  /** Every field has to be there for the check to be made. */
  readonly needs: readonly string[];
  /** What is sent, in the words of the provider's documentation. */
  readonly request: string;
  /** What it can't tell. Null: it tells everything about these fields. */
  readonly limits: string | null;
}

export const checkIds = [
  'channels-list',
  'connect-with-key',
  'open-captured-event',
  'airship-validate',
  'airship-schedules',
  'airship-oauth-token',
  'ibm-token',
] as const;
export type CheckId = (typeof checkIds)[number];

/** A table of the provider's own documentation, row by row. Every row has as many cells as there are columns. */
export interface FactTable {
  readonly tableId: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What follows from it, and what stands beside it in the documentation. */
  readonly notes: readonly string[];
}

export interface RotationFacts {
  /** The plan that the rotation room knows; null: this kind has none that Latchkey can walk through. */
  readonly planIds: readonly string[];
  readonly summary: string;
}

export interface Provider {
  readonly providerId: ProviderId;
  readonly label: string;
  /** Said beside the label: what is no longer offered. Null: it is. */
  readonly legacy: string | null;
  /** An app with channels to watch. False: a service, which has credentials and nothing else here. */
  readonly hasChannels: boolean;
  readonly fields: readonly Field[];
  readonly checks: readonly ReadOnlyCheck[];
  readonly rotation: RotationFacts;
  readonly tables: readonly FactTable[];
}

export const providerIds = [
  'pusher',
  'soketify',
  'self-hosted',
  'master-key',
  'airship',
  'ibm-push',
] as const;
export type ProviderId = (typeof providerIds)[number];
