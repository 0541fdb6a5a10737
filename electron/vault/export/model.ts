/** An app as it is exported: its fields with their values. Stays in the vault process. */
import type { ImportedApp, ImportFieldId, ImportProvider } from '../import/model.ts';

export interface ExportApp {
  readonly name: string;
  readonly provider: ImportProvider;
  readonly dialect: ImportedApp['dialect'];
  readonly fields: { readonly [id in ImportFieldId]?: string };
}

/** A hosted app is found by its cluster, any other by addresses. */
export type ServerLocation = 'cluster' | 'endpoints';

export function locationOf(app: Pick<ExportApp, 'fields'>): ServerLocation {
  return app.fields.apiHost || app.fields.socketHost ? 'endpoints' : 'cluster';
}
