import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditNote } from '../../../electron/audit/index.ts';
import { AuditLog } from '../../../electron/audit/index.ts';
import { Database } from '../../../electron/storage/index.ts';

const profileId = randomUUID();
const credential = {
  profileId,
  kind: 'secret',
  slot: 'current',
  fingerprint: '0123456789abcdef',
  lastFour: 'wxyz',
} as const;
const copied: AuditNote = { action: 'copied', outcome: 'done', credential, store: 'keychain' };
const locked: AuditNote = { action: 'locked', outcome: 'done', store: 'session' };

let database: Database;
let names: Map<string, string>;
let added: number[];
let now: number;
let log: AuditLog;

beforeEach(async () => {
  database = await Database.inMemory();
  names = new Map([[profileId, 'shop']]);
  added = [];
  now = 1_700_000_000_000;
  const hooks = { nameOf: (id: string) => names.get(id), onAdded: (id: number) => added.push(id) };
  log = new AuditLog(database, hooks, () => now++);
});

describe('the audit log', () => {
  it('keeps what was so at the time, and nothing beside it', () => {
    log.record(copied);
    names.set(profileId, 'renamed');
    log.record({ ...copied, outcome: 'failed' });
    names.clear();
    log.record(copied);
    log.record(locked);
    const nothing = {
      profileId: null,
      profileName: null,
      kind: null,
      slot: null,
      fingerprint: null,
      lastFour: null,
      count: null,
      program: null,
    };
    expect(log.list({ limit: 10 })).toEqual({
      entries: [
        {
          auditId: 4,
          at: 1_700_000_000_003,
          action: 'locked',
          outcome: 'done',
          store: 'session',
          ...nothing,
        },
        {
          auditId: 3,
          at: 1_700_000_000_002,
          program: null,
          action: 'copied',
          outcome: 'done',
          store: 'keychain',
          ...credential,
          count: null,
          profileName: null,
        },
        {
          auditId: 2,
          at: 1_700_000_000_001,
          program: null,
          action: 'copied',
          outcome: 'failed',
          store: 'keychain',
          ...credential,
          count: null,
          profileName: 'renamed',
        },
        {
          auditId: 1,
          at: 1_700_000_000_000,
          program: null,
          action: 'copied',
          outcome: 'done',
          store: 'keychain',
          ...credential,
          count: null,
          profileName: 'shop',
        },
      ],
      hasOlder: false,
    });
    expect(added).toEqual([1, 2, 3, 4]);
  });

  it('is read page by page, newest first, also while it grows', () => {
    for (let count = 0; count < 25; count++) log.record(locked);
    const first = log.list({ limit: 10 });
    expect(first.entries.map(({ auditId }) => auditId)).toEqual([25, 24, 23, 22, 21, 20, 19, 18, 17, 16]);
    expect(first.hasOlder).toBe(true);
    log.record(copied);
    const second = log.list({ limit: 10, before: 16 });
    expect(second.entries.map(({ auditId }) => auditId)).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 7, 6]);
    expect(second.hasOlder).toBe(true);
    const last = log.list({ limit: 10, before: 6 });
    expect(last.entries.map(({ auditId }) => auditId)).toEqual([5, 4, 3, 2, 1]);
    expect(last.hasOlder).toBe(false);
    expect(log.list({ limit: 10, before: 1 })).toEqual({ entries: [], hasOlder: false });
  });

  it('leaves out uses when it is asked to, and pages through the rest', () => {
    for (let count = 1; count <= 6; count++) {
      log.record(copied);
      log.record({ ...copied, action: 'used', count });
    }
    const first = log.list({ limit: 4, hidesUses: true });
    expect(first.entries.map(({ auditId }) => auditId)).toEqual([11, 9, 7, 5]);
    expect(first.hasOlder).toBe(true);
    const last = log.list({ limit: 4, before: 5, hidesUses: true });
    expect(last.entries.map(({ auditId }) => auditId)).toEqual([3, 1]);
    expect(last.hasOlder).toBe(false);
    expect(log.list({ limit: 50, hidesUses: false }).entries).toHaveLength(12);
  });

  it.each([
    ['changed', "UPDATE audit SET outcome = 'failed'"],
    ['removed', 'DELETE FROM audit'],
    [
      'replaced',
      "INSERT OR REPLACE INTO audit (audit_id, at, action, outcome) VALUES (1, 1, 'locked', 'done')",
    ],
    ['replaced', "REPLACE INTO audit (audit_id, at, action, outcome) VALUES (1, 1, 'locked', 'done')"],
    [
      'changed by an insertion',
      `INSERT INTO audit (audit_id, at, action, outcome) VALUES (1, 1, 'locked', 'done')
       ON CONFLICT (audit_id) DO UPDATE SET action = 'locked'`,
    ],
  ])('can’t be %s: the database itself refuses', (_how, sql) => {
    log.record(copied);
    const before = log.list({ limit: 10 });
    expect(() => database.run(sql)).toThrow(/append-only/);
    expect(log.list({ limit: 10 })).toEqual(before);
    log.record(locked);
    expect(log.list({ limit: 10 }).entries.map(({ auditId }) => auditId)).toEqual([2, 1]);
  });

  it('has an entry together with the change that it is about, or neither', () => {
    expect(() =>
      log.together(() => {
        database.run("INSERT INTO preferences (name, value) VALUES ('a', '1')");
        log.record(copied);
        throw new Error('a later step failed');
      }),
    ).toThrow('a later step failed');
    expect(log.list({ limit: 10 }).entries).toEqual([]);
    expect(database.all('SELECT * FROM preferences')).toEqual([]);
  });

  it('says so when it can’t be written', () => {
    database.all('PRAGMA query_only = 1');
    expect(() => log.record(copied)).toThrow(expect.objectContaining({ code: 'storage_failed' }));
    expect(added).toEqual([]);
  });
});
