/** Conditions that are added to a filter, or taken out of it, without a change of what the rest of it says. */
import { parseFilter, quotedIfNeeded } from '#shared/lib/filter/index.ts';

/** Characters of a filter. */
export const filterLimit = 1000;

/** Exactly these events: in a name, `*` and `?` would stand for other characters too. */
export function nameTerm(field: 'channel' | 'event', name: string): string {
  if (!/[*?]/.test(name)) return `${field}:${quotedIfNeeded(name)}`;
  return `$.${field}="${name.replace(/["\\]/g, '\\$&')}"`;
}

export function withTerm(filter: string, term: string): string {
  const rest = filter.trim();
  if (rest === '') return term;
  const plain = `${rest} ${term}`;
  return sameParts(partsOf(plain), [...partsOf(rest), ...partsOf(term)]) ? plain : `(${rest}) ${term}`;
}

/** The term stands in the filter by itself, as it is spelled here. */
export function hasTerm(filter: string, term: string): boolean {
  return withoutTerm(filter, term) !== filter;
}

/** The filter as it is, when the term is not in it. */
export function withoutTerm(filter: string, term: string): string {
  const words = filter.split(/\s+/);
  const at = words.indexOf(term);
  if (at === -1) return filter;
  const rest = words.toSpliced(at, 1).join(' ').trim();
  const left = partsOf(filter);
  const [part] = partsOf(term);
  const place = left.indexOf(part ?? '');
  // Within parentheses, after an “or”, or in quotes it means something else.
  if (place === -1 || !sameParts(partsOf(rest), left.toSpliced(place, 1))) return filter;
  return rest;
}

/** What has to hold, condition by condition. */
function partsOf(filter: string): readonly string[] {
  const parsed = parseFilter(filter);
  if (!parsed.isValid) return [filter];
  const { node } = parsed;
  if (!node) return [];
  return (node.type === 'and' ? node.nodes : [node]).map((part) => JSON.stringify(part));
}

function sameParts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index]);
}
