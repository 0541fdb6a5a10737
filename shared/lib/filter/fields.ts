/** The fields and words of the filter language: one list for the parser, the completion and the help. */
import { filterDirections, filterKeys, filterKinds } from './ast.ts';

export interface FilterField {
  readonly name: string;
  /** What it asks, for the list of suggestions. */
  readonly about: string;
  /** What may stand behind the colon, or what often does. */
  readonly values: readonly string[];
  /** Whose names are offered behind the colon. */
  readonly names?: 'channel' | 'event';
}

export const filterFields: readonly FilterField[] = [
  {
    name: 'channel',
    about: 'Name of the channel; * and ? stand for any characters',
    values: [],
    names: 'channel',
  },
  { name: 'event', about: 'Name of the event; * and ? stand for any characters', values: [], names: 'event' },
  { name: 'dir', about: 'Received, sent, or noted by Latchkey', values: filterDirections },
  { name: 'kind', about: 'Who made it', values: filterKinds },
  { name: 'conn', about: 'Number of the app’s connection', values: [] },
  { name: 'size', about: 'Bytes of the frame', values: ['>1k', '>10k', '<1k', '1k..10k'] },
  { name: 'user', about: 'User id of a presence member', values: [] },
  { name: 'key', about: 'Version of the master key that opened it', values: filterKeys },
  { name: 'after', about: 'Not before this time', values: ['-1m', '-5m', '-1h', '-1d'] },
  { name: 'before', about: 'Not after this time', values: ['-1m', '-5m', '-1h', '-1d'] },
];

export const filterWords = [
  { word: 'encrypted', about: 'Events on encrypted channels' },
  { word: 'undecrypted', about: 'Encrypted events that could not be opened' },
] as const;

export function filterField(name: string): FilterField | undefined {
  const folded = name.toLowerCase();
  return filterFields.find((field) => field.name === folded);
}

/** The field that was probably meant by a word before a colon. */
export function nearestField(word: string): FilterField | undefined {
  const folded = word.toLowerCase();
  if (folded.length < 3 || folded.length > 12) return undefined;
  const distances = filterFields.map((field) => ({ field, distance: editDistance(folded, field.name) }));
  const nearest = distances.reduce((best, each) => (each.distance < best.distance ? each : best));
  return nearest.distance <= (folded.length < 5 ? 1 : 2) ? nearest.field : undefined;
}

/** Letters to add, to drop, to change, or to swap with their neighbour. */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + change);
      const row = rows[i];
      if (row) row[j] = isSwap ? Math.min(least, at(i - 2, j - 2) + 1) : least;
    }
  }
  return at(a.length, b.length);
}

/** The language on one screen. Every example is a filter. */
export const filterHelp: readonly { readonly example: string; readonly meaning: string }[] = [
  { example: 'refund "order 42"', meaning: 'Both texts, in channel, event or data; case is ignored' },
  { example: 'channel:private-* event:order.?reated', meaning: 'Names; * is any text, ? one character' },
  { example: 'dir:in kind:client conn:2', meaning: 'Direction, who made it, which connection' },
  { example: 'size:>2k or size:100..200', meaning: 'Bytes of the frame; k is 1,024' },
  { example: 'user:ana', meaning: 'User id of a presence member' },
  { example: 'encrypted -key:current', meaning: 'Encrypted, not opened with the current master key' },
  { example: 'undecrypted', meaning: 'Encrypted, and not opened' },
  {
    example: 'after:-5m before:14:02:11.482',
    meaning: 'Time: how long ago, a time of day, or 2026-01-31T09:00',
  },
  { example: '$.data.order.id=42', meaning: 'A value in the event; = != > < >= <= and ~ for “contains”' },
  { example: '$.data.items[*].sku~"ab 1"', meaning: 'Any element of a list; [0] is the first' },
  { example: '/time(d )?out/i', meaning: 'Regular expression; i ignores case' },
  {
    example: '(paid or shipped) -test',
    meaning: 'Either of two; a minus or “not” before what is not wanted',
  },
];
