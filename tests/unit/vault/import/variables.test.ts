import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Expander } from '../../../../electron/vault/import/expansion.ts';
import { readVariables } from '../../../../electron/vault/import/variables.ts';
import { roundsInTurn } from '../../../support/soak.ts';

/** Every variable with its value, or with what became of it. */
function read(text: string): readonly (readonly [name: string, value: string])[] {
  const variables = readVariables(text);
  const expander = new Expander(text, variables);
  return variables.map((variable) => {
    const expansion = expander.valueOf(variable);
    return [variable.name, expansion.state === 'value' ? expansion.value : `(${expansion.state})`] as const;
  });
}

describe('one line', () => {
  test.each([
    ['A=b', [['A', 'b']]],
    ['  A = b  ', [['A', 'b']]],
    ['A=', [['A', '']]],
    ['A="b # c" # d', [['A', 'b # c']]],
    ["A='b' # c", [['A', 'b']]],
    ['A=`b`', [['A', 'b']]],
    ['A=b # c', [['A', 'b']]],
    ['A="b\\"c\\\\d\\ne"', [['A', 'b"c\\d\ne']]],
    ["A='b\\nc'", [['A', 'b\\nc']]],
    [
      'export A=b C="d e" # f',
      [
        ['A', 'b'],
        ['C', 'd e'],
      ],
    ],
    ["export A='it'\\''s'", [['A', "it's"]]],
    [
      'A=1 B=2 npm start',
      [
        ['A', '1'],
        ['B', '2'],
      ],
    ],
    ['set A=b c', [['A', 'b c']]],
    ['SET "A=b & c"', [['A', 'b & c']]],
    ['set -gx A b', [['A', 'b']]],
    ['setenv A b', [['A', 'b']]],
    ['setx A "b" /M', [['A', 'b']]],
    ['$env:A = "b"', [['A', 'b']]],
    [`\${env:A}="b"`, [['A', 'b']]],
    ['ENV A b', [['A', 'b']]],
    [
      'ENV A=b C=d',
      [
        ['A', 'b'],
        ['C', 'd'],
      ],
    ],
    [
      'Environment="A=b c" D=e',
      [
        ['A', 'b c'],
        ['D', 'e'],
      ],
    ],
    ['- A=b', [['A', 'b']]],
    [
      'heroku config:set A=b C=d -a shop',
      [
        ['A', 'b'],
        ['C', 'd'],
      ],
    ],
    ['fly secrets set A=b', [['A', 'b']]],
    ['A: b # c', [['A', 'b']]],
    ['A: "b"', [['A', 'b']]],
    ['A: b,', []],
    ['A="b",', []],
    ['# A=b', []],
    ['; A=b', []],
    ['// A=b', []],
    ['REM A=b', []],
    ['set -euo pipefail', []],
    ['A=$(b)', [['A', '(command)']]],
    ['export A=`b`', [['A', '(command)']]],
  ] as const)('%s', (line, variables) => {
    expect(read(line)).toEqual(variables);
  });
});

describe('references', () => {
  test.each([
    ['A=@{B}', '(elsewhere)'],
    ['A=@{B:-c}', 'c'],
    ['A=@{B-c}', 'c'],
    ['A=@{B:=c}', 'c'],
    ['A=@{B:?no}', '(elsewhere)'],
    ['B=b\nA=@{B:+c}', 'b'],
    ['B=b\nA=@{B}@{B}', 'bb'],
    ['B=b\nA=@B-@C', 'b-@C'],
    ["B=b\nA='@{B}'", '@{B}'],
    ['B=b\nA="\\@{B}"', '@{B}'],
    ['B=\nA=@{B:-c}', 'c'],
    ['A=@{B:-@{C:-d}}', 'd'],
    ['A=@{A:-b}', 'b'],
    ['A=@{A}', '(elsewhere)'],
    ['B=@{A}\nA=@{B}', '(cycle)'],
    ['A=@{B}\nB=b\nB=c', 'c'],
  ])('%s, with $ for @', (text, value) => {
    const dollars = (written: string) => written.replaceAll('@', '$');
    expect(new Map(read(dollars(text))).get('A')).toBe(dollars(value));
  });
});

test('sections tell records apart, and end where their indentation ends', () => {
  const text =
    'top: 1\na:\n  b:\n    key: 2\n  key: 3\nkey: 4\n[s]\nkey = 5\n[[t]]\nkey = 6\n[[t]]\nkey = 7\n';
  expect(readVariables(text).map(({ section, line }) => `${line} ${section}`)).toEqual([
    '1 ',
    '4 a/b',
    '5 a',
    '6 ',
    '8 s',
    '10 t',
    '12 t 2',
  ]);
});

/** Node's own reader of such files is another program with the same task: where nothing is in doubt they agree. */
test('agrees with Node on whatever is not in doubt', async () => {
  const alphabet = 'abcXYZ019+/=._-:@%^,; \t\'"`#';
  let compared = 0;
  await roundsInTurn({ inTest: 4_000, inSoak: 200_000 }, (random) => {
    const quote = random.pick(['', '"', "'", '`']);
    const inner = random.text(alphabet, 1, 20).replaceAll(quote === '' ? '\u0000' : quote, '');
    const text = `V=${quote}${inner}${quote}${random.pick(['', ' # c', '  '])}\nW=1\n`;
    const variables = readVariables(text);
    const [variable] = variables;
    // In doubt: several words without quotes, quotes in the middle, and a # or a comma beside the value.
    const isInDoubt = quote === '' && /[\s'"`#]|^[;,]/.test(inner);
    if (isInDoubt || variable?.note) return;
    compared++;
    expect(read(text), text).toEqual([
      ['V', parseEnv(text).V ?? ''],
      ['W', '1'],
    ]);
  });
  expect(compared).toBeGreaterThan(1_000);
});
