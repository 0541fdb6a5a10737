import { describe, expect, it } from 'vitest';
import { defaultSettings, logColumns } from '#shared/contract/settings.ts';
import { parseFilter } from '#shared/lib/filter/index.ts';
import { layoutOf } from '../../../../renderer/features/history/columns.ts';
import {
  hasTerm,
  nameTerm,
  withoutTerm,
  withTerm,
} from '../../../../renderer/features/history/filter-terms.ts';
import { readTime } from '../../../../renderer/features/history/time-text.ts';

const nodeOf = (filter: string) => {
  const parsed = parseFilter(filter);
  if (!parsed.isValid) throw new Error(parsed.problem.message);
  return parsed.node;
};

describe('a condition that is added to a filter', () => {
  it('narrows whatever the filter said before', () => {
    expect(withTerm('', '-event:tick')).toBe('-event:tick');
    expect(withTerm('  order ', '-event:tick')).toBe('order -event:tick');
    expect(withTerm('a or b', '-event:tick')).toBe('(a or b) -event:tick');
    // A word of the language at the end would take the condition for its own.
    for (const rest of ['refund not', '(a) or b c', 'a or b']) {
      const filter = withTerm(rest, 'event:tick');
      const node = nodeOf(filter);
      expect(node?.type === 'and' && node.nodes.at(-1), filter).toEqual(nodeOf('event:tick'));
    }
  });

  it('means one name exactly, whatever is in it', () => {
    expect(nameTerm('event', 'order.created')).toBe('event:order.created');
    for (const name of ['a b', 'say "hi"', 'back\\slash', 'x(1)', 'App\\Events\\Paid', '-x', 'a:b', 'or'])
      expect(nodeOf(nameTerm('channel', name)), name).toEqual({ type: 'channel', pattern: name });
    // Where a pattern would match other names too.
    expect(nodeOf(nameTerm('event', 'what?*'))).toEqual({
      type: 'path',
      steps: [{ type: 'member', name: 'event' }],
      test: { operator: '=', text: 'what?*', isQuoted: true },
    });
  });

  it('is found and taken out again only where it stands by itself', () => {
    const term = '-event:pusher:ping';
    expect(hasTerm(`a ${term} b`, term)).toBe(true);
    expect(withoutTerm(`a ${term} b`, term)).toBe('a b');
    expect(withoutTerm(term, term)).toBe('');
    expect(withoutTerm(withTerm('a or b', term), term)).toBe('(a or b)');
    for (const filter of ['', 'a', `a or ${term}`, `(a or ${term} )`, `"x ${term} y"`, `${term}x`]) {
      expect(hasTerm(filter, term), filter).toBe(false);
      expect(withoutTerm(filter, term)).toBe(filter);
    }
  });
});

describe('a time that is typed', () => {
  const endMs = new Date(2026, 0, 31, 15, 0, 0).getTime();
  const at = (text: string) => readTime(text, endMs);

  it('is a time of the day, a date, or some time before the end', () => {
    expect(at('14:02')).toEqual({ atMs: new Date(2026, 0, 31, 14, 2).getTime() });
    expect(at(' 14:02:11.482 ')).toEqual({ atMs: new Date(2026, 0, 31, 14, 2, 11, 482).getTime() });
    expect(at('23:00')).toEqual({ atMs: new Date(2026, 0, 30, 23, 0).getTime() });
    expect(at('-5m')).toEqual({ atMs: endMs - 300_000 });
    expect(at('2026-01-31T09:00')).toEqual({ atMs: new Date(2026, 0, 31, 9, 0).getTime() });
    expect(at('2026-01-31T09:00Z')).toEqual({ atMs: Date.UTC(2026, 0, 31, 9, 0) });
  });

  it('is explained when it can’t be read', () => {
    for (const text of ['', ' ', 'noon', '25:00', '14:2', '5m', '-5 parsecs', '2026-13-01'])
      expect(at(text), text).toEqual({ problem: expect.stringContaining('14:02:11.482') });
  });
});

describe('the columns of the log', () => {
  const namesOf = ({ columns }: Pick<ReturnType<typeof layoutOf>, 'columns'>) =>
    columns.map(({ column }) => column);

  it('are the usual ones before any were chosen', () => {
    const layout = layoutOf(defaultSettings.logColumns, false, 160);
    expect(namesOf(layout)).toEqual(['time', 'direction', 'channel', 'event', 'size', 'key', 'data']);
    expect(namesOf({ columns: layout.beforeNote })).toEqual(['time']);
  });

  it('have the connection where there are several, before the words of notes', () => {
    const layout = layoutOf(logColumns, true, 160);
    expect(namesOf(layout).slice(0, 3)).toEqual(['time', 'delta', 'connection']);
    expect(namesOf({ columns: layout.beforeNote })).toEqual(['time', 'delta', 'connection']);
    expect(namesOf(layoutOf(['time', 'channel'], true, 160))).toEqual(['time', 'channel']);
    expect(namesOf(layoutOf(['connection'], false, 160))).toEqual(['data']);
  });

  it('fill the list, whichever are chosen and however wide it is', () => {
    for (let bits = 1; bits < 2 ** logColumns.length; bits++) {
      const chosen = logColumns.filter((_, index) => (bits & (1 << index)) !== 0);
      for (const room of [20, 85, 86, 121, 122, 140, 320]) {
        const { columns, template, beforeNote } = layoutOf(chosen, true, room);
        const what = `${chosen} in ${room}`;
        expect(template.split(/ (?!1fr)/), what).toHaveLength(columns.length);
        expect(template.endsWith('minmax(0, 1fr)'), what).toBe(true);
        // A note's words have the rest of the row, also where these columns are all there are.
        for (const { width, gap, box } of beforeNote) expect(box.width, what).toBe(`${width + gap}ch`);
        const taken = columns.reduce((sum, { width, gap }) => sum + width + gap, 0);
        const hasShares = chosen.some((column) => ['channel', 'event', 'data'].includes(column));
        // To a character for each share; or more than there is, where even the least is too much.
        if (room >= 122 && hasShares) {
          expect(taken, what).toBeLessThanOrEqual(room);
          expect(taken, what).toBeGreaterThan(room - 4);
        }
      }
    }
  });

  it('give way to names where there is little room', () => {
    const shown = (room: number) => layoutOf(logColumns, false, room).columns.map(({ column }) => column);
    expect(shown(122)).toEqual(['time', 'delta', 'direction', 'channel', 'event', 'size', 'key', 'data']);
    expect(shown(121)).toEqual(['time', 'delta', 'direction', 'channel', 'event', 'key', 'data']);
    expect(shown(85)).toEqual(['time', 'delta', 'direction', 'channel', 'event', 'key']);
  });

  it('share the room as a grid of fractions would, and none gets less than its least', () => {
    const widths = (room: number) =>
      Object.fromEntries(
        layoutOf(logColumns, false, room).columns.map(({ column, width }) => [column, width]),
      );
    // 320 characters, less 36 of fixed columns and 14 between: 270, shared out as 1.1, 0.9 and 2.4.
    expect(widths(320)).toMatchObject({ channel: 67, event: 55, data: 147 });
    // 72 are left: the channel would get 18, and the event 15 of what remains.
    expect(widths(122)).toMatchObject({ channel: 19, event: 14, data: 38 });
  });
});
