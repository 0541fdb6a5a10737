/**
 * Reads the filter language:
 *   either   = all { "or" all }
 *   all      = one { ["and"] one }
 *   one      = ("-" | "not ") one | "(" either ")" | condition
 * A condition is a field (`size:>2k`), a word (`encrypted`), a path (`$.data.id=42`), a regular expression, or text.
 * Text that looks like none of the others is searched for as it stands: `App\Events\Paid`, `{"id":`, `a:b`, `/api/x`.
 * Messages never repeat what was typed: they go into logs and failures, and the page marks the place.
 */
import {
  type Comparison,
  type FilterNode,
  type FilterRemark,
  filterDirections,
  filterKeys,
  filterKinds,
  type ParsedFilter,
  type PathStep,
  type TimePoint,
} from './ast.ts';
import { filterField, filterWords, nearestField } from './fields.ts';

/** Deeper nesting is refused, so that whoever walks the tree needs no care. */
const depthLimit = 40;

/** Never throws. */
export function parseFilter(text: string): ParsedFilter {
  try {
    const parser = new Parser(text);
    return { isValid: true, node: parser.whole(), hints: parser.hints };
  } catch (error) {
    if (error instanceof Unreadable) return { isValid: false, problem: error.problem };
    throw error;
  }
}

class Unreadable extends Error {
  readonly problem: FilterRemark;

  constructor(problem: FilterRemark) {
    super(problem.message);
    this.problem = problem;
  }
}

function fail(message: string, start: number, end: number, isOpen = false): never {
  throw new Unreadable({ message, start, end: Math.max(end, start + 1), ...(isOpen ? { isOpen } : {}) });
}

const blank = /\s/;

class Parser {
  readonly hints: FilterRemark[] = [];
  readonly #text: string;
  #position = 0;
  /** Open parentheses around the position. */
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): FilterNode | undefined {
    this.#skipBlanks();
    if (this.#isAtEnd) return undefined;
    const node = this.#either();
    this.#skipBlanks();
    if (!this.#isAtEnd) {
      fail(
        'This parenthesis closes nothing. Remove it, or put it in quotes to search for it.',
        this.#position,
        this.#position + 1,
      );
    }
    return node;
  }

  get #isAtEnd(): boolean {
    return this.#position >= this.#text.length;
  }

  get #next(): string {
    return this.#text[this.#position] ?? '';
  }

  #skipBlanks(): void {
    while (!this.#isAtEnd && blank.test(this.#next)) this.#position++;
  }

  /** At a place where a condition could begin: is there none? */
  get #isClosed(): boolean {
    return this.#isAtEnd || (this.#next === ')' && (this.#depth > 0 || this.#isBoundary(this.#position + 1)));
  }

  #either(): FilterNode {
    const nodes = [this.#all()];
    for (;;) {
      this.#skipBlanks();
      const start = this.#position;
      if (!this.#takeWord('or')) break;
      this.#skipBlanks();
      if (this.#isClosed)
        fail(
          'Something has to follow “or”. To search for the word, put it in quotes.',
          start,
          start + 2,
          true,
        );
      nodes.push(this.#all());
    }
    return combined('or', nodes);
  }

  #all(): FilterNode {
    const nodes = [this.#one()];
    for (;;) {
      this.#skipBlanks();
      if (this.#isClosed || this.#isWord('or')) break;
      const start = this.#position;
      if (this.#takeWord('and')) {
        this.#skipBlanks();
        if (this.#isClosed || this.#isWord('or'))
          fail(
            'Something has to follow “and”. To search for the word, put it in quotes.',
            start,
            start + 3,
            true,
          );
      }
      nodes.push(this.#one());
    }
    return combined('and', nodes);
  }

  #one(): FilterNode {
    this.#skipBlanks();
    const start = this.#position;
    if (this.#next === '-' && start + 1 < this.#text.length && !this.#isBoundary(start + 1)) {
      this.#position++;
      return { type: 'not', node: this.#deeper(start, () => this.#one()) };
    }
    if (this.#isWord('not')) {
      this.#position += 3;
      this.#skipBlanks();
      if (!this.#isClosed && !this.#isWord('or') && !this.#isWord('and'))
        return { type: 'not', node: this.#deeper(start, () => this.#one()) };
      this.#position = start;
    }
    if (this.#next === '(') return this.#group();
    return this.#condition();
  }

  #nesting = 0;

  #deeper<T>(start: number, read: () => T): T {
    if (++this.#nesting > depthLimit)
      fail(`At most ${depthLimit} levels can be nested. Leave some out.`, start, start + 1);
    const result = read();
    this.#nesting--;
    return result;
  }

  #group(): FilterNode {
    const start = this.#position++;
    this.#skipBlanks();
    if (this.#next === ')')
      fail(
        'There is nothing between these parentheses. Remove them, or put them in quotes to search for them.',
        start,
        this.#position + 1,
      );
    if (this.#isAtEnd) fail(unclosedGroup, start, start + 1, true);
    this.#depth++;
    const node = this.#deeper(start, () => this.#either());
    this.#depth--;
    this.#skipBlanks();
    if (this.#next !== ')') fail(unclosedGroup, start, start + 1, true);
    this.#position++;
    return node;
  }

  #condition(): FilterNode {
    const next = this.#next;
    if (next === '/') return this.#regex() ?? this.#plainText();
    if (next === '"') return this.#quoted() ?? this.#plainText();
    if (next === '$' && /^\$[.[]/.test(this.#text.slice(this.#position, this.#position + 2)))
      return this.#path();
    return this.#field() ?? this.#plainText();
  }

  /** Undefined: it only begins with a slash, such as `/api/orders`. */
  #regex(): FilterNode | undefined {
    const start = this.#position;
    let isInClass = false;
    let end = start + 1;
    for (; end < this.#text.length; end++) {
      const character = this.#text[end];
      if (character === '\\') end++;
      else if (character === '[') isInClass = true;
      else if (character === ']') isInClass = false;
      else if (character === '/' && !isInClass) break;
    }
    if (end >= this.#text.length) {
      const wordEnd = this.#endOfWord(start);
      if (!/[\\^$*+?()[\]{}|]/.test(this.#text.slice(start, wordEnd))) return undefined;
      fail(
        'This regular expression has no end. Add a slash behind it, or put it in quotes to search for the text.',
        start,
        this.#text.length,
      );
    }
    const source = this.#text.slice(start + 1, end);
    const flags = /^[A-Za-z]*/.exec(this.#text.slice(end + 1))?.[0] ?? '';
    const after = end + 1 + flags.length;
    if (source === '' || !this.#isBoundary(after)) return undefined;
    if (!/^[ims]*$/.test(flags) || new Set(flags).size !== flags.length) {
      // `/api/orders` is a path; `/x/g` is an expression with a flag that has no use here.
      if (flags.length > 4 || !/^[dgimsuvy]*$/.test(flags)) return undefined;
      fail(
        'Behind a regular expression may stand i (ignore case), m (lines) and s (dot matches line ends), each once.',
        end + 1,
        after,
      );
    }
    try {
      new RegExp(source, `${flags}u`);
    } catch {
      try {
        // Without `u`, which is stricter than what people write.
        new RegExp(source, flags);
      } catch (error) {
        fail(`This is no regular expression: ${reasonOf(error)}.`, start, after);
      }
      this.#position = after;
      return { type: 'regex', source, flags };
    }
    this.#position = after;
    return { type: 'regex', source, flags: `${flags}u` };
  }

  /** Undefined: the quotes are part of a longer text, such as `"id":42`. */
  #quoted(): FilterNode | undefined {
    const start = this.#position;
    const read = this.#readQuoted(start);
    if (!this.#isBoundary(read.end)) return undefined;
    this.#position = read.end;
    if (read.value.trim() === '')
      fail(
        'There is nothing to search for between these quotes. Write a text between them.',
        start,
        read.end,
      );
    return { type: 'text', text: read.value };
  }

  #readQuoted(start: number): { readonly value: string; readonly end: number } {
    let value = '';
    for (let at = start + 1; at < this.#text.length; at++) {
      const character = this.#text[at] ?? '';
      if (character === '"') return { value, end: at + 1 };
      const following = this.#text[at + 1];
      if (character === '\\' && (following === '"' || following === '\\')) {
        value += following;
        at++;
      } else value += character;
    }
    return fail(
      'This quote has no end. Add a quote behind the text, or write \\" to search for a quote.',
      start,
      this.#text.length,
    );
  }

  #plainText(): FilterNode {
    const start = this.#position;
    const end = this.#endOfWord(start);
    this.#position = end;
    const text = this.#text.slice(start, end);
    if (text === '') fail('This can’t be read. Put it in quotes to search for it.', start, start + 1);
    const word = filterWords.find((each) => each.word === text.toLowerCase());
    if (word) return { type: word.word };
    const colon = text.indexOf(':');
    const meant = /^[A-Za-z]+:/.test(text) ? nearestField(text.slice(0, colon)) : undefined;
    if (meant)
      this.hints.push({
        message: `Searched for as text. Did you mean ${meant.name}: here?`,
        start,
        end: start + colon + 1,
      });
    return { type: 'text', text };
  }

  /** Quotes inside of a text hold blanks together, and parentheses come in pairs. */
  #endOfWord(start: number): number {
    let open = 0;
    let at = start;
    for (; at < this.#text.length; at++) {
      const character = this.#text[at] ?? '';
      if (blank.test(character)) break;
      if (character === '(') open++;
      else if (character === ')' && open > 0) open--;
      else if (character === ')' && this.#depth > 0) break;
      else if (character === '"' && this.#text[at - 1] !== '\\' && this.#text[start] !== '\\') {
        const close = this.#text.indexOf('"', at + 1);
        // `{"place":"some` is a text as well: only what closes before the next blank or stands first holds together.
        if (close !== -1 && (at === start || !blank.test(this.#text.slice(at, close)))) at = close;
      }
    }
    return at;
  }

  #field(): FilterNode | undefined {
    const start = this.#position;
    const name = /^[A-Za-z]+(?=:)/.exec(this.#text.slice(start, start + 20))?.[0];
    const field = name === undefined ? undefined : filterField(name);
    if (!name || !field) return undefined;
    const valueStart = start + name.length + 1;
    const isQuoted = this.#text[valueStart] === '"';
    let value: string;
    let end: number;
    if (isQuoted) {
      ({ value, end } = this.#readQuoted(valueStart));
      if (!this.#isBoundary(end)) fail('A blank has to follow this quote.', end, end + 1);
    } else {
      end = this.#endOfWord(valueStart);
      value = this.#text.slice(valueStart, end);
    }
    if (value === '') {
      fail(
        `A value has to follow ${field.name}: ${expected(field.name)} To search for the text, put it in quotes.`,
        start,
        valueStart,
      );
    }
    const node = conditionOf(field.name, value, (message) => fail(message, valueStart, end));
    this.#position = end;
    return node;
  }

  #path(): FilterNode {
    const start = this.#position++;
    const steps: PathStep[] = [];
    for (;;) {
      const at = this.#position;
      const rest = this.#text.slice(at);
      if (rest.startsWith('[')) {
        const bracket = /^\[(?:(\d{1,9})|(\*))\]/.exec(rest);
        if (bracket) {
          steps.push(
            bracket[1] === undefined ? { type: 'all' } : { type: 'index', index: Number(bracket[1]) },
          );
          this.#position += bracket[0].length;
          continue;
        }
        if (!rest.startsWith('["'))
          fail(
            'In brackets stands a place such as [0], [*] for any, or a name in quotes such as ["a b"].',
            at,
            at + 1,
          );
        const { value, end } = this.#readQuoted(at + 1);
        if (this.#text[end] !== ']') fail('This bracket has no end. Add a ] behind the name.', at, end);
        steps.push({ type: 'member', name: value });
        this.#position = end + 1;
      } else if (rest.startsWith('.')) {
        const name = /^\.([^\s.[\]()=!<>~"]+)/.exec(rest)?.[1];
        if (name === undefined)
          fail(
            'A name has to follow this dot, such as $.data.id. Other names go in brackets: ["a b"].',
            at,
            at + 1,
          );
        steps.push(name === '*' ? { type: 'all' } : { type: 'member', name });
        this.#position += name.length + 1;
      } else break;
    }
    return { type: 'path', steps, test: this.#pathTest(start) };
  }

  #pathTest(start: number): Extract<FilterNode, { type: 'path' }>['test'] {
    const at = this.#position;
    if (this.#isBoundary(at)) return { operator: 'exists' };
    const sign = /^(?:==?|!=|>=|<=|>|<|~)/.exec(this.#text.slice(at, at + 2))?.[0];
    if (sign === undefined)
      fail('Behind a path stands nothing, or one of = != > < >= <= ~ and a value.', at, at + 1);
    const operator = sign === '==' ? '=' : sign;
    const valueStart = at + sign.length;
    const isQuoted = this.#text[valueStart] === '"';
    const { value, end } = isQuoted
      ? this.#readQuoted(valueStart)
      : {
          value: this.#text.slice(valueStart, this.#endOfWord(valueStart)),
          end: this.#endOfWord(valueStart),
        };
    if (isQuoted && !this.#isBoundary(end)) fail('A blank has to follow this quote.', end, end + 1);
    if (value === '' && !isQuoted)
      fail(
        'A value has to follow, without a blank before it. Write "" for an empty text.',
        start,
        valueStart,
      );
    this.#position = end;
    if (operator === '~') return { operator, text: value };
    return { operator: operator as Comparison, text: value, isQuoted };
  }

  /** Words of the language are written in small or in large letters. */
  #isWord(word: string): boolean {
    const part = this.#text.slice(this.#position, this.#position + word.length);
    return (part === word || part === word.toUpperCase()) && this.#isBoundary(this.#position + word.length);
  }

  #takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false;
    this.#position += word.length;
    return true;
  }

  /** A condition may end here. */
  #isBoundary(at: number): boolean {
    const character = this.#text[at];
    return character === undefined || blank.test(character) || (character === ')' && this.#depth > 0);
  }
}

const unclosedGroup = 'This parenthesis is never closed. Add a ), or put it in quotes to search for it.';

function combined(type: 'and' | 'or', nodes: readonly FilterNode[]): FilterNode {
  const [first] = nodes;
  return nodes.length === 1 && first ? first : { type, nodes };
}

/** Without the expression itself, which V8 puts before it. */
function reasonOf(error: unknown): string {
  const { message } = error as Error;
  return message.slice(message.lastIndexOf(': ') + 2).replace(/\.$/, '');
}

function expected(field: string): string {
  switch (field) {
    case 'channel':
      return 'a name such as private-orders, or private-*.';
    case 'event':
      return 'a name such as order.created, or order.*.';
    case 'user':
      return 'a user id.';
    case 'dir':
      return `${listed(filterDirections)}.`;
    case 'kind':
      return `${listed(filterKinds)}.`;
    case 'key':
      return `${listed(filterKeys)}.`;
    case 'conn':
      return 'the number of a connection, from 0 to 63.';
    case 'size':
      return 'a size such as 300, >2k, <=1m or 1k..2k.';
    default:
      return 'a time such as -5m, 14:02, 14:02:11.482 or 2026-01-31T09:00.';
  }
}

function listed(values: readonly string[]): string {
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

function conditionOf(field: string, value: string, refuse: (message: string) => never): FilterNode {
  const oneOf = <T extends string>(values: readonly T[]): T =>
    values.find((each) => each === value.toLowerCase()) ?? refuse(`Here has to stand ${expected(field)}`);
  switch (field) {
    case 'channel':
    case 'event':
    case 'user':
      return { type: field, pattern: value };
    case 'dir':
      return { type: 'direction', direction: oneOf(filterDirections) };
    case 'kind':
      return { type: 'kind', kind: oneOf(filterKinds) };
    case 'key':
      return { type: 'key', slot: oneOf(filterKeys) };
    case 'conn':
      if (!/^\d{1,2}$/.test(value) || Number(value) > 63) refuse(`Here has to stand ${expected(field)}`);
      return { type: 'connection', connection: Number(value) };
    case 'size':
      return (
        sizeOf(value) ?? refuse(`This is no size. Write ${expected(field)} k is 1,024 bytes, m 1,024 k.`)
      );
    case 'after':
    case 'before':
      return { type: field, time: timeOf(value) ?? refuse(`This is no time. Write ${expected(field)}`) };
    default:
      throw new Error('A field without a meaning.');
  }
}

function sizeOf(value: string): FilterNode | undefined {
  const range = /^(.+)\.\.(.+)$/.exec(value);
  if (range) {
    const least = bytesOf(range[1] ?? '');
    const most = bytesOf(range[2] ?? '');
    return least === undefined || most === undefined || least > most
      ? undefined
      : { type: 'size', least, most };
  }
  const [, sign, text] = /^(>=|<=|>|<|=)?(.+)$/.exec(value) ?? [];
  const bytes = bytesOf(text ?? '');
  if (bytes === undefined) return undefined;
  switch (sign) {
    case '>':
      return { type: 'size', least: Math.floor(bytes) + 1, most: Number.MAX_SAFE_INTEGER };
    case '>=':
      return { type: 'size', least: Math.ceil(bytes), most: Number.MAX_SAFE_INTEGER };
    case '<':
      return { type: 'size', least: 0, most: Math.ceil(bytes) - 1 };
    case '<=':
      return { type: 'size', least: 0, most: Math.floor(bytes) };
    default:
      return { type: 'size', least: bytes, most: bytes };
  }
}

/** 2k, 1.5m, 300, 300b. */
function bytesOf(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,12}(?:\.\d{1,6})?)([kmg]?)(?:i?b)?$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  return Number(number) * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(unit ?? '').toLowerCase() as ''];
}

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `-5m`, `14:02:11.482`, `2026-01-31T09:00`. Undefined: it is none of these. */
export function timeOf(value: string): TimePoint | undefined {
  const [, amount, unit] = /^-(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(value) ?? [];
  if (amount !== undefined)
    return { form: 'ago', ms: Number(amount) * unitsMs[unit as keyof typeof unitsMs] };
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,3})?))?$/.exec(value);
  if (clock) {
    const [hours, minutes, seconds] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)];
    if (hours > 23 || minutes > 59 || seconds >= 60) return undefined;
    return { form: 'timeOfDay', ms: hours * unitsMs.h + minutes * unitsMs.m + seconds * 1000 };
  }
  const date =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?))?$/i.exec(value);
  if (!date) return undefined;
  // A date alone would be read as UTC; everything else without a zone is local.
  const atMs = Date.parse(`${date[1]}T${date[2] ?? '00:00'}`.toUpperCase());
  return Number.isNaN(atMs) ? undefined : { form: 'date', atMs };
}

/** Milliseconds since 1970 of a time in a filter that is applied at `nowMs`. */
export function resolveTime(time: TimePoint, nowMs: number): number {
  if (time.form === 'date') return time.atMs;
  if (time.form === 'ago') return nowMs - time.ms;
  const today = new Date(nowMs);
  const at = (day: number) =>
    new Date(today.getFullYear(), today.getMonth(), day, 0, 0, 0, time.ms).getTime();
  const onThisDay = at(today.getDate());
  return onThisDay <= nowMs ? onThisDay : at(today.getDate() - 1);
}
