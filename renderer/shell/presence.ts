/** Tells the main side that the user is there: input in the page puts off the lock that comes by itself. */
import type { Disposer } from '#shared/lib/disposer.ts';

export const touchIntervalMs = 10_000;

const inputs = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

/** Calls at the first input, and then at the end of each interval that had any: the last one counts as well. */
export function watchForInput(target: EventTarget, touch: () => void): Disposer {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isPending = false;
  const turn = () => {
    timer = undefined;
    if (isPending) used();
  };
  const used = () => {
    isPending = timer !== undefined;
    if (timer !== undefined) return;
    touch();
    timer = setTimeout(turn, touchIntervalMs);
  };
  const options = { capture: true, passive: true };
  for (const input of inputs) target.addEventListener(input, used, options);
  return () => {
    clearTimeout(timer);
    for (const input of inputs) target.removeEventListener(input, used, options);
  };
}
