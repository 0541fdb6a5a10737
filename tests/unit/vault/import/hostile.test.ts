/** Files that mean harm, or that nobody meant to import: an answer each, soon, and of a bounded size. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { foundApp } from '#shared/contract/imports.ts';
import { AppError } from '#shared/lib/app-error.ts';
import {
  type ImportResult,
  importLimits,
  isSecretField,
  parseImport,
  previewOf,
} from '../../../../electron/vault/import/index.ts';
import type { SeededRandom } from '../../../support/seeded-random.ts';
import { inRounds, isSoak, roundsInTurn } from '../../../support/soak.ts';
import { countImportSteps } from '../../../support/steps.ts';
import { environmentFixtures } from './fixtures/environment.ts';
import { plant } from './fixtures/fixture.ts';
import { malformedFixtures } from './fixtures/malformed.ts';
import { settingsFixtures } from './fixtures/settings.ts';

const fingerprint = () => '0'.repeat(16);

function parse(content: string | Uint8Array, fileName?: string): ImportResult {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return parseImport(bytes, fileName === undefined ? {} : { fileName });
}

function refusal(content: string | Uint8Array): AppError {
  try {
    parse(content);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('what is no file of credentials is refused with a reason', () => {
  const megabyte = 1024 * 1024;
  test.each([
    [
      '50 MB of text',
      Buffer.alloc(50 * megabyte, 'PUSHER_KEY=abc\n'),
      'The file has 50.0 MB; an import reads 1.0 MB at most.',
    ],
    [
      'a million lines',
      Buffer.alloc(3_000_000, 'A=\n'),
      'The file has 2.9 MB; an import reads 1.0 MB at most.',
    ],
    ['nothing', '', 'The file is empty.'],
    ['white space and a mark', '\ufeff \r\n\t\n', 'The file is empty.'],
    ['random bytes', randomBytes(10_000), 'The file is not a text file.'],
    [
      'the start of a PNG',
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      'The file is not a text file.',
    ],
    ['text with a zero in it', 'PUSHER_KEY=abc\u0000def', 'The file is not a text file.'],
    ['UTF-32', Buffer.from('fffe00005000000055000000', 'hex'), 'The file is not a text file.'],
    ['control characters', '\u0001\u0002\u001b\u0007'.repeat(100), 'The file is not a text file.'],
  ])('%s', (_title, content, message) => {
    const failure = refusal(content);
    expect(failure.code).toBe('invalid_input');
    expect(failure.message).toBe(message);
    expect(failure.hint).toBeTruthy();
  });
});

/** All that a file may have, or in `npm test` a quarter of it: the work grows with the size and no faster, see below. */
const size = isSoak ? importLimits.bytes : importLimits.bytes / 4;
const filled = (piece: string, start = '', end = '') =>
  `${start}${piece.repeat(Math.floor((size - start.length - end.length) / piece.length))}${end}`;
const counted = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

/** Each of them has stopped some parser. */
const large: Readonly<Record<string, string>> = {
  'as many lines as fit': filled('A=\n'),
  'a value of a megabyte': filled('a', 'PUSHER_SECRET='),
  'a value of a megabyte in quotes': filled('a', 'PUSHER_SECRET="', '"'),
  'a quote that is never closed': filled('PUSHER_KEY="a\n'),
  'quotes of three kinds, never closed': filled('A="\nB=\'\nC=`\n'),
  'quotes that are all escaped': filled('\\"', 'PUSHER_KEY="'),
  'apostrophes that are all escaped': filled("\\'", "{'a': '"),
  'backticks that are all escaped': filled('\\`', 'x = `'),
  backslashes: filled('\\'),
  'line continuations': filled('export A=1 \\\n'),
  spaces: filled(' ', 'PUSHER_KEY=', '#'),
  'tabs and dashes': filled('- \t'),
  words: filled('a '),
  'names of many words': filled('a a a a a a=\n'),
  flags: filled('set -a -a -a -a -a \n'),
  'exports without an end': filled('export '),
  'assignments on one line': filled('A=1 ', 'export '),
  'assignments with quotes on one line': filled('A="1" ', 'export '),
  'a platform’s command without an end': filled('heroku config:set a a a a a '),
  'hash signs': filled('#'),
  'dollar signs': filled('$', 'PUSHER_KEY='),
  'references without an end': filled(`\${A`, 'PUSHER_KEY="', '"'),
  'defaults inside each other': filled(`\${A:-`, 'PUSHER_KEY='),
  'equals signs': filled('='),
  colons: filled(': '),
  'section headers': filled('[[a]]\n'),
  'open section headers': filled('[a\n'),
  'keys of YAML, ever deeper': counted(1400, (depth) => `${' '.repeat(depth)}a:`),
  'square brackets': filled('['),
  'curly brackets': filled('{"a":', ''),
  'round brackets': filled('(', 'env'),
  'closing brackets': filled(')]}', '['.repeat(60)),
  'comments that are never closed': filled('/*'),
  'comments, opened and closed': filled('/**/'),
  commas: filled(',', '['),
  arrows: filled("'a' =>", '<?php '),
  'keys of a property list': filled('<key>a</key>', '<plist>'),
  'opening keys': filled('<key>', '<plist>'),
  'strings of JSON': filled('"a",', '[', '""]'),
  'Pusher, again and again': filled('Pusher('),
  'combining characters': filled('e\u0301\u0323'),
  'surrogates and marks': filled('\u202e\ufeff😀'),
};

describe('a large file gets an answer', () => {
  test.each(Object.entries(large))('%s', (_title, text) => {
    const result = parse(Buffer.from(text).subarray(0, size));
    expect(result.apps.length).toBeLessThanOrEqual(importLimits.apps);
    expect(result.apps.length > 0 || result.problems.length > 0).toBe(true);
    expect(JSON.stringify(previewOf(result, fingerprint)).length).toBeLessThan(10_000);
  });
});

describe('more of the same is told within limits', () => {
  test('ten thousand apps', () => {
    const apps = counted(10_000, (index) => `{"id":"${index}","key":"k${index}","secret":"s${index}"},`);
    const result = parse(`[${apps}]`, 'apps.json');
    expect(result.apps).toHaveLength(importLimits.apps);
    expect(result.problems.map((problem) => problem.message)).toContain(
      'The file has 10000 apps; the first 500 are shown.',
    );
  });

  test('ten thousand prefixes', () => {
    const result = parse(
      counted(10_000, (index) => `PUSHER_P${index}_KEY=k${index}\nPUSHER_P${index}_SECRET=s${index}`),
    );
    expect(result.apps).toHaveLength(importLimits.apps);
    expect(new Set(result.apps.map((app) => app.name)).size).toBe(importLimits.apps);
  });

  test('ten thousand conflicts about one value', () => {
    const result = parse(counted(10_000, (index) => `PUSHER_KEY=k${index}`));
    expect(result.apps[0]?.fields.key?.value).toBe('k9999');
    expect(result.apps[0]?.warnings.length).toBeLessThanOrEqual(importLimits.warningsPerApp);
  });

  test('a preview of all of it stays small enough to send', () => {
    const long = 'x'.repeat(60);
    const result = parse(
      counted(1_500, (index) =>
        ['KEY', 'SECRET', 'ENCRYPTION_MASTER_KEY', 'PORT', 'HOST']
          .map((name) => `VITE_PUSHER_${long}${index}_${name}=your-${index} ${index}`)
          .join('\n'),
      ),
    );
    expect(JSON.stringify(previewOf(result, fingerprint)).length).toBeLessThan(5_000_000);
  });
});

describe('references', () => {
  test('a billion laughs are not laughed', () => {
    const text = `A0=${'lol'.repeat(10)}\n${counted(60, (index) => `A${index + 1}="\${A${index}}\${A${index}}"`)}\nPUSHER_KEY="k"\nPUSHER_SECRET="\${A60}"`;
    const [app] = parse(text).apps;
    expect(app?.fields.secret).toBeUndefined();
    expect(app?.warnings.map((warning) => warning.code)).toEqual(['too-long']);
  });

  test('a chain of thirty thousand is followed to its end', () => {
    const text = `A0=value\n${counted(30_000, (index) => `A${index + 1}=\${A${index}}`)}\nPUSHER_KEY=\${A30000}`;
    expect(parse(text).apps[0]?.fields.key?.value).toBe('value');
  });

  test('a circle of thirty thousand has no value', () => {
    const text = `A0=\${A30000}\n${counted(30_000, (index) => `A${index + 1}=\${A${index}}`)}\nPUSHER_KEY=k\nPUSHER_SECRET=\${A5}`;
    expect(parse(text).apps[0]?.warnings.map((warning) => warning.code)).toEqual(['reference-cycle']);
  });

  test('a default of oneself is no circle', () => {
    expect(parse(`PUSHER_KEY=\${PUSHER_KEY:-abc}`).apps[0]?.fields.key?.value).toBe('abc');
  });
});

describe('names of an object’s own', () => {
  test.each([
    '{"__proto__": {"appId": "1", "key": "k", "secret": "s"}, "constructor": {"prototype": {"key": "x"}}}',
    `__proto__=1\nconstructor=2\ntoString=3\nPUSHER___proto___KEY=k\nhasOwnProperty=\${__proto__}\nPUSHER_KEY=\${constructor}`,
    '[__proto__]\nkey = "k"\nsecret = "s"\napp_id = "1"',
    '{"format":"latchkey-apps","version":1,"apps":[{"name":"a","provider":"pusher","dialect":null,"fields":{"__proto__":"x","key":"k"}}]}',
  ])('%s', (text) => {
    const result = parse(text);
    previewOf(result, fingerprint);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('key');
    expect(({} as Record<string, unknown>).appId).toBeUndefined();
    for (const { fields } of result.apps) expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
  });
});

test('depth is limited, and what stands before it is read', () => {
  const planted = plant();
  const text = `[{"id": "${planted.id}", "key": "${planted.key}", "secret": "${planted.secret}"}, ${'['.repeat(100_000)}`;
  const result = parse(text, 'apps.json');
  expect(result.problems.map((problem) => problem.code)).toEqual(['too-deep']);
  expect(result.apps[0]?.fields.secret?.value).toBe(planted.secret);
});

/** Work per character must not grow with the file: twice the file, twice the steps. */
describe('twice the file is twice the work', () => {
  const shapes: Readonly<Record<string, (count: number) => string>> = {
    lines: (count) => 'PUSHER_APP_KEY=abc\nFOO="bar"\n'.repeat(count),
    'open quotes': (count) => 'A="\nB=\'x\nPUSHER_KEY=`\n'.repeat(count),
    'escaped quotes': (count) => `PUSHER_KEY="${'\\"'.repeat(count)}`,
    'escaped apostrophes in code': (count) => `{'a': '${"\\'".repeat(count)}`,
    'escaped backticks in code': (count) => `x = \`${'\\`'.repeat(count)}`,
    'one long line of assignments': (count) => `export ${'PUSHER_KEY=a '.repeat(count)}`,
    'values over several lines': (count) => 'A="b\nc"\n'.repeat(count),
    references: (count) =>
      `A0=x\n${counted(count, (index) => `A${index + 1}=\${A${index}}`)}\nPUSHER_KEY=\${A${count}}`,
    'references to one': (count) =>
      `A=x\nPUSHER_KEY=${`\${A}`.repeat(200)}\n${`PUSHER_B_KEY=\${A}\${A}\n`.repeat(count)}`,
    'references to many': (count) =>
      `${counted(count, (index) => `A${index}=x`)}\nPUSHER_KEY=${counted(count, (index) => `\${A${index}}`).replaceAll('\n', '')}`,
    sections: (count) => '[[apps]]\nkey = "k"\nsecret = "s"\napp_id = "1"\n'.repeat(count),
    'deep YAML': (count) => 'a:\n b:\n  c:\n   key: k\n'.repeat(count),
    'list items': (count) => '- id: 1\n  key: k\n  secret: s\n'.repeat(count),
    'JSON of apps': (count) => `[${'{"id":"1","key":"k","secret":"s"},'.repeat(count)}]`,
    'JSON of strings': (count) => `[${'"a",'.repeat(count)}""]`,
    'brackets, opened and closed': (count) => `[${'({[]})'.repeat(count)}]`,
    'stray closing brackets': (count) => `${'['.repeat(50)}${')'.repeat(count)}`,
    'PHP arrays': (count) =>
      `<?php return [${"'pusher' => ['key' => env('PUSHER_KEY'), 'secret' => 'x'],\n".repeat(count)}];`,
    'property lists': (count) => `<plist>${'<key>appKey</key><string>x</string>'.repeat(count)}`,
    'many apps in variables': (count) => counted(count, (index) => `PUSHER_P${index}_KEY=k${index}`),
  };
  const small = 400;

  test('for every shape', { timeout: 120_000 }, async () => {
    const names = Object.keys(shapes);
    const texts = names.flatMap((name) => [shapes[name]?.(small) ?? '', shapes[name]?.(small * 2) ?? '']);
    // The first one also counts what only happens once.
    const counts = (await countImportSteps([texts[0] ?? '', ...texts])).slice(1);
    for (const [index, name] of names.entries()) {
      const [once = 0, twice = 0] = counts.slice(index * 2, index * 2 + 2);
      expect(once, name).toBeGreaterThan(small);
      expect(twice / once, name).toBeLessThan(2.2);
    }
  });
});

test('bent files of every kind never do worse than to be refused, and never tell a secret', async () => {
  const fixtures = [...environmentFixtures, ...settingsFixtures, ...malformedFixtures];
  await roundsInTurn({ inTest: 400, inSoak: 50_000 }, (random) => {
    const fixture = random.pick(fixtures);
    const content = fixture.text(plant());
    const bent = bend(random, Buffer.from(content));
    let result: ImportResult;
    try {
      result = parse(bent, random.fraction() < 0.5 ? fixture.fileName : undefined);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      return;
    }
    const preview = previewOf(result, fingerprint);
    for (const app of preview.apps) expect(foundApp.parse(app)).toEqual(app);
    const told = toldTexts(preview);
    for (const { fields, name } of result.apps) {
      expect(name.length).toBeLessThanOrEqual(80);
      for (const [id, field] of Object.entries(fields)) {
        const value = field?.value ?? '';
        expect(value).not.toBe('');
        if (!isSecretField(id as keyof typeof fields) || value.length < 8) continue;
        for (const text of told) expect(text).not.toContain(value);
      }
    }
  });
});

/** What may stand where a value should, and end a line too early or too late. */
const strayEnds = [
  '',
  '-',
  'a-',
  '=',
  'x=',
  '+',
  'a+',
  '"',
  "'",
  '`',
  'x:',
  '[',
  '(',
  '{',
  'a,',
  'x\\',
  'a ||',
]
  .concat(['b ??', '$x', `\${A}`, '//', '/*', '=>', ':', 'eu', '7', '#'])
  .concat(Array.from({ length: 5 }, () => randomBytes(32).toString('base64')));

inRounds(
  'a secret under its own name is told of as nothing else, whatever stands around it',
  { inTest: 2000, inSoak: 200_000 },
  (random) => {
    const { secret } = plant();
    const separators = ['=', ' = ', ':', ': ', ' => '];
    const names = [
      'PUSHER_APP_KEY',
      'PUSHER_KEY',
      'PUSHER_APP_ID',
      'PUSHER_HOST',
      'PUSHER_PORT',
      'X',
      'pusher.key',
    ];
    const lines = Array.from(
      { length: 3 },
      () =>
        `${random.pick(names)}${random.pick(separators)}${random.pick(strayEnds)}${random.pick(['', ',', ';'])}`,
    );
    const name = random.pick([
      'PUSHER_APP_SECRET',
      'PUSHER_SECRET',
      'pusher.secret',
      'export PUSHER_APP_SECRET',
    ]);
    const [before, after] = [random.pick(['', '"', "'"]), random.pick(['', '"', "'", ';', ','])];
    const own = `${name}${random.pick(separators)}${before}${secret}${after}`;
    lines.splice(random.integer(0, lines.length), 0, own);
    const text = lines.join(random.pick(['\n', '\r\n', '\n\n']));
    for (const fileName of ['.env', 'app.json', 'broadcasting.php', undefined]) {
      const told = JSON.stringify(previewOf(parse(text, fileName), fingerprint));
      if (told.includes(secret))
        throw new Error(`Told, of a file named ${fileName}: ${text.replaceAll(secret, 'SECRET')}`);
    }
  },
);

/** The texts of a preview that have something of the file in them. All others are Latchkey's own words. */
function toldTexts(preview: unknown): readonly string[] {
  const texts: string[] = [];
  JSON.stringify(preview, (key, value: unknown) => {
    if (typeof value === 'string' && /^(?:name|value|message)$/.test(key)) texts.push(value);
    return value;
  });
  return texts;
}

/** Takes pieces out, doubles them, moves them, and puts in what parsers stumble over. */
function bend(random: SeededRandom, bytes: Buffer): Uint8Array {
  const stumbles = [
    '"',
    "'",
    '`',
    '\\',
    '\n',
    '#',
    `\${`,
    '}',
    '[',
    '{',
    '(',
    ')',
    '=>',
    ':',
    '=',
    '\u0000',
    '\ufeff',
    ' ',
    '$(',
    '/*',
    'export ',
  ];
  let bent = bytes;
  for (let times = random.integer(1, 6); times > 0; times--) {
    const start = random.integer(0, bent.length);
    const end = Math.min(bent.length, start + random.integer(0, 40));
    const piece = bent.subarray(start, end);
    const kind = random.integer(0, 4);
    const middle =
      kind === 0
        ? Buffer.alloc(0)
        : kind === 1
          ? Buffer.concat([piece, piece])
          : kind === 2
            ? Buffer.from(random.pick(stumbles))
            : kind === 3
              ? Buffer.from(random.bytes(random.integer(1, 4)))
              : bent.subarray(end, Math.min(bent.length, end + 60));
    bent = Buffer.concat([bent.subarray(0, start), middle, bent.subarray(end)]);
  }
  return bent;
}
