/** When to speak of what is wrong with a filter: not while it is being written. */
import type { FilterRemark } from '#shared/lib/filter/index.ts';

/** Whether the caret is where a remark is about: what is typed next may mend it. */
export function isBeingWritten({ start, end, isOpen }: FilterRemark, text: string, caret: number): boolean {
  if (caret < start) return false;
  const restOfWord = /^\S*/.exec(text.slice(end))?.[0].length ?? 0;
  return isOpen === true || caret <= end + restOfWord;
}
