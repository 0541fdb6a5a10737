/** App profiles: everything about an app but its secrets, in SQLite. Taken-away ones can be brought back for a while. */
import { randomUUID } from 'node:crypto';
import { type Profile, type ProfileInput, profile } from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { Database, Row } from '../storage/index.ts';

/** How long a removal can be undone. */
export const undoWindowMs = 30_000;

export interface ProfilesHooks {
  /** After any change of the list. */
  onChanged(profiles: readonly Profile[]): void;
  /** A saved profile, whose connection may have to follow. */
  onSaved(saved: Profile): void;
  /** It is out of sight now, and may still come back. */
  onRemoved(profileId: string): void;
  /** Nobody can undo it any more: its secrets go too. */
  onGone(profileId: string): Promise<void>;
}

export class Profiles {
  readonly #database: Database;
  readonly #hooks: ProfilesHooks;
  readonly #now: () => number;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(database: Database, hooks: ProfilesHooks, now: () => number = Date.now) {
    this.#database = database;
    this.#hooks = hooks;
    this.#now = now;
    // The page that could have undone an earlier run's removals is gone.
    database.run('UPDATE profiles SET undo_token = NULL WHERE undo_token IS NOT NULL');
  }

  list(): Profile[] {
    return this.#database
      .all('SELECT * FROM profiles WHERE removed_at IS NULL ORDER BY name COLLATE NOCASE, created_at')
      .map(fromRow);
  }

  find(profileId: string): Profile | undefined {
    const row = this.#database.one(
      'SELECT * FROM profiles WHERE profile_id = ? AND removed_at IS NULL',
      profileId,
    );
    return row && fromRow(row);
  }

  /** Also of one that was taken away, as long as its secrets are there. */
  nameOf(profileId: string): string | undefined {
    const row = this.#database.one('SELECT name FROM profiles WHERE profile_id = ?', profileId);
    return typeof row?.name === 'string' ? row.name : undefined;
  }

  get(profileId: string): Profile {
    const found = this.find(profileId);
    if (!found) throw new AppError('not_found', 'This app is no longer in Latchkey.');
    return found;
  }

  save(input: ProfileInput, profileId?: string): Profile {
    const now = this.#now();
    const id = profileId ?? randomUUID();
    if (profileId !== undefined) this.get(profileId);
    this.#database.run(
      `INSERT INTO profiles (profile_id, name, environment, dialect, app_id, key, location, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (profile_id) DO UPDATE SET name = excluded.name, environment = excluded.environment,
         dialect = excluded.dialect, app_id = excluded.app_id, key = excluded.key, location = excluded.location,
         updated_at = excluded.updated_at`,
      id,
      input.name,
      input.environment,
      input.dialect,
      input.appId,
      input.key,
      JSON.stringify(input.location),
      now,
      now,
    );
    const saved = this.get(id);
    this.#hooks.onSaved(saved);
    this.#hooks.onChanged(this.list());
    return saved;
  }

  remove(profileId: string): { undoToken: string; undoUntil: number } {
    this.get(profileId);
    const undoToken = randomUUID();
    const removedAt = this.#now();
    this.#database.run(
      'UPDATE profiles SET removed_at = ?, undo_token = ? WHERE profile_id = ?',
      removedAt,
      undoToken,
      profileId,
    );
    this.#hooks.onRemoved(profileId);
    this.#hooks.onChanged(this.list());
    const timer = setTimeout(() => void this.#purge(profileId), undoWindowMs);
    timer.unref();
    this.#timers.set(profileId, timer);
    return { undoToken, undoUntil: removedAt + undoWindowMs };
  }

  restore(undoToken: string): Profile {
    const row = this.#database.one(
      'SELECT profile_id FROM profiles WHERE undo_token = ? AND removed_at > ?',
      undoToken,
      this.#now() - undoWindowMs,
    );
    if (typeof row?.profile_id !== 'string') {
      throw new AppError('not_found', 'This can no longer be undone.', {
        hint: 'Add the app again with “Add an app”.',
      });
    }
    clearTimeout(this.#timers.get(row.profile_id));
    this.#timers.delete(row.profile_id);
    this.#database.run(
      'UPDATE profiles SET removed_at = NULL, undo_token = NULL WHERE profile_id = ?',
      row.profile_id,
    );
    this.#hooks.onChanged(this.list());
    return this.get(row.profile_id);
  }

  /** Finishes removals that can no longer be undone: when the vault opens, and after a restart. */
  async purgeExpired(): Promise<void> {
    const rows = this.#database.all(
      'SELECT profile_id FROM profiles WHERE removed_at IS NOT NULL AND undo_token IS NULL',
    );
    for (const row of rows) await this.#purge(String(row.profile_id));
  }

  async #purge(profileId: string): Promise<void> {
    this.#timers.delete(profileId);
    // First of all: from here on its secrets may be gone, so nobody may bring it back without them.
    this.#database.run(
      'UPDATE profiles SET undo_token = NULL WHERE profile_id = ? AND removed_at IS NOT NULL',
      profileId,
    );
    try {
      await this.#hooks.onGone(profileId);
    } catch (error) {
      // A locked vault keeps the secrets; the row stays marked, and the next unlock tries again.
      if (error instanceof AppError) return;
      throw error;
    }
    this.#database.run('DELETE FROM profiles WHERE profile_id = ? AND removed_at IS NOT NULL', profileId);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}

function fromRow(row: Row): Profile {
  return profile.parse({
    profileId: row.profile_id,
    name: row.name,
    environment: row.environment,
    dialect: row.dialect,
    appId: row.app_id,
    key: row.key,
    location: JSON.parse(String(row.location)),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });
}
