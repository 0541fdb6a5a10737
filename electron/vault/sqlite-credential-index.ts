/** The index of credentials, in the app's database. */
import * as z from 'zod';
import { moveTargets, slots, storeKinds } from '#shared/contract/vault.ts';
import type { Database, Preferences, Row } from '../storage/index.ts';
import {
  type CredentialIndex,
  type CredentialRecord,
  noMeta,
  type RecordFilter,
  type VaultMeta,
} from './credential-index.ts';

const preferenceName = 'vault';

const storedMeta = z.object({
  vaultId: z.string().nullable(),
  keychainId: z.string().nullable().default(null),
  chosenStore: z.enum(storeKinds).nullable(),
  hasCanary: z.boolean(),
  sealId: z.string().nullable().default(null),
  leftovers: z
    .object({ store: z.enum(moveTargets), isAll: z.boolean(), sealId: z.string().nullable() })
    .nullable()
    .default(null),
});

const storedRecord = z.object({
  credentialId: z.string(),
  profileId: z.string(),
  kind: z.string(),
  slot: z.enum(slots),
  label: z.string().nullable(),
  key: z.string().nullable(),
  fingerprint: z.string(),
  lastFour: z.string().nullable(),
  createdAt: z.number(),
  lastUsedAt: z.number().nullable(),
  store: z.enum(storeKinds),
  state: z.enum(['writing', 'stored', 'removing']),
});

export class SqliteCredentialIndex implements CredentialIndex {
  readonly #database: Database;
  readonly #preferences: Preferences;

  constructor(database: Database, preferences: Preferences) {
    this.#database = database;
    this.#preferences = preferences;
  }

  readMeta(): VaultMeta {
    const stored = this.#preferences.read(preferenceName);
    if (stored === undefined) return noMeta;
    return storedMeta.parse(stored);
  }

  writeMeta(changes: Partial<VaultMeta>): void {
    this.#preferences.write(preferenceName, { ...this.readMeta(), ...changes });
  }

  find(credentialId: string): CredentialRecord | undefined {
    const row = this.#database.one('SELECT * FROM credentials WHERE credential_id = ?', credentialId);
    return row && fromRow(row);
  }

  list({ profileId, store }: RecordFilter): readonly CredentialRecord[] {
    // By the index where there is a profile: this is asked for every signature.
    const ofProfile = profileId === undefined ? '' : 'profile_id = ?2 AND';
    return this.#database
      .all(
        `SELECT * FROM credentials WHERE ${ofProfile} (?1 IS NULL OR store = ?1)`,
        store ?? null,
        ...(profileId === undefined ? [] : [profileId]),
      )
      .map(fromRow);
  }

  change({ put = [], remove = [] }: Parameters<CredentialIndex['change']>[0]): void {
    this.#database.transaction(() => {
      for (const record of put) this.#put(record);
      for (const credentialId of remove) {
        this.#database.run('DELETE FROM credentials WHERE credential_id = ?', credentialId);
      }
    });
  }

  #put(record: CredentialRecord): void {
    this.#database.run(
      `INSERT OR REPLACE INTO credentials
         (credential_id, profile_id, kind, slot, label, key, fingerprint, last_four, created_at, last_used_at,
          store, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      record.credentialId,
      record.profileId,
      record.kind,
      record.slot,
      record.label,
      record.key,
      record.fingerprint,
      record.lastFour,
      record.createdAt,
      record.lastUsedAt,
      record.store,
      record.state,
    );
  }
}

function fromRow(row: Row): CredentialRecord {
  return storedRecord.parse({
    credentialId: row.credential_id,
    profileId: row.profile_id,
    kind: row.kind,
    slot: row.slot,
    label: row.label,
    key: row.key,
    fingerprint: row.fingerprint,
    lastFour: row.last_four,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    store: row.store,
    state: row.state,
  });
}
