import { describe, expect, it } from 'vitest';
import { ByteSearch } from '../../../electron/history/byte-search.ts';
import { isProbeAt, type ProbeBytes } from '../../../electron/history/raw-probe.ts';
import { SearchMemory } from '../../../electron/history/search-memory.ts';
import { TextNeedle } from '../../../electron/history/text-needle.ts';
import { inRounds } from '../../support/soak.ts';

const counts = { inTest: 2000, inSoak: 200_000 };

const memory = SearchMemory.create();
const search = new ByteSearch(memory.wasm);
const room = memory.own.bytes;
const { address } = memory.own;

/** Places count from the room's first byte. */
function next(probe: ProbeBytes, start: number, end: number): number {
  const place = search.next(probe, address + start, address + end, true);
  return place === -1 ? -1 : place - address;
}

/** Whether the search over raw bytes leaves a line to be looked into. */
function mayHold(raw: string, needle: TextNeedle): boolean {
  if (!needle.probe) return true;
  return next(needle.probe, 0, room.write(raw)) !== -1;
}

const filter = (text: string) => new TextNeedle(text);

describe('a text that is searched for', () => {
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
    const wanted = filter(data.slice(start, start + random.integer(1, 8)));
    if (!wanted.matchesData(data)) return;
    expect(mayHold(escaped, wanted)).toBe(true);
  });

  it('is not ruled out by any spelling that folds to it, in all of Unicode', () => {
    for (let code = 0; code < 0x110000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const character = String.fromCodePoint(code);
      const hasOneForm = character.toLowerCase() === character && character.toUpperCase() === character;
      if (hasOneForm && code >= 0x3000) continue;
      const bytes = Buffer.from(character);
      for (const folded of character.toLowerCase()) {
        const { probe } = filter(folded);
        if (probe && (probe.length !== bytes.length || !isProbeAt(probe, bytes, 0))) expect.fail(character);
      }
    }
  });

  it('is found in any place of the bytes, and nowhere behind them', () => {
    const needle = filter('Zoë');
    const { probe } = needle;
    if (!probe) throw new Error('It has letters that are spelled in one way.');
    for (let place = 0; place < 40; place++) {
      const text = `${'z'.repeat(place)}zOË${' '.repeat(20)}`;
      const end = room.write(text);
      expect(next(probe, 0, end)).toBe(place + probe.pairStart);
      expect(next(probe, 0, place)).toBe(-1);
      expect(next(probe, place + probe.pairStart + 1, end)).toBe(-1);
    }
    const end = room.write(`${'z'.repeat(30)}\\u00eb`);
    expect(next(probe, 0, end)).toBe(30);
  });
});
