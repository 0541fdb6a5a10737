import { describe, expect, it } from 'vitest';
import { Filter } from '../../../electron/history/filter.ts';
import { inRounds } from '../../support/soak.ts';

const counts = { inTest: 2000, inSoak: 200_000 };

function filter(text: string): Filter {
  const made = Filter.from(text);
  if (!made) throw new Error('An empty filter.');
  return made;
}

describe('a free-text filter', () => {
  it('filters nothing when it is empty or blank', () => {
    expect(Filter.from('')).toBeUndefined();
    expect(Filter.from('  \t ')).toBeUndefined();
  });

  it('ignores case, beyond ASCII too', () => {
    expect(filter('STRASSE').matchesData('Strasse 5')).toBe(true);
    expect(filter('ÄPFEL').matchesData('"äpfel"')).toBe(true);
    expect(filter('ΟΔΟΣ').matchesName('οδος')).toBe(true);
    expect(filter('ΟΔΟΣ').matchesName('οδοσ')).toBe(true);
  });

  it('finds what the tree of the data shows, and the data as text', () => {
    const data = '{"name":"caf\\u00e9 \\"Zur Post\\"","path":"a\\/b"}';
    for (const text of ['café', '"Zur post"', 'a/b', 'caf\\u00e9', '{"name":']) {
      expect(filter(text).matchesData(data), text).toBe(true);
    }
    expect(filter('cafe').matchesData(data)).toBe(false);
  });

  inRounds('never rules out, by the raw text, a frame whose shown data matches', counts, (random) => {
    const data = JSON.stringify(random.json());
    const raw = JSON.stringify({ event: 'e', data });
    const escaped = random.fraction() < 0.3 ? raw.replaceAll('a', '\\u0061') : raw;
    const start = random.integer(0, Math.max(0, data.length - 1));
    const wanted = Filter.from(data.slice(start, start + random.integer(1, 8)));
    if (!wanted?.matchesData(data)) return;
    expect(wanted.quickLook(escaped)(0, Number.POSITIVE_INFINITY)).toBe(true);
  });

  it('tells lines of a block apart', () => {
    const lines = ['{"data":"one"}', '{"data":"two"}', '{"data":"\\u0074hree"}'];
    const text = lines.join('\n');
    const look = filter('two').quickLook(text);
    const ends = lines.map((_, index) => lines.slice(0, index + 1).join('\n').length);
    const found = lines.map((line, index) => look((ends[index] ?? 0) - line.length, ends[index] ?? 0));
    expect(found).toEqual([false, true, true]);
  });
});
