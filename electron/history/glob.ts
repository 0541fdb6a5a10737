/** Names by pattern: `*` is any text, `?` one character, case is ignored. Takes time by the product of both lengths at most. */
import { fold } from './text-needle.ts';

export function globMatcher(pattern: string): (name: string) => boolean {
  const folded = [...fold(pattern)];
  if (!/[*?]/.test(pattern)) return (name) => fold(name) === folded.join('');
  return (name) => matches(folded, [...fold(name)]);
}

/** Goes back to the last star only: what an earlier one took can be taken by that one as well. */
function matches(pattern: readonly string[], name: readonly string[]): boolean {
  let [at, star, taken] = [0, -1, 0];
  let place = 0;
  while (place < name.length) {
    if (pattern[at] === '*') {
      star = at++;
      taken = place;
    } else if (pattern[at] === '?' || pattern[at] === name[place]) {
      at++;
      place++;
    } else if (star !== -1) {
      at = star + 1;
      place = ++taken;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
