/** The filter language: what texts mean, and what is said of those that mean nothing. */
import { describe, expect, it } from 'vitest';
import {
  completionPlace,
  filterHelp,
  parseFilter,
  quotedIfNeeded,
  resolveTime,
  suggestionsAt,
} from '#shared/lib/filter/index.ts';
import { inRounds } from '../../support/soak.ts';

const counts = { inTest: 3000, inSoak: 300_000 };
const text = (wanted: string) => ({ type: 'text', text: wanted });
const most = Number.MAX_SAFE_INTEGER;

function nodeOf(filter: string) {
  const parsed = parseFilter(filter);
  if (!parsed.isValid) throw new Error(`${filter}: ${parsed.problem.message}`);
  return parsed.node;
}

describe('a filter', () => {
  it.each<[string, unknown]>([
    ['', undefined],
    ['  \t ', undefined],
    // Text.
    ['paid', text('paid')],
    ['"the first"', text('the first')],
    ['"a \\"quoted\\" \\\\ b"', text('a "quoted" \\ b')],
    ['Zoë \\"the', { type: 'and', nodes: [text('Zoë'), text('\\"the')] }],
    ['App\\Events\\Paid', text('App\\Events\\Paid')],
    ['a:b', text('a:b')],
    ['http://x.test/y', text('http://x.test/y')],
    ['{"name":', text('{"name":')],
    ['"id":42', text('"id":42')],
    ['"first name":"Zoë"', text('"first name":"Zoë"')],
    ['/api/orders', text('/api/orders')],
    ['/api', text('/api')],
    ['f(x)', text('f(x)')],
    [':)', text(':)')],
    ['$5.00', text('$5.00')],
    ['-', text('-')],
    ['or', text('or')],
    ['not', text('not')],
    ['order', text('order')],
    ['"channel:x"', text('channel:x')],
    ['"encrypted"', text('encrypted')],
    // Joined.
    ['a b', { type: 'and', nodes: [text('a'), text('b')] }],
    ['a and b', { type: 'and', nodes: [text('a'), text('b')] }],
    ['a b or c', { type: 'or', nodes: [{ type: 'and', nodes: [text('a'), text('b')] }, text('c')] }],
    ['a (b OR c)', { type: 'and', nodes: [text('a'), { type: 'or', nodes: [text('b'), text('c')] }] }],
    ['-a', { type: 'not', node: text('a') }],
    ['not a', { type: 'not', node: text('a') }],
    ['-(a or f(x))', { type: 'not', node: { type: 'or', nodes: [text('a'), text('f(x)')] } }],
    // Fields.
    ['channel:private-*', { type: 'channel', pattern: 'private-*' }],
    ['CHANNEL:"a b"', { type: 'channel', pattern: 'a b' }],
    ['event:App\\Paid', { type: 'event', pattern: 'App\\Paid' }],
    ['user:42', { type: 'user', pattern: '42' }],
    ['dir:in', { type: 'direction', direction: 'in' }],
    ['kind:Client', { type: 'kind', kind: 'client' }],
    ['conn:2', { type: 'connection', connection: 2 }],
    ['key:next', { type: 'key', slot: 'next' }],
    ['encrypted', { type: 'encrypted' }],
    ['undecrypted', { type: 'undecrypted' }],
    ['size:300', { type: 'size', least: 300, most: 300 }],
    ['size:>2k', { type: 'size', least: 2049, most }],
    ['size:>=1.5K', { type: 'size', least: 1536, most }],
    ['size:<1m', { type: 'size', least: 0, most: 1024 ** 2 - 1 }],
    ['size:<=2kB', { type: 'size', least: 0, most: 2048 }],
    ['size:1k..2k', { type: 'size', least: 1024, most: 2048 }],
    ['after:-5m', { type: 'after', time: { form: 'ago', ms: 300_000 } }],
    ['before:14:02', { type: 'before', time: { form: 'timeOfDay', ms: 50_520_000 } }],
    ['after:14:02:11.482', { type: 'after', time: { form: 'timeOfDay', ms: 50_531_482 } }],
    ['after:2026-01-31T09:00:00Z', { type: 'after', time: { form: 'date', atMs: Date.UTC(2026, 0, 31, 9) } }],
    ['after:2026-01-31', { type: 'after', time: { form: 'date', atMs: new Date(2026, 0, 31).getTime() } }],
    // Expressions and paths.
    ['/a b/i', { type: 'regex', source: 'a b', flags: 'iu' }],
    ['/[/]x\\/y/', { type: 'regex', source: '[/]x\\/y', flags: 'u' }],
    ['/\\-/', { type: 'regex', source: '\\-', flags: '' }],
    ['$.data', { type: 'path', steps: [{ type: 'member', name: 'data' }], test: { operator: 'exists' } }],
    [
      '$.data.items[0]["a b"][*]!="x y"',
      {
        type: 'path',
        steps: [
          { type: 'member', name: 'data' },
          { type: 'member', name: 'items' },
          { type: 'index', index: 0 },
          { type: 'member', name: 'a b' },
          { type: 'all' },
        ],
        test: { operator: '!=', text: 'x y', isQuoted: true },
      },
    ],
    ['$.a~b', { type: 'path', steps: [{ type: 'member', name: 'a' }], test: { operator: '~', text: 'b' } }],
    [
      '$.a>=9007199254740993',
      {
        type: 'path',
        steps: [{ type: 'member', name: 'a' }],
        test: { operator: '>=', text: '9007199254740993', isQuoted: false },
      },
    ],
  ])('%s', (filter, expected) => {
    expect(nodeOf(filter)).toEqual(expected);
  });

  it.each<[string, string, number, number]>([
    [
      'a "b c',
      'This quote has no end. Add a quote behind the text, or write \\" to search for a quote.',
      2,
      6,
    ],
    ['""', 'There is nothing to search for between these quotes. Write a text between them.', 0, 2],
    ['a (b', 'This parenthesis is never closed. Add a ), or put it in quotes to search for it.', 2, 3],
    ['a )', 'This parenthesis closes nothing. Remove it, or put it in quotes to search for it.', 2, 3],
    [
      '()',
      'There is nothing between these parentheses. Remove them, or put them in quotes to search for them.',
      0,
      2,
    ],
    ['a or', 'Something has to follow “or”. To search for the word, put it in quotes.', 2, 4],
    ['a and or b', 'Something has to follow “and”. To search for the word, put it in quotes.', 2, 5],
    ['/(/', 'This is no regular expression: Unterminated group.', 0, 3],
    [
      'a /x(',
      'This regular expression has no end. Add a slash behind it, or put it in quotes to search for the text.',
      2,
      5,
    ],
    [
      '/a/g',
      'Behind a regular expression may stand i (ignore case), m (lines) and s (dot matches line ends), each once.',
      3,
      4,
    ],
    [
      'size:',
      'A value has to follow size: a size such as 300, >2k, <=1m or 1k..2k. To search for the text, put it in quotes.',
      0,
      5,
    ],
    [
      'x size:2x',
      'This is no size. Write a size such as 300, >2k, <=1m or 1k..2k. k is 1,024 bytes, m 1,024 k.',
      7,
      9,
    ],
    [
      'size:2k..1k',
      'This is no size. Write a size such as 300, >2k, <=1m or 1k..2k. k is 1,024 bytes, m 1,024 k.',
      5,
      11,
    ],
    ['kind:clients', 'Here has to stand client, event, protocol, note or undecodable.', 5, 12],
    ['dir:up', 'Here has to stand in, out or note.', 4, 6],
    ['key:old', 'Here has to stand next, current or previous.', 4, 7],
    ['conn:64', 'Here has to stand the number of a connection, from 0 to 63.', 5, 7],
    [
      'after:25:00',
      'This is no time. Write a time such as -5m, 14:02, 14:02:11.482 or 2026-01-31T09:00.',
      6,
      11,
    ],
    [
      '$.a[x]',
      'In brackets stands a place such as [0], [*] for any, or a name in quotes such as ["a b"].',
      3,
      4,
    ],
    [
      '$.a.=1',
      'A name has to follow this dot, such as $.data.id. Other names go in brackets: ["a b"].',
      3,
      4,
    ],
    ['$.a= 1', 'A value has to follow, without a blank before it. Write "" for an empty text.', 0, 4],
    [`${'('.repeat(50)}a${')'.repeat(50)}`, 'At most 40 levels can be nested. Leave some out.', 40, 41],
  ])('explains %s', (filter, message, start, end) => {
    expect(parseFilter(filter)).toMatchObject({ isValid: false, problem: { message, start, end } });
  });

  it('searches for a word before a colon that is no field, and asks whether a field was meant', () => {
    expect(parseFilter('x chanel:private')).toMatchObject({
      isValid: true,
      hints: [{ message: 'Searched for as text. Did you mean channel: here?', start: 2, end: 9 }],
    });
    for (const plain of ['json:', 'a:b', 'App:x', '"dir":"in"', 'http://x']) {
      expect(parseFilter(plain), plain).toMatchObject({ isValid: true, hints: [] });
    }
  });

  it('takes a time of day for the last one that has been', () => {
    const noon = new Date(2026, 4, 5, 12).getTime();
    const at = (hours: number, minutes: number) =>
      ({ form: 'timeOfDay', ms: (hours * 60 + minutes) * 60_000 }) as const;
    expect(resolveTime(at(11, 59), noon)).toBe(new Date(2026, 4, 5, 11, 59).getTime());
    expect(resolveTime(at(12, 1), noon)).toBe(new Date(2026, 4, 4, 12, 1).getTime());
    expect(resolveTime({ form: 'ago', ms: 60_000 }, noon)).toBe(noon - 60_000);
  });

  it('of the help can be read, each of them', () => {
    for (const { example } of filterHelp)
      expect(parseFilter(example), example).toMatchObject({ isValid: true });
  });

  inRounds('never fails in another way, and marks a place that is there', counts, (random) => {
    const parts = [
      '"',
      '(',
      ')',
      '/',
      '$.',
      '[',
      ']',
      ':',
      ' ',
      '-',
      'or',
      'not',
      'size',
      'channel',
      '>2k',
      '\\',
      '*',
      'ä',
      '\ud800',
      'x',
    ];
    const filter = Array.from({ length: random.integer(0, 14) }, () => random.pick(parts)).join('');
    const parsed = parseFilter(filter);
    if (parsed.isValid) return;
    const { start, end, message } = parsed.problem;
    expect(start >= 0 && start < end && end <= filter.length + 1, filter).toBe(true);
    expect(message.endsWith('.')).toBe(true);
  });
});

describe('the completion', () => {
  const offered = (filter: string, names: readonly string[] = [], caret = filter.length) => {
    const place = completionPlace(filter, caret);
    return place ? suggestionsAt(place, names).map((each) => each.text) : [];
  };

  it.each<[string, string[]]>([
    ['ch', ['channel:']],
    ['a -e', ['event:', 'encrypted']],
    ['(k', ['kind:', 'key:']],
    ['kind:', ['kind:client', 'kind:event', 'kind:protocol', 'kind:note', 'kind:undecodable']],
    ['kind:cl', ['kind:client']],
    ['kind:client', []],
    ['$', ['$.data']],
    ['zebra', []],
    ['"ch', []],
    ['/ch', []],
  ])('%s', (filter, expected) => {
    expect(offered(filter)).toEqual(expected);
  });

  it('offers names behind a field that has some, in quotes where they need them', () => {
    const names = ['private-a', 'private b', 'say "x"', 'public'];
    expect(completionPlace('a channel:pri', 13)?.names).toEqual({ kind: 'channel', prefix: 'pri' });
    expect(offered('a channel:pri', names)).toEqual(['channel:private-a', 'channel:"private b"']);
    expect(offered('event:"say', names)).toEqual(['event:"say \\"x\\""']);
    expect(offered('user:p', names)).toEqual([]);
  });

  it('replaces the whole word that the caret is in', () => {
    expect(completionPlace('a chXX b', 4)).toMatchObject({ start: 2, end: 6, written: 'ch' });
  });

  inRounds('offers only what can be read', counts, (random) => {
    const before = random.pick(['', 'x ', '(a or ', '-', 'size:>2k -']);
    const start = random.pick([
      '',
      'c',
      'e',
      'k',
      's',
      'kind:',
      'key:',
      'size:',
      'after:',
      'channel:',
      'event:',
      '$',
    ]);
    const names = [random.text('ab*?"\\() /:-$ä', 1, 8), random.text('ab ', 1, 5)];
    const place = completionPlace(before + start, (before + start).length);
    if (!place) return;
    for (const suggestion of suggestionsAt(place, names)) {
      if (suggestion.isOpen) continue;
      const whole: string = (before + start).slice(0, place.start) + suggestion.text;
      const parsed = parseFilter(before.startsWith('(') ? `${whole})` : whole);
      if (!parsed.isValid) expect.fail(`${whole}: ${parsed.problem.message}`);
    }
  });

  inRounds('writes any name so that it is read as that name', counts, (random) => {
    const name = random.text('ab*?"\\()[] /:-$äİ', 1, 10);
    expect(nodeOf(`channel:${quotedIfNeeded(name)}`)).toEqual({ type: 'channel', pattern: name });
  });
});
