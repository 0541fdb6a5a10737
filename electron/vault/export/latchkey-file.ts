/** Latchkey's own JSON of apps with their secrets: what a sealed bundle holds. Never a file of its own. */
import { latchkeyFormat, latchkeyVersion } from '../import/latchkey-file.ts';
import { fieldsOfProvider } from '../import/model.ts';
import type { ExportApp } from './model.ts';

/** Read back by `parseImport`. */
export function latchkeyFile(apps: readonly ExportApp[]): string {
  return `${JSON.stringify({
    format: latchkeyFormat,
    version: latchkeyVersion,
    apps: apps.map(({ name, provider, dialect, fields }) => ({
      name,
      provider,
      dialect,
      fields: Object.fromEntries(
        fieldsOfProvider[provider].flatMap((id) => (fields[id] ? [[id, fields[id]]] : [])),
      ),
    })),
  })}\n`;
}
