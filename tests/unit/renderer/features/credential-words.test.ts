import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  credentialName,
  lowerFirst,
  movesOf,
  slotWord,
  sortCredentials,
} from '../../../../renderer/features/vault/credential-words.ts';
import { type Credential, slots } from '../../../../shared/contract/vault.ts';

const pair: Credential = {
  credentialId: randomUUID(),
  profileId: randomUUID(),
  kind: 'secret',
  slot: 'current',
  label: null,
  key: 'web-key',
  fingerprint: '0123456789abcdef',
  lastFour: null,
  createdAt: 1,
  lastUsedAt: null,
};

describe('what a value is called', () => {
  it('is its state and its kind, where there is one such at most', () => {
    expect(credentialName(pair, 'App secret')).toBe('current app secret');
    expect(credentialName({ ...pair, slot: 'previous' }, 'App secret')).toBe('retiring app secret');
    expect(credentialName({ ...pair, kind: 'masterKey', slot: 'previous', key: null }, 'Master key')).toBe(
      'previous master key',
    );
  });

  it('says which, where there may be several', () => {
    expect(credentialName({ ...pair, slot: 'extra', label: 'web' }, 'App secret')).toBe(
      'active app secret “web”',
    );
    expect(credentialName({ ...pair, slot: 'extra' }, 'App secret')).toBe(
      'active app secret of the key web-key',
    );
    const token = { ...pair, kind: 'bearerToken', slot: 'revoked', key: null } as const;
    expect(credentialName(token, 'Bearer token')).toBe('revoked bearer token 0123');
  });

  it('keeps abbreviations and names as their providers write them', () => {
    expect(['App key', 'OAuth client id', 'IAM API key', 'clientSecret', ''].map(lowerFirst)).toEqual([
      'app key',
      'OAuth client id',
      'IAM API key',
      'clientSecret',
      '',
    ]);
  });
});

describe('what can be made of a value', () => {
  it.each(['secret', 'masterKey', 'bearerToken'])('leads from every state of a %s to another', (kind) => {
    for (const slot of slots) {
      const moves = movesOf({ kind, slot });
      expect(moves.length).toBeGreaterThan(0);
      expect(moves.map((move) => move.slot)).not.toContain(slot);
    }
    // What was revoked is never the default again in one step.
    expect(movesOf({ kind, slot: 'revoked' }).map(({ slot }) => slot)).toEqual(['extra']);
  });

  it('has the words of its kind', () => {
    expect(movesOf({ kind: 'secret', slot: 'extra' }).map(({ label }) => label)).toEqual([
      'Use by default',
      'Mark as next',
      'Retire',
      'Mark as revoked',
    ]);
    const [use] = movesOf({ kind: 'secret', slot: 'extra' });
    expect(use?.title('active app secret “web”')).toBe('Use the active app secret “web” by default');
    expect(movesOf({ kind: 'masterKey', slot: 'current' })[0]?.label).toBe('Mark as previous');
    expect(slotWord('masterKey', 'previous')).toBe('previous');
  });
});

it('the default stands first, and what is revoked last', () => {
  const of = (slot: Credential['slot'], createdAt: number) => ({ ...pair, slot, createdAt });
  const mixed = [of('revoked', 1), of('extra', 3), of('current', 4), of('extra', 2)];
  expect(sortCredentials(mixed).map(({ slot, createdAt }) => `${slot} ${createdAt}`)).toEqual([
    'current 4',
    'extra 2',
    'extra 3',
    'revoked 1',
  ]);
});
