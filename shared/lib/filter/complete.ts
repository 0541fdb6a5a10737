/** What can be written at a place of a filter. */
import { filterField, filterFields, filterWords } from './fields.ts';
import { parseFilter } from './parse.ts';

export interface Suggestion {
  /** What takes the place of the word at the caret. */
  readonly text: string;
  readonly about: string;
  /** More has to follow: a field without its value. */
  readonly isOpen: boolean;
}

/** The word at the caret. */
export interface CompletionPlace {
  readonly start: number;
  readonly end: number;
  /** What is written of it before the caret, without a minus. */
  readonly written: string;
  /** Names that begin in this way are worth asking for. */
  readonly names: { readonly kind: 'channel' | 'event'; readonly prefix: string } | undefined;
}

/** Undefined: within quotes or an expression, where nothing is to be suggested. */
export function completionPlace(text: string, caret: number): CompletionPlace | undefined {
  const before = text.slice(0, caret);
  const start = wordStart(before);
  if (start === undefined) return undefined;
  const written = before.slice(start);
  if (/^[/"]/.test(written)) return undefined;
  const end = caret + (/^[^\s)]*/.exec(text.slice(caret))?.[0].length ?? 0);
  const colon = written.indexOf(':');
  const field = colon === -1 ? undefined : filterField(written.slice(0, colon));
  const prefix = written.slice(colon + 1).replace(/^"/, '');
  return { start, end, written, names: field?.names ? { kind: field.names, prefix } : undefined };
}

/** @param names of the kind that the place asks for, in the order in which they are to be offered */
export function suggestionsAt(place: CompletionPlace, names: readonly string[], limit = 12): Suggestion[] {
  const { written } = place;
  const colon = written.indexOf(':');
  if (colon === -1) return conditions(written).slice(0, limit);
  const field = filterField(written.slice(0, colon));
  if (!field) return [];
  const wanted = written
    .slice(colon + 1)
    .replace(/^"/, '')
    .toLowerCase();
  const begins = (value: string) => value.toLowerCase().startsWith(wanted) && value.toLowerCase() !== wanted;
  const values = field.values.filter(begins).map((value) => ({
    text: `${field.name}:${value}`,
    about: '',
    isOpen: false,
  }));
  const known = (field.names ? names : [])
    .filter((name) => name !== '' && name.length <= namesUpTo && begins(name))
    .map((name) => ({ text: `${field.name}:${quotedIfNeeded(name)}`, about: '', isOpen: false }));
  return [...values, ...known].slice(0, limit);
}

/** Longer names would not leave room in the filter. */
const namesUpTo = 200;

function conditions(written: string): Suggestion[] {
  const begins = (word: string) => word.startsWith(written.toLowerCase()) && word !== written.toLowerCase();
  return [
    ...filterFields
      .filter(({ name }) => begins(`${name}:`))
      .map(({ name, about }) => ({ text: `${name}:`, about, isOpen: true })),
    ...filterWords
      .filter(({ word }) => begins(word))
      .map(({ word, about }) => ({ text: word, about, isOpen: false })),
    ...(begins('$.data')
      ? [{ text: '$.data', about: 'A value in the event, such as $.data.order.id=42', isOpen: false }]
      : []),
  ];
}

/** A name as it can stand behind a colon. */
export function quotedIfNeeded(name: string): string {
  if (/^[^\s"()\\]+$/.test(name) && parseFilter(`channel:${name}`).isValid) return name;
  return `"${name.replace(/["\\]/g, '\\$&')}"`;
}

/** Where the word begins that ends here: behind a blank, a parenthesis, or a minus. Undefined: within quotes. */
function wordStart(before: string): number | undefined {
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < before.length; at++) {
    const character = before[at] ?? '';
    if (isQuoted) {
      if (character === '\\') at++;
      else if (character === '"') isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (/\s/.test(character)) start = at + 1;
    else if ((character === '(' || character === '-') && at === start) start = at + 1;
  }
  // A name in quotes is being written, such as `channel:"a b`: it goes on being completed.
  if (isQuoted && !/^[A-Za-z]+:"[^"]*$/.test(before.slice(start))) {
    const field = /(?:^|[\s(-])((?:channel|event):"[^"]*)$/i.exec(before)?.[1];
    return field === undefined ? undefined : before.length - field.length;
  }
  return start;
}
