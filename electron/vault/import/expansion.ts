/**
 * The values of variables that refer to others: `${X}`, `${X:-default}`, `$X`. Each variable is worked out once, without
 * recursion, and no longer than a credential can be: a file in which every variable repeats the one before it twice
 * costs what it costs to read.
 *
 * Of a variable that is set several times, the last one counts for all, as in every `.env` loader.
 */
import { importLimits } from './model.ts';
import type { Segment, Variable } from './variables.ts';

export type Expansion =
  | {
      readonly state: 'value';
      readonly value: string;
      readonly hasBackslash: boolean;
      readonly usedDefault: boolean;
      /** `$X` was kept as text, since the file has no X. */
      readonly hasDollar: boolean;
    }
  /** `variable` is not set in this file. */
  | { readonly state: 'elsewhere'; readonly variable: string }
  | { readonly state: 'cycle' }
  | { readonly state: 'command' }
  | { readonly state: 'too-long' };

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reference'; readonly name: string; readonly fallback: readonly Part[] | undefined };

interface Parsed {
  readonly parts: readonly Part[];
  readonly hasBackslash: boolean;
  readonly hasDollar: boolean;
}

interface Frame {
  readonly variable: Variable;
  readonly parsed: Parsed | 'command' | 'too-long';
  readonly references: readonly string[];
  next: number;
}

export class Expander {
  readonly #text: string;
  readonly #variables = new Map<string, Variable>();
  readonly #done = new Map<Variable, Expansion>();

  constructor(text: string, variables: readonly Variable[]) {
    this.#text = text;
    for (const variable of variables) this.#variables.set(variable.name, variable);
  }

  valueOf(root: Variable): Expansion {
    const known = this.#done.get(root);
    if (known) return known;
    const stack = [this.#frame(root)];
    const open = new Set([root]);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const needed = this.#nextUndone(top);
      if (needed && !open.has(needed)) {
        open.add(needed);
        stack.push(this.#frame(needed));
        continue;
      }
      // Whatever lies between two that need each other has no value either.
      this.#done.set(top.variable, needed ? { state: 'cycle' } : this.#join(top));
      open.delete(top.variable);
      stack.pop();
    }
    return this.#done.get(root) ?? { state: 'cycle' };
  }

  #frame(variable: Variable): Frame {
    const parsed = this.#parse(variable);
    const references = parsed === 'command' || parsed === 'too-long' ? [] : [...referencesIn(parsed.parts)];
    return { variable, parsed, references, next: 0 };
  }

  /** The next variable that this one refers to, and that isn't worked out yet. */
  #nextUndone(frame: Frame): Variable | undefined {
    for (; frame.next < frame.references.length; frame.next++) {
      const target = this.#target(frame.variable, frame.references[frame.next] ?? '');
      if (target && !this.#done.has(target)) return target;
    }
    return undefined;
  }

  /** What a name refers to. Inside its own value a name means the one outside: `KEY=${KEY:-default}`. */
  #target(from: Variable, name: string): Variable | undefined {
    return name === from.name ? undefined : this.#variables.get(name);
  }

  #join({ variable, parsed }: Frame): Expansion {
    if (parsed === 'command' || parsed === 'too-long') return { state: parsed };
    const outcome = { value: '', usedDefault: false };
    const failure = this.#append(variable, parsed.parts, outcome);
    if (failure) return failure;
    const { hasBackslash, hasDollar } = parsed;
    return { state: 'value', ...outcome, hasBackslash, hasDollar };
  }

  #append(
    variable: Variable,
    parts: readonly Part[],
    outcome: { value: string; usedDefault: boolean },
  ): Expansion | undefined {
    for (const part of parts) {
      if (part.kind === 'text') outcome.value += part.text;
      else {
        const target = this.#target(variable, part.name);
        const found = target && this.#done.get(target);
        const isUnset =
          !found || found.state === 'elsewhere' || (found.state === 'value' && found.value === '');
        if (isUnset && part.fallback) {
          outcome.usedDefault = true;
          const failure = this.#append(variable, part.fallback, outcome);
          if (failure) return failure;
        } else if (!found) return { state: 'elsewhere', variable: part.name };
        else if (found.state !== 'value') return found;
        else outcome.value += found.value;
      }
      if (outcome.value.length > importLimits.valueCharacters) return { state: 'too-long' };
    }
    return undefined;
  }

  #parse(variable: Variable): Parsed | 'command' | 'too-long' {
    const length = variable.segments.reduce((sum, segment) => sum + segment.end - segment.start, 0);
    if (length > importLimits.valueCharacters * 2) return 'too-long';
    const parts: Part[] = [];
    let hasBackslash = false;
    let hasDollar = false;
    for (const segment of variable.segments) {
      const piece = this.#parseSegment(segment);
      if (piece === 'command') return 'command';
      parts.push(...piece.parts);
      hasBackslash ||= piece.hasBackslash;
      hasDollar ||= piece.hasDollar;
    }
    return { parts, hasBackslash, hasDollar };
  }

  #parseSegment(segment: Segment): Parsed | 'command' {
    const raw = this.#text.slice(segment.start, segment.end);
    if (segment.kind === 'literal') {
      return { parts: [{ kind: 'text', text: raw }], hasBackslash: false, hasDollar: false };
    }
    const parser = new ValueParser(raw, segment.kind, (name) => this.#variables.has(name));
    return parser.parse();
  }
}

function* referencesIn(parts: readonly Part[]): Generator<string> {
  for (const part of parts) {
    if (part.kind === 'text') continue;
    yield part.name;
    if (part.fallback) yield* referencesIn(part.fallback);
  }
}

/** Defaults may hold references with defaults; nobody writes more of them than this into each other. */
const fallbackDepth = 8;

class ValueParser {
  readonly #raw: string;
  readonly #kind: Segment['kind'];
  readonly #isSet: (name: string) => boolean;
  #at = 0;
  #hasBackslash = false;
  #hasDollar = false;
  #hasCommand = false;

  constructor(raw: string, kind: Segment['kind'], isSet: (name: string) => boolean) {
    this.#raw = raw;
    this.#kind = kind;
    this.#isSet = isSet;
  }

  parse(): Parsed | 'command' {
    const parts = this.#readParts(0);
    if (this.#hasCommand) return 'command';
    return { parts, hasBackslash: this.#hasBackslash, hasDollar: this.#hasDollar };
  }

  /** Up to the end, or inside of braces up to the closing one. */
  #readParts(depth: number): Part[] {
    const parts: Part[] = [];
    let text = '';
    while (this.#at < this.#raw.length) {
      const character = this.#raw[this.#at] ?? '';
      if (character === '}' && depth > 0) break;
      const reference = character === '$' ? this.#readReference(depth) : undefined;
      if (reference) {
        if (text !== '') parts.push({ kind: 'text', text });
        text = '';
        parts.push(reference);
      } else if (character === '\\') text += this.#readBackslash();
      else {
        // Node and phpdotenv keep a backtick in double quotes as it is; a shell runs what is between two of them.
        if (character === '`' && this.#kind === 'word') this.#hasCommand = true;
        text += character;
        this.#at++;
      }
    }
    if (text !== '') parts.push({ kind: 'text', text });
    return parts;
  }

  #readReference(depth: number): Part | undefined {
    const rest = this.#raw.slice(this.#at + 1, this.#at + 1 + importLimits.nameCharacters + 2);
    if (rest.startsWith('(')) {
      this.#hasCommand = true;
      return undefined;
    }
    const braced = /^\{([A-Za-z_]\w*)(\}|:?[-=?+])/.exec(rest);
    if (braced && depth < fallbackDepth) return this.#readBraced(braced, depth);
    const plain = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    if (plain === undefined) return undefined;
    if (!this.#isSet(plain)) {
      this.#hasDollar = true;
      return undefined;
    }
    this.#at += 1 + plain.length;
    return { kind: 'reference', name: plain, fallback: undefined };
  }

  #readBraced(found: RegExpExecArray, depth: number): Part {
    const [whole, name = '', operator = ''] = found;
    this.#at += 1 + whole.length;
    if (operator === '}') return { kind: 'reference', name, fallback: undefined };
    const inner = this.#readParts(depth + 1);
    this.#at++;
    // `?` has a message for when it is unset, and `+` a text for when it is set: neither is a default.
    const isDefault = operator.endsWith('-') || operator.endsWith('=');
    return { kind: 'reference', name, fallback: isDefault ? inner : undefined };
  }

  #readBackslash(): string {
    const next = this.#raw[this.#at + 1];
    if (next === undefined || this.#kind === 'plain') {
      this.#at++;
      if (this.#kind === 'plain' && next === '$') {
        this.#at++;
        this.#hasBackslash = true;
        return '$';
      }
      return '\\';
    }
    this.#at += 2;
    this.#hasBackslash = true;
    if (this.#kind === 'word') return next;
    if (next === 'n') return '\n';
    if (next === 'r') return '\r';
    if (next === 't') return '\t';
    return '"\\$`'.includes(next) ? next : `\\${next}`;
  }
}
