/** Finds commands by a few letters: a word's beginning counts more than letters scattered through the title. */
import type { Command } from '../commands/index.ts';

type Searched = Pick<Command, 'title' | 'group' | 'keywords'>;

/** The best first; equals keep their order. Everything, when nothing is asked. */
export function rankCommands<T extends Searched>(commands: readonly T[], query: string): readonly T[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return commands;
  return commands
    .map((command) => ({ command, score: score(command, wanted) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((each) => each.command);
}

function score({ title, group, keywords = '' }: Searched, wanted: string): number {
  const name = title.toLowerCase();
  const words = wanted.split(/\s+/);
  const more = `${group} ${keywords}`.toLowerCase();
  if (name.startsWith(wanted)) return 5;
  if (words.every((word) => beginsWord(name, word))) return 4;
  if (words.every((word) => name.includes(word))) return 3;
  if (words.every((word) => beginsWord(`${name} ${more}`, word))) return 2;
  return isScattered(name, wanted.replaceAll(/\s/g, '')) ? 1 : 0;
}

function beginsWord(text: string, word: string): boolean {
  return text.split(/[^\p{L}\p{N}]+/u).some((each) => each.startsWith(word));
}

function isScattered(text: string, letters: string): boolean {
  let from = 0;
  for (const letter of letters) {
    const at = text.indexOf(letter, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}
