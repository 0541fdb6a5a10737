/** A start of Latchkey on a folder where it runs already leads the user to the one that runs. */
import type { AnswerOf } from '../ownership/index.ts';
import { openBrowser } from './web/open-browser.ts';

/** Whether the user can see Latchkey now: a window has been brought forward, or a browser opened at its page. */
export async function goToOwner({ url, redirect }: AnswerOf<'show'>): Promise<boolean> {
  if (url === undefined) return true;
  return redirect !== undefined && (await openBrowser(redirect));
}

export function openInWindow({ pid }: AnswerOf<'show'>): string {
  return `Latchkey is already open in its window (process ${pid}).`;
}
