/**
 * Where JSON text goes wrong, with line and column. The message of `JSON.parse` differs between browsers, and some
 * name no position, so the place is found here; whether there is a problem, `JSON.parse` decides.
 */

export interface JsonProblem {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
}

const depthLimit = 500;

export function jsonProblem(text: string): JsonProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    // Expected while the user types; the scanner says where.
  }
  try {
    new Scanner(text).document();
  } catch (error) {
    if (error instanceof Found) return { message: error.message, ...positionAt(text, error.at) };
    throw error;
  }
  return { message: 'This is not JSON.', line: 1, column: 1 };
}

export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: [...before.slice(before.lastIndexOf('\n') + 1)].length + 1 };
}

class Found extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#space();
    if (this.#at === this.#text.length) throw new Found('Enter a JSON value.', this.#at);
    this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw new Found('The JSON value ends before this.', this.#at);
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #space(): void {
    while (/^[ \t\n\r]/.test(this.#peek() ?? '')) this.#at++;
  }

  #value(depth: number): void {
    if (depth > depthLimit) throw new Found('This nests too deep.', this.#at);
    const here = this.#peek();
    if (here === undefined) throw new Found('The text ends where a value should follow.', this.#at);
    if (here === '{') this.#members('}', () => this.#member(depth));
    else if (here === '[') this.#members(']', () => this.#value(depth + 1));
    else if (here === '"') this.#string();
    else if (here === '-' || (here >= '0' && here <= '9')) this.#number();
    else this.#word();
  }

  #members(end: '}' | ']', member: () => void): void {
    const opened = this.#at;
    const what = end === '}' ? 'object' : 'array';
    this.#at++;
    this.#space();
    if (this.#peek() === end) {
      this.#at++;
      return;
    }
    for (;;) {
      member();
      this.#space();
      if (this.#peek() === end) {
        this.#at++;
        return;
      }
      if (this.#peek() === undefined) {
        const { line, column } = positionAt(this.#text, opened);
        throw new Found(
          `The ${what} that begins on line ${line}, column ${column} is not closed: “${end}” is missing.`,
          this.#at,
        );
      }
      if (this.#peek() !== ',') throw new Found(`“,” or “${end}” should come before this.`, this.#at);
      const comma = this.#at++;
      this.#space();
      if (this.#peek() === end)
        throw new Found(`Remove this comma: nothing follows it in the ${what}.`, comma);
    }
  }

  #member(depth: number): void {
    if (this.#peek() === undefined) throw new Found('The text ends where a name should follow.', this.#at);
    if (this.#peek() === "'") throw new Found('Names are in double quotes, not single ones.', this.#at);
    if (this.#peek() !== '"') throw new Found('A name in double quotes should be here.', this.#at);
    this.#string();
    this.#space();
    if (this.#peek() !== ':') throw new Found('“:” should come between the name and its value.', this.#at);
    this.#at++;
    this.#space();
    this.#value(depth + 1);
  }

  #string(): void {
    const opened = this.#at++;
    for (;;) {
      const here = this.#peek();
      if (here === undefined) throw new Found('This string is not closed.', opened);
      if (here === '"') break;
      if (here === '\n')
        throw new Found('This string is not closed on its line; write a line break as \\n.', opened);
      if (here < ' ') throw new Found('A control character has to be escaped here.', this.#at);
      this.#at += here === '\\' ? this.#escapeLength() : 1;
    }
    this.#at++;
  }

  #escapeLength(): number {
    const match = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(this.#text.slice(this.#at, this.#at + 6));
    if (match) return match[0].length;
    throw new Found('This escape is not one of JSON. Write a backslash as \\\\.', this.#at);
  }

  #number(): void {
    const rest = this.#text.slice(this.#at, this.#at + 400);
    const [run = ''] = /^[-+.0-9A-Za-z_]+/.exec(rest) ?? [];
    const [number] = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(run) ?? [];
    if (number === undefined || number.length < run.length) {
      const isOctal = /^-?0\d/.test(run);
      throw new Found(
        isOctal ? 'Numbers don’t begin with a zero.' : `“${cut(run)}” is not a number in JSON.`,
        this.#at,
      );
    }
    this.#at += number.length;
  }

  #word(): void {
    const rest = this.#text.slice(this.#at, this.#at + 40);
    const [word] = /^[A-Za-z_$][\w$]*/.exec(rest) ?? [];
    if (word === 'true' || word === 'false' || word === 'null') {
      this.#at += word.length;
      return;
    }
    if (word !== undefined)
      throw new Found(`“${cut(word)}” is not JSON: text goes in double quotes.`, this.#at);
    const [first = ''] = [...rest];
    if (first === "'") throw new Found('Text is in double quotes, not single ones.', this.#at);
    if (first === '/') throw new Found('JSON has no comments.', this.#at);
    if (first === '“' || first === '”')
      throw new Found('Use straight double quotes, not curly ones.', this.#at);
    if (first === ',') throw new Found('A value should come before this comma.', this.#at);
    throw new Found(`“${first}” can’t begin a value.`, this.#at);
  }
}

function cut(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}
