/**
 * Reads files that name one variable a line: `.env` in all its dialects, shell, cmd and PowerShell scripts, `setx`,
 * Dockerfiles, systemd units, `.properties`, INI, TOML, and YAML as far as `name: value` goes. Nothing is executed.
 *
 * No parser of one loader serves here: they disagree, and the file does not say which one it is for. Measured with
 * Node's `--env-file`, Vite, phpdotenv, Ruby's dotenv, python-dotenv and bash:
 * - An unquoted `a#b` is `a` to Node, Vite, phpdotenv and Ruby; `a#b` to bash, python-dotenv and Docker Compose. It is
 *   cut here, as Laravel and Node do, except in shell lines and YAML, and the user is told.
 * - `"a\"b"` is `a"b` to all but Node's, which ends at the first quote. The majority is followed, and the user is told.
 * - `$X` without braces is a reference to bash, Ruby and Vite, and text to phpdotenv. It counts as a reference if the
 *   file has such a variable (expansion.ts).
 *
 * The time taken grows with the text: positions only move forward, and patterns see the first characters of a line.
 * Values stay ranges of the text until something asks for them.
 */
import { importLimits } from './model.ts';

/**
 * A stretch of a value, and what in it is special: nothing (`literal`), references (`plain`), backslashes before any
 * character and references (`word`), or backslashes before some and references (`double`).
 */
export interface Segment {
  readonly kind: 'literal' | 'plain' | 'word' | 'double';
  readonly start: number;
  readonly end: number;
}

export type ReadingNote = 'comment-sign' | 'unclosed-quote';

export interface Variable {
  readonly name: string;
  readonly line: number;
  readonly segments: readonly Segment[];
  /** The INI section or the YAML keys above it, such as `production/pusher`. Empty at the top. */
  readonly section: string;
  readonly note: ReadingNote | undefined;
}

export function readVariables(text: string): readonly Variable[] {
  const reader = new VariableReader(text);
  reader.read();
  return [...reader.variables, ...namedByTheirValue(text, reader.variables)];
}

/** Kubernetes' way: `- name: PUSHER_APP_KEY` and, below it, `value: …`. */
function namedByTheirValue(text: string, variables: readonly Variable[]): readonly Variable[] {
  return variables.flatMap((variable, index) => {
    const named = variables[index - 1];
    const [segment, ...more] = named?.segments ?? [];
    if (variable.name !== 'value' || named?.name !== 'name' || named.section !== variable.section) return [];
    if (!segment || more.length > 0 || segment.end - segment.start > importLimits.nameCharacters) return [];
    const name = text.slice(segment.start, segment.end);
    // Beside the record that it stands in, not inside of it: one record is one variable.
    const section = variable.section.replace(/(?:^|\/)item(?: \d+)?$/, '');
    return /^[A-Za-z_]\w*$/.test(name) ? [{ ...variable, name, section, line: named.line }] : [];
  });
}

/** Names and keywords stand at the start of a line: patterns look at no more of it. */
const headCharacters = 400;
const multiLineCharacters = 65_536;
const sectionDepth = importLimits.depth;
const sectionCharacters = 500;

const patterns = {
  environmentCall:
    /^\[(?:System\.)?Environment\]::SetEnvironmentVariable\( *["']([A-Za-z_]\w*)["'] *, *(?=["'])/i,
  sectionHeader: /^\[{1,2} *([^\][\n]{1,200}?) *\]{1,2}[ \t]*(?:[#;].*)?$/,
  listItem: /^- +/,
  quotedItem: /^(["'])([A-Za-z_]\w*)=/,
  shell: /^(?:export|declare|typeset|readonly|local|ENV|ARG)(?: +-[A-Za-z]+)* +(?=[A-Za-z_][\w.]*\+?=)/,
  commandFlag: /^(?:-e|--env|--build-arg)[ =]+(?=[A-Za-z_]\w*=)/,
  platform:
    /^(?:\$ +)?(?:heroku config:set|heroku config:add|fly secrets set|flyctl secrets set|dokku config:set)(?: +[^ =\n]{1,60}){0,4} +(?=[A-Za-z_]\w*=)/,
  spaced:
    /^(?:setx(?: +\/[A-Za-z]+)*|setenv|ENV|set(?: +(?:-[A-Za-z]+|--\w+))+) +"?([A-Za-z_]\w*)"?[ \t]+(?=[^ \t=])/i,
  quotedSet: /^@?set +"([A-Za-z_]\w*)=/i,
  commandSet: /^@?set +([A-Za-z_]\w*)=/i,
  powerShell: /^\$\{?env:([A-Za-z_]\w*)\}? *= */i,
  systemd: /^Environment *= */,
  assignment: /^([A-Za-z_][\w.-]{0,99}(?: [\w.-]{1,40}){0,3}) *(\+?=|:=|:(?=[ \t]|$))/,
  shellName: /^([A-Za-z_][\w.]{0,99})\+?=/,
  quotedAssignment: /^"([A-Za-z_]\w*)=/,
} as const;

class VariableReader {
  readonly variables: Variable[] = [];
  readonly #text: string;
  readonly #sections: { readonly indent: number; readonly path: string }[] = [];
  readonly #sectionCounts = new Map<string, number>();
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  read(): void {
    while (this.#at < this.#text.length) {
      this.#readLine();
      this.#endLine();
    }
  }

  #readLine(): void {
    const lineStart = this.#at;
    this.#skipSpaces();
    const indent = this.#at - lineStart;
    const head = this.#head();
    if (head === '' || /^(?:[#;!]|\/\/|REM\b|::)/i.test(head)) return;
    const call = patterns.environmentCall.exec(head);
    if (call) {
      this.#readQuotedOnly(call);
      return;
    }
    const header = patterns.sectionHeader.exec(head);
    if (header) {
      this.#enterHeader(header[1] ?? '');
      return;
    }
    const item = patterns.listItem.exec(head);
    if (item) {
      this.#readItem(indent, item[0].length);
      return;
    }
    this.#leaveSections(indent);
    this.#readStatement(indent);
  }

  /** A list's item: `- NAME=value` stands for itself, and `- name: value` opens a record of several lines. */
  #readItem(indent: number, dash: number): void {
    this.#at += dash;
    const head = this.#head();
    const quoted = patterns.quotedItem.exec(head);
    this.#leaveSections(indent);
    if (quoted) {
      const start = this.#at + quoted[0].length;
      const end = this.#closeOnLine(quoted[1] ?? '', start);
      if (end !== undefined) this.#add(quoted[2] ?? '', [{ kind: 'plain', start, end }]);
      return;
    }
    if (/^[A-Za-z_][\w.-]*:(?:[ \t]|$)/.test(head)) this.#enter(indent, 'item', true);
    this.#readStatement(indent + dash);
  }

  #readStatement(indent: number): void {
    const head = this.#head();
    for (const pattern of [patterns.shell, patterns.commandFlag, patterns.platform]) {
      const found = pattern.exec(head);
      if (found) {
        this.#at += found[0].length;
        this.#readShellAssignments();
        return;
      }
    }
    const spaced = patterns.spaced.exec(head);
    if (spaced) {
      this.#at += spaced[0].length;
      this.#addShellWord(spaced[1] ?? '');
      return;
    }
    const quotedSet = patterns.quotedSet.exec(head);
    if (quotedSet) {
      this.#readUpToLastQuote(quotedSet);
      return;
    }
    const commandSet = patterns.commandSet.exec(head);
    if (commandSet) {
      this.#readRest(commandSet);
      return;
    }
    const powerShell = patterns.powerShell.exec(head);
    if (powerShell) {
      this.#readQuotedOnly(powerShell);
      return;
    }
    const systemd = patterns.systemd.exec(head);
    if (systemd) {
      this.#at += systemd[0].length;
      this.#readSystemd();
      return;
    }
    const assignment = patterns.assignment.exec(head);
    if (!assignment) return;
    const [whole, name = '', sign = ''] = assignment;
    this.#at += whole.length;
    this.#skipSpaces();
    if (sign === ':') this.#readYamlValue(name, indent);
    else this.#readEnvValue(name);
  }

  /** `NAME=value # comment`, `NAME="value"`, `NAME='value'`, and values in quotes over several lines. */
  #readEnvValue(name: string): void {
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'" || quote === '`') {
      this.#readQuotedEnvValue(name, quote);
      return;
    }
    const start = this.#at;
    const lineEnd = this.#lineEnd();
    const rest = this.#text.slice(start, Math.min(lineEnd, start + headCharacters));
    // `A=1 B=2 command`: several on one line, as before a command.
    if (/^[^\s#]+[ \t]+[A-Za-z_]\w*=/.test(rest)) {
      this.#readShellAssignmentsOf(name);
      return;
    }
    const sign = this.#indexOnLine('#', start, lineEnd);
    const end = sign ?? lineEnd;
    const isCutShort = sign !== undefined && sign > start && !/\s/.test(this.#text[sign - 1] ?? '');
    this.#add(
      name,
      [{ kind: 'plain', start, end: this.#trimEnd(start, end) }],
      isCutShort ? 'comment-sign' : undefined,
    );
    this.#at = lineEnd;
  }

  #readQuotedEnvValue(name: string, quote: '"' | "'" | '`'): void {
    const start = this.#at + 1;
    const end = this.#closeOf(quote, start);
    if (end === undefined) {
      const lineEnd = this.#lineEnd();
      this.#add(name, [{ kind: 'literal', start, end: this.#trimEnd(start, lineEnd) }], 'unclosed-quote');
      this.#at = lineEnd;
      return;
    }
    const after = this.#head(end + 1);
    if (/^[ \t]*;?[ \t]*(?:#|$)/.test(after)) {
      const kind = quote === "'" ? 'literal' : quote === '"' ? 'double' : 'plain';
      this.#add(name, [{ kind, start, end }]);
      this.#moveTo(end + 1);
    } else if (/^[ \t]*,/.test(after)) {
      // A comma after the quote is code's, and its reader is another one.
    } else this.#readShellAssignmentsOf(name);
  }

  #readYamlValue(name: string, indent: number): void {
    const first = this.#text[this.#at] ?? '\n';
    if (first === '\n' || first === '#') {
      this.#enter(indent, name, false);
      return;
    }
    if (first === '"' || first === "'") {
      const start = this.#at + 1;
      const end = this.#closeOnLine(first, start);
      if (end === undefined) return;
      if (/^[ \t]*(?:#|$)/.test(this.#head(end + 1))) {
        this.#add(name, [{ kind: first === '"' ? 'double' : 'plain', start, end }]);
      }
      return;
    }
    if (/^[|>&*[{]/.test(first)) return;
    const start = this.#at;
    const lineEnd = this.#lineEnd();
    const line = this.#text.slice(start, Math.min(lineEnd, start + importLimits.valueCharacters * 2));
    const comment = line.search(/[ \t]#/);
    const end = this.#trimEnd(start, comment === -1 ? lineEnd : start + comment);
    // As after a quote: a comma at the end is code's.
    if (this.#text[end - 1] !== ',') this.#add(name, [{ kind: 'plain', start, end }]);
  }

  #readShellAssignments(): void {
    for (;;) {
      this.#skipSpaces();
      this.#continueLine();
      const found = patterns.shellName.exec(this.#head());
      if (!found) return;
      this.#at += found[0].length;
      this.#addShellWord(found[1] ?? '');
    }
  }

  #readShellAssignmentsOf(firstName: string): void {
    this.#addShellWord(firstName);
    this.#readShellAssignments();
  }

  /** `Environment="A=b" C=d`. */
  #readSystemd(): void {
    for (;;) {
      this.#skipSpaces();
      const quoted = patterns.quotedAssignment.exec(this.#head());
      if (!quoted) {
        this.#readShellAssignments();
        return;
      }
      const start = this.#at + quoted[0].length;
      const end = this.#closeOnLine('"', start);
      if (end === undefined) return;
      this.#add(quoted[1] ?? '', [{ kind: 'literal', start, end }]);
      this.#at = end + 1;
    }
  }

  /** A shell's word: quotes of both kinds and bare text side by side, up to white space or a separator. */
  #addShellWord(name: string): void {
    const segments: Segment[] = [];
    let note: ReadingNote | undefined;
    for (;;) {
      const character = this.#text[this.#at] ?? '\n';
      if (/[\s;&|]/.test(character)) break;
      if (character === '"' || character === "'") {
        const start = this.#at + 1;
        const end = this.#closeOf(character, start);
        if (end === undefined) {
          note = 'unclosed-quote';
          const lineEnd = this.#lineEnd();
          segments.push({ kind: 'literal', start, end: this.#trimEnd(start, lineEnd) });
          this.#at = lineEnd;
          break;
        }
        segments.push({ kind: character === '"' ? 'double' : 'literal', start, end });
        this.#moveTo(end + 1);
      } else {
        const start = this.#at;
        this.#skipBareWord();
        segments.push({ kind: 'word', start, end: this.#at });
      }
      if (segments.length >= 50) break;
    }
    this.#add(name, segments, note);
  }

  #skipBareWord(): void {
    const start = this.#at;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at] ?? '';
      if (character === '\\' && this.#text[this.#at + 1] !== '\n') this.#at++;
      else if (/[\s;&|"'\\]/.test(character)) break;
    }
    // A backslash at the end of a line is the only stop that is no progress.
    if (this.#at === start) this.#at++;
  }

  /** Backslash and line break: the statement goes on. */
  #continueLine(): void {
    while (this.#text.startsWith('\\\n', this.#at)) {
      this.#at += 2;
      this.#line++;
      this.#skipSpaces();
      const flag = /^(?:-e|--env|--build-arg)[ =]+/.exec(this.#head());
      if (flag) this.#at += flag[0].length;
    }
  }

  /** PowerShell: the value is in quotes. A backtick in it escapes; no credential has one. */
  #readQuotedOnly(found: RegExpExecArray): void {
    this.#at += found[0].length;
    const quote = this.#text[this.#at] ?? '';
    if (quote !== '"' && quote !== "'") return;
    const start = this.#at + 1;
    const end = this.#closeOnLine(quote, start);
    if (end !== undefined) this.#add(found[1] ?? '', [{ kind: 'literal', start, end }]);
  }

  /** `set "NAME=value"`: cmd takes everything up to the last quote. */
  #readUpToLastQuote(found: RegExpExecArray): void {
    const start = this.#at + found[0].length;
    const lineEnd = this.#lineEnd();
    const line = this.#text.slice(start, Math.min(lineEnd, start + importLimits.valueCharacters * 2));
    const end = line.lastIndexOf('"');
    this.#add(found[1] ?? '', [
      { kind: 'literal', start, end: end === -1 ? this.#trimEnd(start, lineEnd) : start + end },
    ]);
  }

  /** `set NAME=value`: cmd has no quotes and no comments here. */
  #readRest(found: RegExpExecArray): void {
    const start = this.#at + found[0].length;
    this.#add(found[1] ?? '', [{ kind: 'literal', start, end: this.#trimEnd(start, this.#lineEnd()) }]);
  }

  #add(name: string, segments: readonly Segment[], note?: ReadingNote): void {
    const section = this.#sections.at(-1)?.path ?? '';
    this.variables.push({ name, line: this.#line, segments, section, note });
  }

  #enterHeader(name: string): void {
    this.#sections.length = 0;
    this.#enter(-1, name, true);
  }

  /** @param isRepeated Of its like there may be several, each of them a record of its own. */
  #enter(indent: number, name: string, isRepeated: boolean): void {
    if (this.#sections.length >= sectionDepth) return;
    const above = this.#sections.at(-1)?.path;
    const path = (above === undefined ? name : `${above}/${name}`).slice(0, sectionCharacters);
    if (!isRepeated) {
      this.#sections.push({ indent, path });
      return;
    }
    const count = (this.#sectionCounts.get(path) ?? 0) + 1;
    this.#sectionCounts.set(path, count);
    this.#sections.push({ indent, path: count === 1 ? path : `${path} ${count}` });
  }

  #leaveSections(indent: number): void {
    while ((this.#sections.at(-1)?.indent ?? -1) >= indent) this.#sections.pop();
  }

  /**
   * Where a quote is closed, if it is: on this line, or on a later one if what lies between can be one value. A line that
   * assigns something says that it can't, and that the quote was left open.
   */
  #closeOf(quote: string, from: number): number | undefined {
    const close = this.#nextClosing(quote, from);
    if (close === undefined || close - from > multiLineCharacters) return undefined;
    const between = this.#text.slice(from, close + 1);
    return /\n[ \t]*(?:export +)?[A-Z_][A-Z0-9_]{1,99}=[^=\n]/.test(between) ? undefined : close;
  }

  #closeOnLine(quote: string, from: number): number | undefined {
    const close = this.#nextClosing(quote, from);
    return close !== undefined && !this.#text.slice(from, close).includes('\n') ? close : undefined;
  }

  /**
   * The next of these quotes that no backslash takes away. The search goes no further than to where the next value in
   * such quotes starts, so that all of them together go through the text once.
   */
  #nextClosing(quote: string, from: number): number | undefined {
    let close = this.#text.indexOf(quote, from);
    while (close !== -1 && quote === '"' && this.#isEscaped(close, from)) {
      close = this.#text.indexOf(quote, close + 1);
    }
    return close === -1 ? undefined : close;
  }

  #isEscaped(index: number, from: number): boolean {
    let backslashes = 0;
    while (index - 1 - backslashes >= from && this.#text[index - 1 - backslashes] === '\\') backslashes++;
    return backslashes % 2 === 1;
  }

  #indexOnLine(character: string, from: number, lineEnd: number): number | undefined {
    const line = this.#text.slice(from, lineEnd);
    const index = line.indexOf(character);
    return index === -1 ? undefined : from + index;
  }

  /** What comes next on this line, as far as a pattern looks. */
  #head(from = this.#at): string {
    const head = this.#text.slice(from, from + headCharacters);
    const end = head.indexOf('\n');
    return end === -1 ? head : head.slice(0, end);
  }

  /** Goes to the end of the line, however long: for what takes the line whole. */
  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end === -1 ? this.#text.length : end;
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at++;
  }

  #trimEnd(start: number, end: number): number {
    let last = end;
    while (last > start && /\s/.test(this.#text[last - 1] ?? '')) last--;
    return last;
  }

  /** Past a value that may have had line breaks in it. */
  #moveTo(index: number): void {
    for (let position = this.#at; position < index; position++) {
      if (this.#text[position] === '\n') this.#line++;
    }
    this.#at = index;
  }

  #endLine(): void {
    this.#at = this.#lineEnd() + 1;
    this.#line++;
  }
}
