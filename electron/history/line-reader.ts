/** Reads lines of the log back. A line may be given up to a limit only: what is missing shows as `isWhole: false`. */
import type { Direction, LineForm } from './columns.ts';
import { memberText, unwrap, unwrapStart, type ValueText } from './json-text.ts';

const beginning =
  /^\{"t":(\d+(?:\.\d+)?),"dir":"(in|out|note)"(?:,"conn":(\d{1,2}))?,"(frame|text|base64|note)":/;

export interface LineBeginning {
  readonly atMs: number;
  readonly direction: Direction;
  readonly form: LineForm;
  /** From 1. */
  readonly connection: number;
  /** Where the value of the form's member starts. */
  readonly valueStart: number;
}

export function lineBeginning(line: string): LineBeginning | undefined {
  const match = beginning.exec(line);
  if (!match) return undefined;
  return {
    atMs: Number(match[1]),
    direction: match[2] as Direction,
    connection: Number(match[3] ?? 1),
    form: match[4] as LineForm,
    valueStart: match[0].length,
  };
}

/** One line's content. `line` is without its line feed, and may be the beginning of a longer one. */
export class LogLine {
  readonly #line: string;
  readonly #form: LineForm;
  readonly #isWhole: boolean;

  constructor(line: string, form: LineForm, isWhole: boolean) {
    this.#line = line;
    this.#form = form;
    this.#isWhole = isWhole;
  }

  /** The frame as it was on the wire; bytes that are not UTF-8 show as U+FFFD. Of a note its text. */
  get frame(): string {
    if (this.#form === 'frame') return this.#frameJson;
    const value = memberText(this.#line, this.#form === 'note' ? 'text' : this.#form);
    if (!value) return '';
    const text = unwrap(value);
    return this.#form === 'base64' ? Buffer.from(text, 'base64').toString() : text;
  }

  /** The frame's bytes as they were on the wire. */
  get bytes(): Buffer {
    if (this.#form !== 'base64') return Buffer.from(this.frame);
    const value = memberText(this.#line, 'base64');
    return value ? Buffer.from(unwrap(value), 'base64') : Buffer.alloc(0);
  }

  /** A member of the frame, as written. Undefined when the frame is no JSON object or has no such member. */
  member(name: string): ValueText | undefined {
    return this.#form === 'base64' || this.#form === 'note' ? undefined : memberText(this.frame, name);
  }

  /** The event's data as the page shows it: unwrapped once when it is a JSON string. */
  get data(): string | null {
    // As it nearly always is; parsing it all takes half the time of finding it.
    if (this.#isWhole && this.#form === 'frame' && this.#line.includes('"data":"')) {
      const { data } = JSON.parse(this.#frameJson) as { readonly data: unknown };
      if (typeof data === 'string') return data;
    }
    const value = this.member('data');
    return value ? unwrap(value) : null;
  }

  dataStart(limit: number): string | null {
    const value = this.member('data');
    return value ? unwrapStart(value, limit) : null;
  }

  /** The name in a member, when it is a string. */
  name(member: 'channel' | 'event'): string | null {
    if (this.#form === 'note') return member === 'event' ? this.#noteKind : null;
    const value = this.member(member);
    return value?.text.startsWith('"') ? unwrap(value) : null;
  }

  get #noteKind(): string {
    const value = memberText(this.#line, 'note');
    return value ? unwrap(value) : '';
  }

  get #frameJson(): string {
    const start = this.#line.indexOf('"frame":') + '"frame":'.length;
    return this.#line.slice(start, this.#isWhole ? -1 : undefined);
  }
}
