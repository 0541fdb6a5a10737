/** What two events differ in, and bytes that are no text. */
import { describe, expect, it } from 'vitest';
import { hexLines } from '../../../renderer/components/hex-view.tsx';
import { parseJson } from '../../../renderer/components/json.ts';
import { changeLimit, diffJson } from '../../../renderer/components/json-diff.ts';

function diff(before: string, after: string) {
  const [one, other] = [parseJson(before), parseJson(after)];
  if (!one || !other) throw new Error('Not JSON');
  return diffJson(one, other).map(({ kind, path, before: was, after: is }) => [kind, path, was, is]);
}

describe('the difference of two JSON texts', () => {
  it.each([
    ['{"a":1,"b":[1,2]}', '{"b":[1,2],"a":1}', []],
    ['{"a":1}', '{"a":"1"}', [['changed', '$.a', '1', '"1"']]],
    ['1', '1.0', [['changed', '$', '1', '1.0']]],
    [
      '{"id":12345678901234567890}',
      '{"id":12345678901234567891}',
      [['changed', '$.id', '12345678901234567890', '12345678901234567891']],
    ],
    [
      '{"o":{"items":[{"id":1}]}}',
      '{"o":{"items":[{"id":2},{"id":3}]}}',
      [
        ['changed', '$.o.items[0].id', '1', '2'],
        ['added', '$.o.items[1]', undefined, expect.stringContaining('id')],
      ],
    ],
    ['{"a":null}', '{}', [['removed', '$.a', 'null', undefined]]],
    ['{"a":{}}', '{"a":[]}', [['changed', '$.a', expect.any(String), expect.any(String)]]],
    [
      '{"__proto__":1,"a b":1}',
      '{"__proto__":2,"a b":2}',
      [
        ['changed', '$.__proto__', '1', '2'],
        ['changed', '$["a b"]', '1', '2'],
      ],
    ],
    ['{"a":1,"a":2}', '{"a":1,"a":3}', [['changed', '$.a(2)', '2', '3']]],
  ])('of %s and %s', (before, after, changes) => {
    expect(diff(before, after)).toEqual(changes);
  });

  it('ends somewhere', () => {
    const many = (value: number) => JSON.stringify(Array.from({ length: 5000 }, () => value));
    expect(diff(many(1), many(2))).toHaveLength(changeLimit);
  });
});

it('bytes are shown by place, value and character', () => {
  expect(hexLines(Uint8Array.from([0xff, 0x00, 0x41, ...Array.from({ length: 15 }, () => 0x20)]))).toEqual(
    [
      '000000  ff 00 41 20 20 20 20 20  20 20 20 20 20 20 20 20  ··A             ',
      '000010  20 20                                              ',
    ].map((line, index) => (index === 0 ? line : expect.stringMatching(/^000010 {2}20 20 +$/))),
  );
  expect(hexLines(new Uint8Array())).toEqual([]);
});
