import { describe, expect, it } from 'vitest';
import { jsonProblem, positionAt } from '../../../../renderer/features/publishing/json-problem.ts';

describe('where JSON goes wrong', () => {
  it.each(['{}', '[]', '1', '-0.5e+3', '"a\\u00e9\\n"', 'null', ' [1, {"a": [true, false]}] '])(
    'finds nothing wrong with %s',
    (text) => expect(jsonProblem(text)).toBeUndefined(),
  );

  it.each([
    ['', 1, 1, /Enter a JSON value/],
    ['{\n  "id": 42,\n}', 2, 11, /Remove this comma/],
    ['[1, 2,]', 1, 6, /Remove this comma/],
    ['{"a" 1}', 1, 6, /“:” should come/],
    ['{a: 1}', 1, 2, /A name in double quotes/],
    ["{'a': 1}", 1, 2, /not single/],
    ["['a']", 1, 2, /not single/],
    ['{"a": 1 "b": 2}', 1, 9, /“,” or “}”/],
    ['{"a": [1, 2}', 1, 12, /“,” or “]”/],
    ['{"a": 1', 1, 8, /begins on line 1, column 1 is not closed/],
    ['[\n  1', 2, 4, /“]” is missing/],
    ['"abc', 1, 1, /not closed/],
    ['"a\nb"', 1, 1, /not closed on its line/],
    ['"a\tb"', 1, 3, /control character/],
    ['"a\\x"', 1, 3, /escape/],
    ['01', 1, 1, /don’t begin with a zero/],
    ['[1.]', 1, 2, /“1.” is not a number/],
    ['-', 1, 1, /not a number/],
    ['True', 1, 1, /“True” is not JSON/],
    ['// note\n{}', 1, 1, /no comments/],
    ['{“a”: 1}', 1, 2, /A name in double quotes/],
    ['“a”', 1, 1, /curly/],
    ['{} {}', 1, 4, /ends before this/],
    ['{"a":}', 1, 6, /can’t begin a value/],
    ['{"a":', 1, 6, /ends where a value/],
  ])('says what and where for %j', (text, line, column, message) => {
    expect(jsonProblem(text)).toMatchObject({ line, column, message: expect.stringMatching(message) });
  });

  it('agrees with JSON.parse on whether text is JSON, for texts cut and mangled at random', () => {
    const whole = '{"a": [1, -2.5e3, "x\\n\\u00e9"], "b": {"c": null, "d": true}, "e": ""}';
    for (let index = 0; index < whole.length; index++) {
      for (const text of [whole.slice(0, index), whole.slice(0, index) + whole.slice(index + 1)]) {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        const found = jsonProblem(text);
        expect(found === undefined, text).toBe(isJson);
        if (found) expect(found.message, text).not.toBe('This is not JSON.');
      }
    }
  });

  it('does not overflow on text that nests deep', () => {
    expect(jsonProblem('['.repeat(20_000))?.message).toMatch(/nests too deep/);
  });

  it('counts columns in characters, not in code units', () => {
    expect(positionAt('😀😀x', 4)).toEqual({ line: 1, column: 3 });
  });
});
