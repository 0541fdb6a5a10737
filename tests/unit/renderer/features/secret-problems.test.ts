import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalSecret } from '../../../../electron/vault/secret-forms.ts';
import { secretProblem } from '../../../../renderer/features/vault/secret-problems.ts';

const isRefused = (kind: 'secret' | 'masterKey', value: string): boolean => {
  try {
    canonicalSecret(kind === 'masterKey' ? 'master-key' : 'text', value);
    return false;
  } catch {
    return true;
  }
};

describe('what is wrong with a secret while it is typed', () => {
  const bytes = randomBytes(32);
  const hex = bytes.toString('hex');
  const base64 = bytes.toString('base64');

  it('agrees with the vault on app secrets', () => {
    for (const value of [
      hex.slice(0, 20),
      ` ${hex}`,
      `${hex}\n`,
      `a${hex} ${hex}`,
      ' ',
      `${hex}\u200b`,
      'short',
      '\ud800',
      'é'.repeat(1200),
      'é'.repeat(1201),
      'x'.repeat(2401),
    ]) {
      expect(secretProblem('secret', value) !== undefined, JSON.stringify(value)).toBe(
        isRefused('secret', value),
      );
    }
  });

  it('agrees with the vault on master keys', () => {
    const withMarks = Buffer.alloc(32, 0xfb);
    const values = [
      base64,
      ` ${base64}\n`,
      hex,
      withMarks.toString('base64url'),
      base64.slice(0, 43),
      `${base64.slice(0, 20)} ${base64.slice(20)}`,
      randomBytes(31).toString('base64'),
      randomBytes(33).toString('base64'),
      '!'.repeat(44),
    ];
    for (const value of values) {
      expect(secretProblem('masterKey', value) !== undefined, `${value.length} characters`).toBe(
        isRefused('masterKey', value),
      );
    }
  });

  it('never repeats any of the value', () => {
    for (const value of [` ${hex}`, `${hex} ${hex}`]) {
      expect(secretProblem('secret', value)).not.toContain(hex.slice(0, 6));
    }
    expect(secretProblem('masterKey', hex)).not.toContain(hex.slice(0, 6));
  });

  it('says nothing of an empty field', () => {
    expect(secretProblem('secret', '')).toBeUndefined();
    expect(secretProblem('masterKey', '')).toBeUndefined();
  });
});
