import { describe, expect, it } from 'vitest';
import { actionWords } from '../../../../renderer/features/audit/audit-words.ts';
import { auditActions, auditOutcomes } from '../../../../shared/contract/audit.ts';
import { slots } from '../../../../shared/contract/vault.ts';

const none = { outcome: 'done', kind: null, slot: null, count: null, program: null } as const;
const pair = { ...none, kind: 'secret', slot: 'current' } as const;

describe('an entry of the audit log, in words', () => {
  it('says how often a value was used', () => {
    expect(actionWords({ ...pair, action: 'used', count: 1 })).toBe('Signed or encrypted once');
    expect(actionWords({ ...pair, action: 'used', count: 12 })).toBe('Signed or encrypted 12 times');
    expect(actionWords({ ...pair, action: 'used', count: 12_345 })).toBe('Signed or encrypted 12,345 times');
  });

  it('says what a value was marked as, in the words of its kind', () => {
    const moved = (kind: string) =>
      slots.map((slot) => actionWords({ ...pair, kind, slot, action: 'moved' }));
    const rest = ['Marked as current', 'Marked as active', 'Marked as next'];
    expect(moved('secret')).toEqual([...rest, 'Marked as retiring', 'Marked as revoked']);
    expect(moved('masterKey')).toEqual([...rest, 'Marked as previous', 'Marked as revoked']);
  });

  it('has different words for everything, whether it went well or not', () => {
    const all = auditActions.flatMap((action) =>
      auditOutcomes.map((outcome) => actionWords({ ...none, action, outcome })),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});
