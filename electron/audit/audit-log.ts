/**
 * The audit log, in SQLite: entries are added and read, and the database itself refuses to change or remove one. It
 * grows with what the user does, by a line of some hundred bytes for each.
 */
import { type AuditEntry, auditEntry } from '#shared/contract/audit.ts';
import type { Database, Row } from '../storage/index.ts';
import type { AuditNote, AuditTrail } from './audit-trail.ts';

export interface AuditLogHooks {
  /** Undefined: the app is gone already. */
  nameOf(profileId: string): string | undefined;
  /** Its transaction may not have ended yet: who wants the entry reads it later. */
  onAdded(auditId: number): void;
}

export interface AuditPage {
  /** Older than this entry. */
  readonly before?: number | undefined;
  readonly limit: number;
  readonly hidesUses?: boolean | undefined;
}

export class AuditLog implements AuditTrail {
  readonly #database: Database;
  readonly #hooks: AuditLogHooks;
  readonly #now: () => number;

  constructor(database: Database, hooks: AuditLogHooks, now: () => number = Date.now) {
    this.#database = database;
    this.#hooks = hooks;
    this.#now = now;
  }

  record({ action, outcome, credential, store, count, program }: AuditNote): void {
    const row = this.#database.one(
      `INSERT INTO audit
         (at, action, outcome, profile_id, profile_name, kind, slot, fingerprint, last_four, store, count,
          program)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING audit_id`,
      this.#now(),
      action,
      outcome,
      credential?.profileId ?? null,
      (credential && this.#hooks.nameOf(credential.profileId)) ?? null,
      credential?.kind ?? null,
      credential?.slot ?? null,
      credential?.fingerprint ?? null,
      credential?.lastFour ?? null,
      store,
      count ?? null,
      program ?? null,
    );
    this.#hooks.onAdded(Number(row?.audit_id));
  }

  together<T>(work: () => T): T {
    return this.#database.transaction(work);
  }

  /** Oldest first, those after this one. */
  after(auditId: number, limit: number): AuditEntry[] {
    return this.#database
      .all('SELECT * FROM audit WHERE audit_id > ? ORDER BY audit_id LIMIT ?', auditId, limit)
      .map(fromRow);
  }

  /** 0: there is none. */
  lastId(): number {
    return Number(this.#database.one('SELECT max(audit_id) AS last FROM audit')?.last ?? 0);
  }

  /** Newest first. */
  list({ before, limit, hidesUses = false }: AuditPage): { entries: AuditEntry[]; hasOlder: boolean } {
    const rows = this.#database.all(
      `SELECT * FROM audit WHERE (?1 IS NULL OR audit_id < ?1) AND (?3 = 0 OR action <> 'used')
       ORDER BY audit_id DESC LIMIT ?2`,
      before ?? null,
      limit + 1,
      Number(hidesUses),
    );
    return { entries: rows.slice(0, limit).map(fromRow), hasOlder: rows.length > limit };
  }
}

function fromRow(row: Row): AuditEntry {
  return auditEntry.parse({
    auditId: row.audit_id,
    at: row.at,
    action: row.action,
    outcome: row.outcome,
    profileId: row.profile_id,
    profileName: row.profile_name,
    kind: row.kind,
    slot: row.slot,
    fingerprint: row.fingerprint,
    lastFour: row.last_four,
    store: row.store,
    count: row.count,
    program: row.program,
  });
}
