/**
 * Reads nested settings: JSON, PHP arrays, and the literals in snippets of JavaScript, Ruby, Python, Go, Swift, Java,
 * Kotlin, C# and Dart. All of them write names, a sign between (`:`, `=>`, `=`), and values in quotes or in brackets, so
 * one reader serves, and no language is parsed, let alone executed. What it does not know becomes a sign without meaning.
 *
 * A parser for each language was considered: there is none for PHP that is small, JSON's own tells no lines and refuses
 * a file that was copied one bracket short, and snippets are rarely whole programs.
 *
 * It reads the text once, from left to right, keeps its own stack, and stops at limits for depth and amount.
 */
import { type ImportProblem, importLimits } from './model.ts';

export interface TextItem {
  readonly kind: 'text';
  readonly text: string;
  readonly line: number;
  /** The program puts something into it (`${x}`, `#{x}`), or it is longer than any credential. */
  readonly isComputed: boolean;
}

/** An identifier with what belongs to it (`process.env.X`, `Pusher::Client.new`), or a number. */
export interface WordItem {
  readonly kind: 'word';
  readonly text: string;
  readonly line: number;
}

export interface SignItem {
  readonly kind: 'sign';
  readonly text: string;
  readonly line: number;
}

export interface GroupItem {
  readonly kind: 'group';
  /** The word before the bracket, such as `env` or `new Pusher`'s `Pusher`. Empty without one. */
  readonly callee: string;
  readonly bracket: '(' | '[' | '{' | '';
  readonly entries: Entry[];
  readonly line: number;
}

export type Item = TextItem | WordItem | SignItem | GroupItem;

/** `name: value`, or a value without a name. */
export interface Entry {
  readonly name: string | undefined;
  readonly line: number;
  readonly items: readonly Item[];
}

export interface Notation {
  readonly root: GroupItem;
  readonly problem: ImportProblem | undefined;
}

export function readNotation(text: string): Notation {
  return new NotationReader(text).read();
}

/** Of one value, no more is kept: it is computed anyway. */
const itemsPerEntry = 40;

const closers: Readonly<Record<string, '(' | '[' | '{'>> = { ')': '(', ']': '[', '}': '{' };

const wordPattern = /[A-Za-z_$@][\w$]*(?:(?:\?\.|\.|::|->|\\)[A-Za-z_$][\w$]*)*/y;
const numberPattern = /\d[\w.]*/y;
const symbolPattern = /:([A-Za-z_]\w*)/y;
const signPattern = /===|!==|=>|==|!=|<=|>=|:=|\?\?|\|\||&&|\?:|::|->|./suy;

interface OpenGroup {
  readonly group: GroupItem;
  name: string | undefined;
  line: number;
  hasName: boolean;
  items: Item[];
}

class NotationReader {
  readonly #text: string;
  readonly #isPhp: boolean;
  readonly #stack: OpenGroup[] = [];
  readonly #searchedInVain = new Map<string, number>();
  #at = 0;
  #line = 1;
  #nodes = 0;
  #problem: ImportProblem | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#isPhp = text.slice(0, 1000).includes('<?');
  }

  read(): Notation {
    const root = this.#open('', '');
    while (this.#at < this.#text.length && this.#problem === undefined) this.#readToken();
    const unclosed = this.#stack[1];
    if (unclosed && this.#problem === undefined) {
      this.#fail('malformed', 'The file ends in the middle: a bracket is not closed.', unclosed.group.line);
    }
    while (this.#stack.length > 0) this.#close();
    return { root: root.group, problem: this.#problem };
  }

  #readToken(): void {
    const character = this.#text[this.#at] ?? '';
    if (character === '\n') this.#readLineBreak();
    else if (/\s/.test(character)) this.#at++;
    else if (this.#isComment(character)) this.#skipComment(character);
    else if (character === '"' || character === "'" || character === '`') this.#readText(character);
    else if (character === '(' || character === '[' || character === '{') this.#openAfterWord(character);
    else if (character in closers) this.#closeBracket(closers[character]);
    else if (character === ',' || character === ';') {
      this.#at++;
      this.#endEntry();
    } else this.#readWordOrSign();
  }

  #readLineBreak(): void {
    this.#at++;
    this.#line++;
    const top = this.#top();
    if (top.group.bracket !== '' && top.group.bracket !== '{') return;
    const last = top.items.at(-1);
    if (last && last.kind !== 'sign') this.#endEntry();
  }

  #isComment(character: string): boolean {
    const next = this.#text[this.#at + 1];
    if (character === '/') return next === '/' || next === '*';
    if (character !== '#') return false;
    return this.#at === 0 || /\s/.test(this.#text[this.#at - 1] ?? '');
  }

  #skipComment(character: string): void {
    if (character === '/' && this.#text[this.#at + 1] === '*') {
      const end = this.#text.indexOf('*/', this.#at + 2);
      this.#moveTo(end === -1 ? this.#text.length : end + 2);
    } else {
      const end = this.#text.indexOf('\n', this.#at);
      this.#at = end === -1 ? this.#text.length : end;
    }
  }

  #readText(quote: '"' | "'" | '`'): void {
    const isTriple = quote !== '`' && this.#text.startsWith(quote.repeat(3), this.#at);
    const start = this.#at + (isTriple ? 3 : 1);
    const end = isTriple ? this.#text.indexOf(quote.repeat(3), start) : this.#endOfText(quote, start);
    const line = this.#line;
    if (end === undefined || end === -1) {
      // An apostrophe in prose, most likely: the rest of the line says nothing.
      this.#at = start;
      this.#push({ kind: 'sign', text: quote, line });
      return;
    }
    const raw = this.#text.slice(start, Math.min(end, start + importLimits.valueCharacters * 2));
    this.#moveTo(end + (isTriple ? 3 : 1));
    const { text, isComputed } = this.#decode(raw, quote);
    const last = this.#top().items.at(-1);
    // u'…' and b'…' are Python's; f'…' is computed.
    const isPrefixed = last?.kind === 'word' && /^[bfru]{1,2}$/i.test(last.text) && this.#touches(start);
    if (isPrefixed) this.#top().items.pop();
    const isFormatted = isPrefixed && /f/i.test(last.text);
    const isTooLong = end - start > importLimits.valueCharacters;
    this.#push({ kind: 'text', text, line, isComputed: isComputed || isFormatted || isTooLong });
  }

  /** Whether nothing is between the quote before `start` and the word before it. */
  #touches(start: number): boolean {
    return /[A-Za-z]/.test(this.#text[start - 2] ?? '');
  }

  /**
   * Quotes end on their line; only a template goes on. How far one was looked for in vain is remembered: text full of
   * `\\'` would be searched again from each of them.
   */
  #endOfText(quote: string, start: number): number | undefined {
    if (start < (this.#searchedInVain.get(quote) ?? 0)) return undefined;
    let index = start;
    for (; index < this.#text.length; index++) {
      const character = this.#text[index];
      if (character === '\\') index++;
      else if (character === quote) return index;
      else if (character === '\n' && quote !== '`') break;
    }
    this.#searchedInVain.set(quote, index);
    return undefined;
  }

  #decode(raw: string, quote: string): { readonly text: string; readonly isComputed: boolean } {
    if (this.#isPhp && quote === "'") {
      return { text: raw.replace(/\\([\\'])/g, '$1'), isComputed: false };
    }
    const isComputed =
      (quote === '`' && raw.includes('${')) ||
      (quote === '"' && /#\{|\{\$|\\\(/.test(raw)) ||
      (quote === '"' && this.#isPhp && /\$[A-Za-z_{]/.test(raw));
    return { text: raw.includes('\\') ? raw.replace(escapePattern, decodeEscape) : raw, isComputed };
  }

  #readWordOrSign(): void {
    const line = this.#line;
    const symbol = this.#isAfterName() ? undefined : this.#match(symbolPattern);
    if (symbol) {
      this.#push({ kind: 'text', text: symbol.slice(1), line, isComputed: false });
      return;
    }
    const word = this.#match(wordPattern) ?? this.#match(numberPattern);
    if (word !== undefined) {
      this.#push({ kind: 'word', text: word, line });
      return;
    }
    const sign = this.#match(signPattern) ?? this.#text[this.#at++] ?? '';
    if (sign === ':' || sign === '=>' || sign === '=' || sign === ':=') this.#separate(sign);
    else this.#push({ kind: 'sign', text: sign, line });
  }

  /** Then a colon follows a name; elsewhere it starts one of Ruby's symbols. */
  #isAfterName(): boolean {
    const last = this.#top().items.at(-1);
    return last !== undefined && last.kind !== 'sign';
  }

  #separate(sign: string): void {
    const top = this.#top();
    const last = top.items.at(-1);
    const isName = last?.kind === 'text' || last?.kind === 'word';
    // `A=` and `A=c2VjcmV0=` on the line before: what stands here is another name, and its value not that of `A`.
    if (top.hasName && isName && sign === '=' && last.line > top.line) {
      top.items.pop();
      this.#endEntry();
      this.#push(last);
    }
    // `const x: Type = value`: the type is no value.
    const isAfterType = top.hasName && sign === '=' && last?.kind === 'word';
    if (isAfterType) top.items = [];
    else if (!top.hasName && isName) {
      top.name = last.text.slice(0, importLimits.nameCharacters + 1);
      top.line = last.line;
      top.hasName = true;
      top.items = [];
    } else if (!top.hasName && last?.kind === 'group' && last.bracket === '[') {
      // `$config['pusher'] = …`: the name is in the brackets.
      const inner = last.entries[0]?.items[0];
      top.name = inner?.kind === 'text' ? inner.text.slice(0, importLimits.nameCharacters + 1) : undefined;
      top.line = last.line;
      top.hasName = true;
      top.items = [];
    } else this.#push({ kind: 'sign', text: sign, line: this.#line });
  }

  #openAfterWord(bracket: '(' | '[' | '{'): void {
    this.#at++;
    const last = this.#top().items.at(-1);
    const callee = last?.kind === 'word' ? last.text : '';
    if (callee !== '') this.#top().items.pop();
    if (this.#stack.length > importLimits.depth) {
      this.#fail(
        'too-deep',
        `The file has more than ${importLimits.depth} brackets inside each other.`,
        this.#line,
      );
      return;
    }
    this.#open(bracket, callee);
  }

  #open(bracket: GroupItem['bracket'], callee: string): OpenGroup {
    const group: GroupItem = { kind: 'group', callee, bracket, entries: [], line: this.#line };
    const open: OpenGroup = { group, name: undefined, line: this.#line, hasName: false, items: [] };
    this.#stack.push(open);
    return open;
  }

  #closeBracket(bracket: '(' | '[' | '{' | undefined): void {
    this.#at++;
    if (!this.#stack.some((open) => open.group.bracket === bracket)) return;
    while (this.#top().group.bracket !== bracket) this.#close();
    this.#close();
  }

  #close(): void {
    this.#endEntry();
    const closed = this.#stack.pop();
    if (closed && this.#stack.length > 0) this.#push(closed.group);
  }

  #endEntry(): void {
    const top = this.#top();
    if (top.hasName || top.items.length > 0) {
      top.group.entries.push({ name: top.name, line: top.line, items: top.items });
    }
    top.name = undefined;
    top.hasName = false;
    top.items = [];
  }

  #push(item: Item): void {
    const top = this.#top();
    if (!top.hasName && top.items.length === 0) top.line = item.line;
    if (top.items.length < itemsPerEntry) top.items.push(item);
    this.#nodes++;
    if (this.#nodes > importLimits.nodes) {
      this.#fail('too-much', 'The file has too many settings to be read whole.', this.#line);
    }
  }

  #top(): OpenGroup {
    const top = this.#stack.at(-1);
    if (!top) throw new Error('The outermost group is closed last.');
    return top;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #moveTo(index: number): void {
    for (let position = this.#at; position < index; position++) {
      if (this.#text[position] === '\n') this.#line++;
    }
    this.#at = index;
  }

  #fail(code: ImportProblem['code'], message: string, line: number): void {
    const hint = 'What could be read before that is shown.';
    this.#problem ??= { code, message, hint, line };
  }
}

const escapePattern = /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g;
const namedEscapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
]);

function decodeEscape(whole: string, braced?: string, four?: string, two?: string, single?: string): string {
  const hex = braced ?? four ?? two;
  if (hex === undefined) return namedEscapes.get(single ?? '') ?? single ?? whole;
  const code = Number.parseInt(hex, 16);
  // Halves of a pair are written one after the other in JSON; joined, they are a character again.
  return braced === undefined
    ? String.fromCharCode(code)
    : code > 0x10ffff
      ? whole
      : String.fromCodePoint(code);
}
