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
  const tracks = (template: string) => template.match(/minmax\([^)]*\)|\S+/g) ?? [];

  it('are as they were before they could be chosen', () => {
    const layout = layoutOf(defaultSettings.logColumns, false);
    expect(layout.columns).toEqual(['time', 'direction', 'channel', 'event', 'size', 'key', 'data']);
    expect([layout.wide, layout.medium, layout.narrow].map((each) => tracks(each).length)).toEqual([7, 6, 5]);
    expect(layout.noteColumn).toBe(2);
  });

  it('have the connection where there are several, before the words of notes', () => {
    const layout = layoutOf(logColumns, true);
    expect(layout.columns.slice(0, 3)).toEqual(['time', 'delta', 'connection']);
    expect(layout.noteColumn).toBe(4);
    expect(layoutOf(['time', 'channel'], true).has('connection')).toBe(false);
  });

  it('fill the list, whichever are chosen', () => {
    for (let bits = 1; bits < 2 ** logColumns.length; bits++) {
      const chosen = logColumns.filter((_, index) => (bits & (1 << index)) !== 0);
      const layout = layoutOf(chosen, true);
      expect(layout.columns).toHaveLength(chosen.length);
      for (const template of [layout.wide, layout.medium, layout.narrow]) {
        expect(template).toContain('fr)');
        // A note's words have a column to begin in.
        expect(tracks(template).length).toBeGreaterThanOrEqual(layout.noteColumn);
      }
    }
  });
});
