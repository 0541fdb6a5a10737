/** Members of a presence channel. */
import { describe, expect, it } from 'vitest';
import { MemberTable, memberLimit } from '../../../electron/live/member-table.ts';

describe('the members of a channel', () => {
  it('know when they joined, unless they were there before', () => {
    const table = new MemberTable();
    table.replace(
      [
        ['me', null],
        ['ana', '{"name":"Ana"}'],
      ],
      'me',
      10,
    );
    table.add(['bo', null], 20);
    expect(table.list()).toEqual([
      { userId: 'me', userInfo: null, joinedAt: 10 },
      { userId: 'ana', userInfo: '{"name":"Ana"}', joinedAt: null },
      { userId: 'bo', userInfo: null, joinedAt: 20 },
    ]);
  });

  it('keep that over a reconnect, while who came meanwhile has none', () => {
    const table = new MemberTable();
    table.replace([['me', null]], 'me', 10);
    table.add(['bo', null], 20);
    table.replace(
      [
        ['bo', null],
        ['cy', null],
        ['me', null],
      ],
      'me',
      30,
    );
    expect(table.list().map(({ userId, joinedAt }) => [userId, joinedAt])).toEqual([
      ['bo', 20],
      ['cy', null],
      ['me', 10],
    ]);
  });

  it('leave, and are not missed twice', () => {
    const table = new MemberTable();
    table.replace([['ana', null]], 'me', 0);
    table.remove('ana');
    table.remove('ana');
    expect(table.size).toBe(0);
  });

  it('are kept up to a limit, of number and of size', () => {
    const many = new MemberTable();
    for (let index = 0; index < memberLimit; index++) expect(many.add([`user-${index}`, null], 0)).toBe(true);
    expect(many.add(['one-more', null], 0)).toBe(false);
    expect(many.size).toBe(memberLimit);
    const large = new MemberTable();
    const info = 'x'.repeat(4_000_000);
    for (const id of ['a', 'b', 'c', 'd']) expect(large.add([id, info], 0)).toBe(true);
    expect(large.add(['e', info], 0)).toBe(false);
    large.remove('a');
    expect(large.add(['e', info], 0)).toBe(true);
  });
});
