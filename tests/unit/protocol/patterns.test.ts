/** Patterns over channel names. */
import { describe, expect, it } from 'vitest';
import { matchesPattern, patternProblem } from '#shared/protocol/patterns.ts';

describe('a pattern', () => {
  it.each([
    ['private-orders-*', 'private-orders-1', true],
    ['private-orders-*', 'private-orders-', true],
    ['private-orders-*', 'private-order', false],
    ['*-eu', 'news-eu', true],
    ['*-eu', 'news-eu-1', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['*', 'news', true],
    ['**', 'news', true],
    ['a.*', 'axb', false],
  ])('%s on %s: %s', (pattern, channel, isMatch) => {
    expect(matchesPattern(pattern, channel)).toBe(isMatch);
  });

  it('joins presence channels only when it says so, as members are seen', () => {
    expect(matchesPattern('*', 'presence-room')).toBe(false);
    expect(matchesPattern('p*', 'presence-room')).toBe(false);
    expect(matchesPattern('presence-*', 'presence-room')).toBe(true);
  });

  it('is quick on names that are made to be slow', () => {
    expect(matchesPattern(`${'a*'.repeat(99)}b`, 'a'.repeat(4096))).toBe(false);
  });

  it('is explained when it can’t be one', () => {
    expect(patternProblem('private-*')).toBeUndefined();
    for (const bad of ['', 'news', 'a b*', `${'x'.repeat(200)}*`, '#server-to-user-*']) {
      expect(patternProblem(bad)).toMatch(/\.$/);
    }
  });
});
