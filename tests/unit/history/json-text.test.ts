import { describe, expect, it } from 'vitest';
import { memberText, unwrap, unwrapStart } from '../../../electron/history/json-text.ts';
import { inRounds } from '../../support/soak.ts';

const counts = { inTest: 500, inSoak: 50_000 };

describe('finding a member in JSON text', () => {
  it('gives the value as written, with digits beyond 2^53', () => {
    expect(memberText('{"a":1,"data":{"n":12345678901234567890, "x": 1.0}}', 'data')?.text).toBe(
      '{"n":12345678901234567890, "x": 1.0}',
    );
  });

  it('takes the last of two members with one name, as JSON.parse does', () => {
    expect(memberText('{"data":1,"data":"two"}', 'data')?.text).toBe('"two"');
  });

  it('finds a name that is written with escapes', () => {
    expect(memberText('{"d\\u0061ta":[1]}', 'data')?.text).toBe('[1]');
  });

  it('does not look into values', () => {
    expect(memberText('{"a":{"data":1},"b":"\\"data\\":2"}', 'data')).toBeUndefined();
    expect(memberText('["data"]', 'data')).toBeUndefined();
    expect(memberText('42', 'data')).toBeUndefined();
  });

  inRounds('agrees with JSON.parse on any object, pretty-printed or not', counts, (random) => {
    const value = { before: random.json(), data: random.json(), after: random.json() };
    const text = JSON.stringify(value, null, random.integer(0, 3));
    const found = memberText(text, 'data');
    expect(found?.isWhole).toBe(true);
    expect(JSON.parse(found?.text ?? '')).toEqual(value.data);
  });

  it('gives the beginning of a value that is cut, at any place, without its broken end', () => {
    const content = 'a"\\\n\u00e9😀'.repeat(3);
    const text = JSON.stringify({ data: content }).replaceAll('é', '\\u00e9');
    for (let end = '{"data":"'.length; end < text.length - 1; end++) {
      const value = memberText(text.slice(0, end), 'data');
      expect(value?.isWhole).toBe(false);
      expect(content.startsWith(value ? unwrap(value) : 'nothing')).toBe(true);
    }
  });

  it('gives the start of a long string without unwrapping all of it', () => {
    const value = { text: JSON.stringify('\u0001'.repeat(5000)), isWhole: true };
    expect(unwrapStart(value, 100)).toBe('\u0001'.repeat(100));
  });
});
