/**
 * A filter at work on one log. A line is asked about up to three times: with its columns alone, with its text, and
 * with what was decrypted of it; each time the answer may be that more has to be known. Most lines need the first
 * only, and of the others most are ruled out by the bytes that a match would have: see `probes`.
 */
import { type FilterNode, type PathStep, type PathTest, resolveTime } from '#shared/lib/filter/index.ts';
import { type LineFlags, noName, unlistedName, unpackFlags } from './columns.ts';
import { compareDecimals } from './decimal.ts';
import { globMatcher } from './glob.ts';
import { matchesValue, valuesAt } from './json-path.ts';
import { isJsonText, memberText, unwrap } from './json-text.ts';
import type { LogLine } from './line-reader.ts';
import type { Decrypted } from './messages.ts';
import type { RawProbe } from './raw-probe.ts';
import type { Subject } from './subject.ts';
import { resolvedData, TextNeedle } from './text-needle.ts';

/** Text or plaintext decides. */
export const unknown = 2;
/** 0: no, 1: yes. */
export type Verdict = 0 | 1 | typeof unknown;

export interface FilterContext {
  /** Of the log, by id; it grows. */
  readonly names: readonly string[];
  /** When the filter was applied: what `after:-5m` counts from. */
  readonly nowMs: number;
  readonly testRegex: (regex: RegExp, text: string, sequence: number) => boolean;
}

type Test = (subject: Subject) => Verdict;

interface Compiled {
  readonly test: Test;
  /** A line that matches has one of these, or is one whose text says nothing of what is shown. Undefined: any line may. */
  readonly probes: readonly RawProbe[] | undefined;
  /** How much a look takes: the cheap ones are asked first. */
  readonly cost: number;
  /** Some lines are decided by their columns. */
  readonly usesColumns: boolean;
}

export class Filter {
  readonly #compiled: Compiled;

  constructor(node: FilterNode, context: FilterContext) {
    this.#compiled = compile(node, context);
  }

  get probes(): readonly RawProbe[] | undefined {
    return this.#compiled.probes;
  }

  get usesColumns(): boolean {
    return this.#compiled.usesColumns;
  }

  test(subject: Subject): Verdict {
    return this.#compiled.test(subject);
  }
}

const encryptedFlag = 32;

function compile(node: FilterNode, context: FilterContext): Compiled {
  switch (node.type) {
    case 'and':
      return all(node.nodes.map((each) => compile(each, context)));
    case 'or':
      return any(node.nodes.map((each) => compile(each, context)));
    case 'not':
      return not(compile(node.node, context));
    case 'text':
      return text(node.text, context);
    case 'regex':
      return regex(new RegExp(node.source, node.flags), context);
    case 'channel':
    case 'event':
      return name(node.type, globMatcher(node.pattern), context);
    case 'user':
      return user(globMatcher(node.pattern));
    case 'direction':
      return flagged(({ direction }) => direction === node.direction);
    case 'kind':
      return flagged(({ kind }) => kind === node.kind);
    case 'connection':
      return column(({ connection }) => connection === node.connection);
    case 'size':
      return column(({ sizeBytes }) => sizeBytes >= node.least && sizeBytes <= node.most);
    case 'after': {
      const fromMs = resolveTime(node.time, context.nowMs);
      return column(({ atMs }) => atMs >= fromMs);
    }
    case 'before': {
      const untilMs = resolveTime(node.time, context.nowMs);
      return column(({ atMs }) => atMs <= untilMs);
    }
    case 'encrypted':
      return flagged(({ isEncrypted }) => isEncrypted);
    case 'undecrypted':
      return opened(({ state }) => state !== 'decrypted');
    case 'key':
      return opened((result) => result.state === 'decrypted' && result.slot === node.slot);
    case 'path':
      return path(node);
  }
}

function all(parts: readonly Compiled[]): Compiled {
  const tests = byCost(parts);
  // One part's probes are enough, as every part has to match: those of the longest.
  const probes = parts
    .map((part) => part.probes)
    .filter((each) => each !== undefined)
    .sort((a, b) => shortest(b) - shortest(a))[0];
  return {
    ...together(parts, probes),
    test: (subject) => {
      let verdict: Verdict = 1;
      for (const test of tests) {
        const part = test(subject);
        if (part === 0) return 0;
        if (part === unknown) verdict = unknown;
      }
      return verdict;
    },
  };
}

function any(parts: readonly Compiled[]): Compiled {
  const tests = byCost(parts);
  const isRuledOut = parts.every((part) => part.probes !== undefined);
  return {
    ...together(parts, isRuledOut ? parts.flatMap((part) => part.probes ?? []) : undefined),
    test: (subject) => {
      let verdict: Verdict = 0;
      for (const test of tests) {
        const part = test(subject);
        if (part === 1) return 1;
        if (part === unknown) verdict = unknown;
      }
      return verdict;
    },
  };
}

function not(part: Compiled): Compiled {
  const opposite = [1, 0, unknown] as const;
  return { ...together([part], undefined), test: (subject) => opposite[part.test(subject)] };
}

function together(parts: readonly Compiled[], probes: readonly RawProbe[] | undefined) {
  return {
    probes,
    cost: parts.reduce((sum, part) => sum + part.cost, 0),
    usesColumns: parts.some((part) => part.usesColumns),
  };
}

function byCost(parts: readonly Compiled[]): readonly Test[] {
  return [...parts].sort((a, b) => a.cost - b.cost).map((part) => part.test);
}

function shortest(probes: readonly RawProbe[]): number {
  return Math.min(...probes.map((probe) => probe.length));
}

function column(matches: (subject: Subject) => boolean): Compiled {
  return { test: (subject) => (matches(subject) ? 1 : 0), probes: undefined, cost: 1, usesColumns: true };
}

function flagged(matches: (flags: LineFlags) => boolean): Compiled {
  const byFlags = Array.from({ length: 256 }, (_, flags) => matches(unpackFlags(flags)));
  return column(({ flags }) => byFlags[flags] === true);
}

function opened(matches: (result: Decrypted) => boolean): Compiled {
  return {
    test: (subject) => {
      if ((subject.flags & encryptedFlag) === 0) return 0;
      if (!subject.opened) return unknown;
      return matches(subject.opened) ? 1 : 0;
    },
    probes: undefined,
    cost: 2,
    usesColumns: true,
  };
}

function name(
  kind: 'channel' | 'event',
  matches: (name: string) => boolean,
  context: FilterContext,
): Compiled {
  const known = new NameMatches(context.names, matches);
  return {
    test: (subject) => {
      const id = subject[kind];
      if (id !== unlistedName) return known.has(id) ? 1 : 0;
      if (!subject.line) return unknown;
      const unlisted = subject.line.name(kind);
      return unlisted !== null && matches(unlisted) ? 1 : 0;
    },
    probes: undefined,
    cost: 2,
    usesColumns: true,
  };
}

/** Text in a name, or in the data. @param hasName of a listed name */
function shownText(
  hasName: (subject: Subject) => boolean,
  matchesName: (name: string, subject: Subject) => boolean,
  matchesData: (data: string, subject: Subject) => boolean,
): Test {
  return (subject) => {
    const { line } = subject;
    if (!line) return unknown;
    if (hasName(subject)) return 1;
    for (const kind of ['channel', 'event'] as const) {
      if (subject[kind] !== unlistedName) continue;
      const unlisted = line.name(kind);
      if (unlisted !== null && matchesName(unlisted, subject)) return 1;
    }
    const isEncrypted = (subject.flags & encryptedFlag) !== 0;
    if (isEncrypted && !subject.opened) return unknown;
    if (matchesData(subject.shown, subject)) return 1;
    if (isEncrypted && subject.opened?.state !== 'decrypted') subject.isUnread = true;
    return 0;
  };
}

function text(wanted: string, { names }: FilterContext): Compiled {
  const needle = new TextNeedle(wanted);
  const known = new NameMatches(names, (each) => needle.matchesName(each));
  const test = shownText(
    (subject) => known.has(subject.channel) || known.has(subject.event),
    (unlisted) => needle.matchesName(unlisted),
    (data) => needle.matchesData(data),
  );
  return { test, probes: needle.probe && [needle.probe], cost: 10, usesColumns: false };
}

function regex(expression: RegExp, { names, testRegex }: FilterContext): Compiled {
  const matches = (part: string, { sequence }: Subject) => testRegex(expression, part, sequence);
  const known = new Map<number, boolean>();
  const hasName = (id: number, subject: Subject) => {
    if (id === noName || id === unlistedName) return false;
    const before = known.get(id);
    if (before !== undefined) return before;
    const isMatch = matches(names[id] ?? '', subject);
    known.set(id, isMatch);
    return isMatch;
  };
  const test = shownText(
    (subject) => hasName(subject.channel, subject) || hasName(subject.event, subject),
    matches,
    (data, subject) => {
      if (matches(data, subject)) return true;
      const shown = resolvedData(data);
      return shown !== undefined && matches(shown, subject);
    },
  );
  return { test, probes: undefined, cost: 50, usesColumns: false };
}

/** Events that name one member, and where: pusher-js and the servers it speaks to. */
const memberEvents = ['pusher_internal:member_added', 'pusher_internal:member_removed', 'pusher:subscribe'];

function user(matches: (userId: string) => boolean): Compiled {
  const test: Test = (subject) => {
    const { kind } = unpackFlags(subject.flags);
    if (kind !== 'client' && kind !== 'protocol') return 0;
    if (!subject.line) return unknown;
    const userId = userIdOf(subject.line, kind);
    return userId !== undefined && matches(userId) ? 1 : 0;
  };
  return { test, probes: probesOf('user_id'), cost: 10, usesColumns: true };
}

function userIdOf(line: LogLine, kind: 'client' | 'protocol'): string | undefined {
  if (kind === 'client') {
    const value = line.member('user_id');
    return value && scalarText(value.text);
  }
  const event = line.name('event');
  if (event === null || !memberEvents.includes(event)) return undefined;
  const data = event === 'pusher:subscribe' ? channelData(line.data) : line.data;
  if (data === undefined || data === null || !isJsonText(data)) return undefined;
  const value = memberText(data, 'user_id');
  return value && scalarText(value.text);
}

function channelData(data: string | null): string | undefined {
  if (data === null || !isJsonText(data)) return undefined;
  const value = memberText(data, 'channel_data');
  return value && unwrap(value);
}

/** Ids are strings, or numbers; lists and objects are none. */
function scalarText(json: string): string | undefined {
  return /^[[{]/.test(json) ? undefined : unwrap({ text: json, isWhole: true });
}

function path({ steps, test: wanted }: Extract<FilterNode, { type: 'path' }>): Compiled {
  const [first, ...inner] = steps;
  const isOfData = first?.type !== 'member' || first.name === 'data';
  const test: Test = (subject) => {
    const { line } = subject;
    if (!line) return unknown;
    const frame = frameJson(line, subject);
    if (frame === undefined) return 0;
    const isEncrypted = (subject.flags & encryptedFlag) !== 0;
    if (isOfData && isEncrypted && !subject.opened) return unknown;
    const values =
      first?.type === 'member' && first.name === 'data'
        ? valuesOfData(subject, inner)
        : valuesAt(frame, steps);
    if (values.some((value) => matchesValue(value, wanted))) return 1;
    if (isOfData && isEncrypted && subject.opened?.state !== 'decrypted') subject.isUnread = true;
    return 0;
  };
  return { test, probes: pathProbes(steps, wanted), cost: 20, usesColumns: false };
}

/** Shorter numbers are in too many lines. */
const leastDigits = 6;

/** The value that is wanted, if every spelling of it has something in common; or else the last name of the path. */
function pathProbes(steps: readonly PathStep[], wanted: PathTest): readonly RawProbe[] | undefined {
  if (wanted.operator === '~') return probesOf(wanted.text) ?? nameProbes(steps);
  if (wanted.operator !== '=') return nameProbes(steps);
  if (wanted.isQuoted || compareDecimals(wanted.text, wanted.text) === undefined)
    return probesOf(wanted.text) ?? nameProbes(steps);
  // 1234567, 1.234567e6: a point is in one half of the digits only.
  const digits = /^-?([1-9]\d*?)0*$/.exec(wanted.text)?.[1] ?? '';
  if (digits.length < leastDigits) return nameProbes(steps);
  const middle = digits.length >> 1;
  return [...(probesOf(digits.slice(0, middle)) ?? []), ...(probesOf(digits.slice(middle)) ?? [])];
}

function nameProbes(steps: readonly PathStep[]): readonly RawProbe[] | undefined {
  const member = steps.findLast((step) => step.type === 'member');
  return member && probesOf(member.name);
}

function probesOf(text: string): readonly RawProbe[] | undefined {
  const { probe } = new TextNeedle(text);
  return probe && [probe];
}

/** The frame, when it is JSON. */
function frameJson(line: LogLine, { flags }: Subject): string | undefined {
  const { form } = unpackFlags(flags);
  if (form === 'note' || form === 'base64') return undefined;
  const { frame } = line;
  return form === 'frame' || isJsonText(frame) ? frame : undefined;
}

/** Values in what the page shows as the event's data; that itself is a string when it is no JSON. */
function valuesOfData(subject: Subject, steps: Parameters<typeof valuesAt>[1]): string[] {
  const data = subject.opened?.state === 'decrypted' ? subject.opened.plaintext : subject.line?.data;
  if (data === undefined || data === null) return [];
  const json = data.trim();
  return valuesAt(isJsonText(json) ? json : JSON.stringify(data), steps);
}

/** Which names match, worked out once for each. */
class NameMatches {
  readonly #names: readonly string[];
  readonly #matches: (name: string) => boolean;
  readonly #known: (boolean | undefined)[] = [];

  constructor(names: readonly string[], matches: (name: string) => boolean) {
    this.#names = names;
    this.#matches = matches;
  }

  has(id: number): boolean {
    if (id === noName || id === unlistedName) return false;
    const known = this.#known[id];
    if (known !== undefined) return known;
    const matches = this.#matches(this.#names[id] ?? '');
    this.#known[id] = matches;
    return matches;
  }
}
