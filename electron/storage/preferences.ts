/** Small named values: settings, the vault's own facts, window state. Values are JSON. */
import type { Database } from './database.ts';

export class Preferences {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The stored value, unparsed as to its shape: the caller validates. Undefined: never set, or not JSON. */
  read(name: string): unknown {
    const row = this.#database.one('SELECT value FROM preferences WHERE name = ?', name);
    if (typeof row?.value !== 'string') return undefined;
    try {
      return JSON.parse(row.value);
    } catch {
      // Only this class writes here. A damaged value is as good as none: the default applies.
      return undefined;
    }
  }

  write(name: string, value: unknown): void {
    this.#database.run(
      'INSERT INTO preferences (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      JSON.stringify(value),
    );
  }

  remove(name: string): void {
    this.#database.run('DELETE FROM preferences WHERE name = ?', name);
  }
}
