/** The database's schema, version by version. A migration that has shipped is never edited. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE profiles (
    profile_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    environment TEXT NOT NULL,
    dialect TEXT NOT NULL,
    app_id TEXT NOT NULL,
    key TEXT NOT NULL,
    location TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    removed_at INTEGER,
    undo_token TEXT UNIQUE
  ) STRICT;

  CREATE TABLE credentials (
    credential_id TEXT PRIMARY KEY,
    profile_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    slot TEXT NOT NULL,
    key TEXT,
    fingerprint TEXT NOT NULL,
    last_four TEXT,
    created_at INTEGER NOT NULL,
    store TEXT NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX credentials_by_profile ON credentials (profile_id);

  CREATE TABLE rotations (
    rotation_id TEXT PRIMARY KEY,
    profile_id TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    state TEXT NOT NULL,
    ended_because TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX rotations_by_profile ON rotations (profile_id);
  CREATE UNIQUE INDEX one_active_rotation ON rotations (profile_id, plan_id) WHERE state = 'active';

  CREATE TABLE preferences (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE audit (
    audit_id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    profile_id TEXT,
    profile_name TEXT,
    kind TEXT,
    slot TEXT,
    fingerprint TEXT,
    last_four TEXT,
    store TEXT
  ) STRICT;

  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'The audit log is append-only'); END;
  CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'The audit log is append-only'); END;
  -- INSERT OR REPLACE removes what was there without asking the trigger above.
  CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
  WHEN EXISTS (SELECT 1 FROM audit WHERE audit_id = NEW.audit_id)
  BEGIN SELECT RAISE(ABORT, 'The audit log is append-only'); END;
  `,
  `
  -- Apps, and services beside them: what each kind has of its own is in details.
  CREATE TABLE all_profiles (
    profile_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    environment TEXT NOT NULL,
    provider TEXT NOT NULL,
    details TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    removed_at INTEGER,
    undo_token TEXT UNIQUE
  ) STRICT;
  INSERT INTO all_profiles
    SELECT profile_id, name, environment,
      CASE dialect WHEN 'pusher' THEN 'pusher' WHEN 'soketify' THEN 'soketify' ELSE 'self-hosted' END,
      json_object('dialect', dialect, 'appId', app_id, 'key', key, 'location', json(location)),
      created_at, updated_at, removed_at, undo_token
    FROM profiles;
  DROP TABLE profiles;
  ALTER TABLE all_profiles RENAME TO profiles;

  ALTER TABLE credentials ADD COLUMN label TEXT;
  ALTER TABLE credentials ADD COLUMN last_used_at INTEGER;

  ALTER TABLE audit ADD COLUMN count INTEGER;
  `,
  'ALTER TABLE audit ADD COLUMN program TEXT;',
];
