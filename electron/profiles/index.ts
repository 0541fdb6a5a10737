/**
 * Profiles of apps, and of services: everything about them but their secrets, in SQLite. Taken-away ones can be brought
 * back for a while.
 */
import { randomUUID } from 'node:crypto';
import {
  type Profile,
  type ProfileInput,
  profile,
  type Service,
  type ServiceInput,
  service,
} from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { Dialect } from '#shared/protocol/dialects.ts';
import {
  checkServiceFields,
  isService,
  type ProviderId,
  parseProviderId,
  providers,
} from '../providers/index.ts';
import type { Database, Row } from '../storage/index.ts';

/** How long a removal can be undone. */
export const undoWindowMs = 30_000;

export interface ProfilesHooks {
  /** After any change of the list. */
  onChanged(all: { readonly profiles: Profile[]; readonly services: Service[] }): void;
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

  all(): { profiles: Profile[]; services: Service[] } {
    const rows = this.#database.all(
      'SELECT * FROM profiles WHERE removed_at IS NULL ORDER BY name COLLATE NOCASE, created_at',
    );
    const [services, profiles] = [rows.filter(isOfService), rows.filter((row) => !isOfService(row))];
    return { profiles: profiles.map(toProfile), services: services.map(toService) };
  }

  /** Apps. */
  list(): Profile[] {
    return this.all().profiles;
  }

  /** An app. */
  find(profileId: string): Profile | undefined {
    const row = this.#row(profileId);
    return row && !isOfService(row) ? toProfile(row) : undefined;
  }

  findService(profileId: string): Service | undefined {
    const row = this.#row(profileId);
    return row && isOfService(row) ? toService(row) : undefined;
  }

  /** What kind of credentials an app or a service has. @throws AppError `not_found` */
  providerOf(profileId: string): ProviderId {
    const row = this.#row(profileId);
    if (!row) throw gone();
    return parseProviderId(String(row.provider));
  }

  #row(profileId: string): Row | undefined {
    return this.#database.one(
      'SELECT * FROM profiles WHERE profile_id = ? AND removed_at IS NULL',
      profileId,
    );
  }

  /** Also of one that was taken away, as long as its secrets are there. */
  nameOf(profileId: string): string | undefined {
    const row = this.#database.one('SELECT name FROM profiles WHERE profile_id = ?', profileId);
    return typeof row?.name === 'string' ? row.name : undefined;
  }

  /** Also of one that was taken away, until nothing is left of it. */
  environmentOf(profileId: string): string | undefined {
    const row = this.#database.one('SELECT environment FROM profiles WHERE profile_id = ?', profileId);
    return typeof row?.environment === 'string' ? row.environment : undefined;
  }

  get(profileId: string): Profile {
    const found = this.find(profileId);
    if (!found) throw gone();
    return found;
  }

  save(input: ProfileInput, profileId?: string): Profile {
    if (profileId !== undefined) this.get(profileId);
    const { name, environment, ...details } = input;
    const provider = appProviders[input.dialect] ?? 'self-hosted';
    const id = this.#put({ name, environment, provider, details }, profileId);
    const saved = this.get(id);
    this.#hooks.onSaved(saved);
    this.#hooks.onChanged(this.all());
    return saved;
  }

  /** @throws AppError `invalid_input` that names the field */
  saveService({ name, environment, provider, fields }: ServiceInput, profileId?: string): Service {
    const former = profileId === undefined ? undefined : this.findService(profileId);
    if (profileId !== undefined && !former) throw gone();
    if (former && former.provider !== provider) {
      throw new AppError('invalid_input', 'A service keeps its kind.', { hint: 'Add another one instead.' });
    }
    const kind = providers.find(({ providerId }) => providerId === provider);
    if (!kind) throw new AppError('invalid_input', 'There is no such kind of credentials.');
    if (kind.hasChannels) {
      throw new AppError('invalid_input', `${kind.label} is a kind of app.`, { hint: 'Add it as an app.' });
    }
    const details = { fields: checkServiceFields(kind, fields) };
    const saved = toService(
      this.#row(this.#put({ name, environment, provider: kind.providerId, details }, profileId)) ?? {},
    );
    this.#hooks.onChanged(this.all());
    return saved;
  }

  #put({ name, environment, provider, details }: Stored, profileId: string | undefined): string {
    const now = this.#now();
    const id = profileId ?? randomUUID();
    this.#database.run(
      `INSERT INTO profiles (profile_id, name, environment, provider, details, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (profile_id) DO UPDATE SET name = excluded.name, environment = excluded.environment,
         provider = excluded.provider, details = excluded.details, updated_at = excluded.updated_at`,
      id,
      name,
      environment,
      provider,
      JSON.stringify(details),
      now,
      now,
    );
    return id;
  }

  remove(profileId: string): { undoToken: string; undoUntil: number } {
    if (!this.#row(profileId)) throw gone();
    const undoToken = randomUUID();
    const removedAt = this.#now();
    this.#database.run(
      'UPDATE profiles SET removed_at = ?, undo_token = ? WHERE profile_id = ?',
      removedAt,
      undoToken,
      profileId,
    );
    this.#hooks.onRemoved(profileId);
    this.#hooks.onChanged(this.all());
    const timer = setTimeout(() => void this.#purge(profileId), undoWindowMs);
    timer.unref();
    this.#timers.set(profileId, timer);
    return { undoToken, undoUntil: removedAt + undoWindowMs };
  }

  restore(undoToken: string): Profile | Service {
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
    this.#hooks.onChanged(this.all());
    return this.findService(row.profile_id) ?? this.get(row.profile_id);
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

interface Stored extends Pick<ProfileInput, 'name' | 'environment'> {
  readonly provider: ProviderId;
  readonly details: unknown;
}

/** Every other dialect is of a server of one’s own. */
const appProviders: Partial<Record<Dialect, ProviderId>> = { pusher: 'pusher', soketify: 'soketify' };

function isOfService(row: Row): boolean {
  return isService(parseProviderId(String(row.provider)));
}

function toProfile(row: Row): Profile {
  return profile.parse({ ...common(row), ...JSON.parse(String(row.details)) });
}

function toService(row: Row): Service {
  return service.parse({ ...common(row), provider: row.provider, ...JSON.parse(String(row.details)) });
}

function common(row: Row) {
  return {
    profileId: row.profile_id,
    name: row.name,
    environment: row.environment,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function gone(): AppError {
  return new AppError('not_found', 'This app is no longer in Latchkey.');
}
