/**
 * JSON text as a tree that says what was sent: keys in their order and repeated ones kept, numbers with their own
 * digits. `JSON.parse` sorts number-like keys first, keeps the last of equal keys, and rounds 64-bit ids.
 */

export type JsonNode =
  | { readonly kind: 'object'; readonly entries: readonly JsonEntry[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  /** The digits as they were written. */
  | { readonly kind: 'number'; readonly source: string }
  | { readonly kind: 'word'; readonly source: 'true' | 'false' | 'null' };

export interface JsonEntry {
  readonly key: string;
  readonly value: JsonNode;
}

/** Deeper text is shown as text: nothing honest nests that far, and a parser that recurses must stop somewhere. */
export const jsonDepthLimit = 300;

const token =
  /[\t\n\r ]*(?:("(?:[^"\\]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([[\]{}:,]))/y;

/** Undefined: it is not JSON, or nests too deep. */
export function parseJson(text: string): JsonNode | undefined {
  try {
    return new Parser(text).parse();
  } catch (error) {
    if (error instanceof NotJson || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class NotJson extends Error {}

interface Token {
  readonly string?: string | undefined;
  readonly number?: string | undefined;
  readonly word?: string | undefined;
  readonly sign?: string | undefined;
}

class Parser {
  readonly #text: string;
  #at = 0;
  #token: Token = {};

  constructor(text: string) {
    this.#text = text;
  }

  parse(): JsonNode {
    this.#next();
    const node = this.#value(0);
    if (this.#text.slice(this.#at).trim() !== '') throw new NotJson();
    return node;
  }

  #next(): void {
    token.lastIndex = this.#at;
    const match = token.exec(this.#text);
    if (!match) throw new NotJson();
    this.#at = token.lastIndex;
    this.#token = { string: match[1], number: match[2], word: match[3], sign: match[4] };
  }

  #expect(sign: string): void {
    this.#next();
    if (this.#token.sign !== sign) throw new NotJson();
  }

  /** Reads the value that begins with the current token. */
  #value(depth: number): JsonNode {
    if (depth > jsonDepthLimit) throw new NotJson();
    const { string, number, word, sign } = this.#token;
    if (string !== undefined) return { kind: 'string', value: readString(string) };
    if (number !== undefined) return { kind: 'number', source: number };
    if (word === 'true' || word === 'false' || word === 'null') return { kind: 'word', source: word };
    if (sign === '[') return this.#array(depth);
    if (sign === '{') return this.#object(depth);
    throw new NotJson();
  }

  #array(depth: number): JsonNode {
    const items: JsonNode[] = [];
    this.#next();
    if (this.#token.sign === ']') return { kind: 'array', items };
    for (;;) {
      items.push(this.#value(depth + 1));
      this.#next();
      if (this.#token.sign === ']') return { kind: 'array', items };
      if (this.#token.sign !== ',') throw new NotJson();
      this.#next();
    }
  }

  #object(depth: number): JsonNode {
    const entries: JsonEntry[] = [];
    this.#next();
    if (this.#token.sign === '}') return { kind: 'object', entries };
    for (;;) {
      if (this.#token.string === undefined) throw new NotJson();
      const key = readString(this.#token.string);
      this.#expect(':');
      this.#next();
      entries.push({ key, value: this.#value(depth + 1) });
      this.#next();
      if (this.#token.sign === '}') return { kind: 'object', entries };
      if (this.#token.sign !== ',') throw new NotJson();
      this.#next();
    }
  }
}

function readString(quoted: string): string {
  return String(JSON.parse(quoted));
}

/** One line of the tree as it is drawn. `path` is its identity. */
export interface JsonLine {
  readonly path: string;
  readonly depth: number;
  /** Null at the root. */
  readonly label: string | null;
  readonly isIndex: boolean;
  readonly node: JsonNode;
  /** Undefined: it has no children. */
  readonly isExpanded?: boolean;
  /** In place of children that are not drawn yet: how many. */
  readonly hidden?: number;
}

/** Children drawn of one parent before “show more”. */
export const childrenPerStep = 100;

export function childCount(node: JsonNode): number {
  if (node.kind === 'object') return node.entries.length;
  return node.kind === 'array' ? node.items.length : 0;
}

/** What the user did to the tree: paths turned from their default, and how many children of a path to draw. */
export interface JsonTreeState {
  readonly toggled: ReadonlySet<string>;
  readonly shown: ReadonlyMap<string, number>;
}

/** Open at first: the outer two levels, unless long. */
function isOpenAtFirst(node: JsonNode, depth: number): boolean {
  return depth < 2 && childCount(node) <= childrenPerStep;
}

export function jsonLines(root: JsonNode, state: JsonTreeState): readonly JsonLine[] {
  const lines: JsonLine[] = [];
  const visit = (node: JsonNode, label: string | null, isIndex: boolean, path: string, depth: number) => {
    const count = childCount(node);
    if (count === 0) {
      lines.push({ path, depth, label, isIndex, node });
      return;
    }
    const isExpanded = isOpenAtFirst(node, depth) !== state.toggled.has(path);
    lines.push({ path, depth, label, isIndex, node, isExpanded });
    if (!isExpanded) return;
    const limit = state.shown.get(path) ?? childrenPerStep;
    // The place, not the key, makes the path: keys may repeat.
    if (node.kind === 'object') {
      for (const [index, entry] of node.entries.slice(0, limit).entries()) {
        visit(entry.value, entry.key, false, `${path}/${index}`, depth + 1);
      }
    } else if (node.kind === 'array') {
      for (const [index, item] of node.items.slice(0, limit).entries()) {
        visit(item, String(index), true, `${path}/${index}`, depth + 1);
      }
    }
    if (count > limit) {
      lines.push({
        path: `${path}/more`,
        depth: depth + 1,
        label: null,
        isIndex,
        node,
        hidden: count - limit,
      });
    }
  };
  visit(root, null, false, '', 0);
  return lines;
}

/** On one line, cut at about `limit` characters: what a collapsed branch holds. */
export function jsonSummary(node: JsonNode, limit = 80): string {
  let text = '';
  const write = (value: JsonNode): void => {
    if (text.length > limit) return;
    if (value.kind === 'string') text += JSON.stringify(value.value);
    else if (value.kind === 'number' || value.kind === 'word') text += value.source;
    else if (value.kind === 'array') {
      text += '[';
      value.items.slice(0, limit).forEach((item, index) => {
        if (index > 0) text += ', ';
        write(item);
      });
      text += ']';
    } else {
      text += '{';
      value.entries.slice(0, limit).forEach((entry, index) => {
        text += `${index > 0 ? ', ' : ' '}${JSON.stringify(entry.key)}: `;
        write(entry.value);
      });
      text += ' }';
    }
  };
  write(node);
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

/** Written again with two spaces of indent: order, repeated keys and digits kept. */
export function formatJson(node: JsonNode, indent = ''): string {
  const inner = `${indent}  `;
  if (node.kind === 'string') return JSON.stringify(node.value);
  if (node.kind === 'number' || node.kind === 'word') return node.source;
  if (node.kind === 'array') {
    if (node.items.length === 0) return '[]';
    return `[\n${node.items.map((item) => inner + formatJson(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (node.entries.length === 0) return '{}';
  const lines = node.entries.map(
    ({ key, value }) => `${inner}${JSON.stringify(key)}: ${formatJson(value, inner)}`,
  );
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
