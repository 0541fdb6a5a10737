/** Latchkey's own JSON of apps with their secrets: what a sealed bundle holds. Never a file of its own. */
import type { Environment } from '#shared/contract/profiles.ts';
import { latchkeyFormat, latchkeyVersion } from '../import/latchkey-file.ts';
import { fieldsOfProvider, type ImportedVersion } from '../import/model.ts';
import type { ExportApp } from './model.ts';

export interface BundledApp extends ExportApp {
  readonly environment?: Environment;
  /** Of a service: all of them. */
  readonly publicFields?: readonly { readonly fieldId: string; readonly value: string }[];
  /** Its secrets, each in its place. Then `fields` has none. */
  readonly versions?: readonly ImportedVersion[];
}

/** Read back by `parseImport`. */
export function latchkeyFile(apps: readonly BundledApp[]): string {
  return `${JSON.stringify({
    format: latchkeyFormat,
    version: latchkeyVersion,
    apps: apps.map(({ name, provider, dialect, environment, fields, publicFields, versions }) => ({
      name,
      provider,
      dialect,
      environment,
      fields: Object.fromEntries(
        fieldsOfProvider[provider].flatMap((id) => (fields[id] ? [[id, fields[id]]] : [])),
      ),
      publicFields,
      versions,
    })),
  })}\n`;
}
