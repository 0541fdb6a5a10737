/** The audit log as a file for other programs: what the page shows of each entry, and no more. */
import { createHash, hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { AuditEntry } from '#shared/contract/audit.ts';
import { notAsWritten } from '../user-files/index.ts';

export type AuditFormat = 'csv' | 'ndjson';

const columns = [
  ['id', ({ auditId }) => auditId],
  ['time', ({ at }) => new Date(at).toISOString()],
  ['action', ({ action }) => action],
  ['outcome', ({ outcome }) => outcome],
  ['profile_id', ({ profileId }) => profileId],
  ['profile_name', ({ profileName }) => profileName],
  ['kind', ({ kind }) => kind],
  ['slot', ({ slot }) => slot],
  ['fingerprint', ({ fingerprint }) => fingerprint],
  ['last_four', ({ lastFour }) => lastFour],
  ['store', ({ store }) => store],
  ['count', ({ count }) => count],
  ['program', ({ program }) => program],
] as const satisfies readonly (readonly [string, (entry: AuditEntry) => string | number | null])[];

/** Asked for again and again, oldest first, until it has no more. */
export type NextEntries = (after: number, limit: number) => readonly AuditEntry[];

const entriesAtOnce = 500;

/** One file of the log. Entries that are added while it is written are in it, or not: `until` says to which one. */
export class AuditExport {
  readonly #format: AuditFormat;
  readonly #hash = createHash('sha256');
  #entries = 0;

  constructor(format: AuditFormat) {
    this.#format = format;
  }

  get entries(): number {
    return this.#entries;
  }

  async write(file: Pick<FileHandle, 'appendFile'>, next: NextEntries, until: number): Promise<void> {
    // Not `write`, which may write less than it was given, and says so in its answer alone.
    const append = async (text: string) => {
      this.#hash.update(text);
      await file.appendFile(text);
    };
    if (this.#format === 'csv') await append(`${columns.map(([name]) => name).join(',')}\r\n`);
    for (let after = 0; ; ) {
      const entries = next(after, entriesAtOnce).filter(({ auditId }) => auditId <= until);
      const last = entries.at(-1);
      if (!last) return;
      await append(entries.map((entry) => lineOf(entry, this.#format)).join(''));
      this.#entries += entries.length;
      after = last.auditId;
    }
  }

  /** For once, of all that can be read of it. @throws AppError `storage_failed` when it is not what was written */
  prove(content: Uint8Array): void {
    if (hash('sha256', content) !== this.#hash.digest('hex')) throw notAsWritten();
  }
}

function lineOf(entry: AuditEntry, format: AuditFormat): string {
  if (format === 'csv') return `${columns.map(([, of]) => cell(of(entry))).join(',')}\r\n`;
  return `${JSON.stringify(Object.fromEntries(columns.map(([name, of]) => [name, of(entry)])))}\n`;
}

/**
 * Spreadsheets run what begins like a formula, also in quotes: names are the user's, or came with an import. Source:
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /^[\w .:-]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}
