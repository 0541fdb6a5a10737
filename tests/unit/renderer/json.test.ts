import { describe, expect, it } from 'vitest';
import {
  childrenPerStep,
  formatJson,
  jsonDepthLimit,
  jsonLines,
  jsonSummary,
  parseJson,
} from '../../../renderer/components/json.ts';

const untouched = { toggled: new Set<string>(), shown: new Map<string, number>() };

function parsed(text: string) {
  const node = parseJson(text);
  if (!node) throw new Error('not parsed');
  return node;
}

describe('reading JSON for the tree', () => {
  it('keeps the digits of numbers that a double can’t hold', () => {
    expect(formatJson(parsed('{"id":12345678901234567890,"x":1.10,"e":1E400}'))).toBe(
      '{\n  "id": 12345678901234567890,\n  "x": 1.10,\n  "e": 1E400\n}',
    );
  });

  it('keeps the order of keys, repeated ones, and __proto__', () => {
    const node = parsed('{"b":1,"2":2,"1":3,"b":4,"__proto__":5}');
    expect(node.kind === 'object' && node.entries.map((entry) => entry.key)).toEqual([
      'b',
      '2',
      '1',
      'b',
      '__proto__',
    ]);
  });

  it('decodes escapes in strings and keys', () => {
    expect(parsed('{"a\\u0062":"\\ud83d\\ude00\\n"}')).toEqual({
      kind: 'object',
      entries: [{ key: 'ab', value: { kind: 'string', value: '😀\n' } }],
    });
  });

  it.each([
    '',
    '{',
    '[1,]',
    '{"a":1,}',
    '01',
    '+1',
    'nul',
    '"a',
    '"\n"',
    '1 2',
    "{'a':1}",
    '[1 2]',
    '{"a" 1}',
    'NaN',
  ])('refuses %j, as JSON.parse does', (text) => {
    expect(parseJson(text)).toBeUndefined();
    expect(() => JSON.parse(text)).toThrow();
  });

  it.each(['null', '[]', ' { } ', '-0', '"x"', '[[],{}]', '{"a":[1,{"b":null}]}'])('accepts %j', (text) => {
    expect(JSON.parse(formatJson(parsed(text)))).toEqual(JSON.parse(text));
  });

  it('gives up on text that nests too deep, instead of overflowing', () => {
    const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(parseJson(deep(jsonDepthLimit))).toBeDefined();
    expect(parseJson(deep(200_000))).toBeUndefined();
  });
});

describe('the lines of the tree', () => {
  it('opens the two outer levels and folds the rest', () => {
    const lines = jsonLines(parsed('{"a":{"b":{"c":1}},"d":2}'), untouched);
    expect(lines.map((line) => [line.label, line.depth, line.isExpanded])).toEqual([
      [null, 0, true],
      ['a', 1, true],
      ['b', 2, false],
      ['d', 1, undefined],
    ]);
  });

  it('turns what the user has turned', () => {
    const lines = jsonLines(parsed('{"a":{"b":1}}'), { ...untouched, toggled: new Set(['/0']) });
    expect(lines.map((line) => line.label)).toEqual([null, 'a']);
  });

  it('tells repeated keys apart', () => {
    const paths = jsonLines(parsed('{"a":1,"a":2}'), untouched).map((line) => line.path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('draws long arrays in steps', () => {
    const node = parsed(JSON.stringify(Array.from({ length: childrenPerStep + 50 }, (_, index) => index)));
    const folded = jsonLines(node, untouched);
    expect(folded).toHaveLength(1);
    const open = jsonLines(node, { ...untouched, toggled: new Set(['']) });
    expect(open).toHaveLength(1 + childrenPerStep + 1);
    expect(open.at(-1)?.hidden).toBe(50);
    const more = jsonLines(node, { toggled: new Set(['']), shown: new Map([['', 1_000]]) });
    expect(more).toHaveLength(1 + childrenPerStep + 50);
  });

  it('sums up a folded branch within its limit', () => {
    expect(jsonSummary(parsed('{"a":[1,2],"b":"x"}'))).toBe('{ "a": [1, 2], "b": "x" }');
    expect(jsonSummary(parsed(JSON.stringify({ a: 'x'.repeat(500) }))).length).toBeLessThanOrEqual(81);
  });
});
