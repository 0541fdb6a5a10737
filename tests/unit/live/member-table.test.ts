/** Members of a presence channel. */
import { describe, expect, it } from 'vitest';
import { MemberTable, memberLimit } from '../../../electron/live/member-table.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

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

  const idsOf = (table: MemberTable, search = '', ownUserId: string | null = null) =>
    table.window({ search, ownUserId, start: 0, count: 100 }).members.map(({ userId }) => userId);

  it('are shown with oneself first, then by id with numbers in their order', () => {
    const table = new MemberTable();
    for (const id of ['user-10', 'user-9', 'me', '01', '1']) table.add([id, null], 0);
    expect(idsOf(table, '', 'me')).toEqual(['me', '01', '1', 'user-9', 'user-10']);
  });

  it('are found in ids and info, whatever the case', () => {
    const table = new MemberTable();
    table.add(['ana', null], 0);
    table.add(['7', '{"name":"Ana Lima"}'], 0);
    table.add(['8', null], 0);
    expect(idsOf(table, ' ANA ')).toEqual(['7', 'ana']);
    expect(table.window({ search: 'nobody', ownUserId: null, start: 0, count: 5 })).toEqual({
      total: 3,
      matched: 0,
      members: [],
    });
  });

  it('stay in order, each once, however they come, go and change while they are looked at', () => {
    const random = new SeededRandom(11);
    const table = new MemberTable();
    const expected = new Map<string, string | null>();
    for (let step = 0; step < 2000; step++) {
      const id = random.pick([
        '1',
        '01',
        '001',
        'a',
        'A',
        'á',
        'a1',
        'a10',
        'a2',
        `user-${random.integer(0, 20)}`,
      ]);
      if (random.fraction() < 0.4) {
        table.remove(id);
        expected.delete(id);
      } else {
        const info = random.fraction() < 0.5 ? null : `"${step}"`;
        table.add([id, info], step);
        expected.set(id, info);
      }
      if (step % 7 === 0) idsOf(table, random.pick(['', 'a', '1']));
      if (step % 50 !== 0) continue;
      const { members } = table.window({ search: '', ownUserId: null, start: 0, count: 100 });
      expect(new Map(members.map(({ userId, userInfo }) => [userId, userInfo]))).toEqual(expected);
      expect(members).toHaveLength(expected.size);
      const fresh = new MemberTable();
      for (const [id2, info] of expected) fresh.add([id2, info], 0);
      expect(idsOf(table)).toEqual(idsOf(fresh));
    }
  });
});
