/** Keeps the focus in the page when what had it is gone after an action. */
import { type RefObject, useEffect, useRef } from 'react';

/**
 * When `state` changes and the focus has fallen out of the page, `target` gets it: an element that can be focused
 * (`tabIndex={-1}` will do), or what the first of `selectors` that finds something finds inside of it.
 */
export function useKeepFocus(
  target: RefObject<HTMLElement | null>,
  state: unknown,
  ...selectors: readonly string[]
): void {
  const last = useRef(state);
  const latest = useRef(selectors);
  useEffect(() => {
    latest.current = selectors;
  });
  useEffect(() => {
    if (Object.is(last.current, state)) return;
    last.current = state;
    // After dialogs have given the focus back, or failed to.
    const frame = requestAnimationFrame(() => {
      const inside = latest.current
        .map((selector) => target.current?.querySelector<HTMLElement>(selector))
        .find((found) => found);
      if (isElsewhere(target.current, inside)) return;
      (inside ?? target.current)?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [target, state]);
}

/** Something has the focus that is to keep it. What only stands in for what is gone is not. */
function isElsewhere(target: HTMLElement | null, better: HTMLElement | null | undefined): boolean {
  const { activeElement, body } = document;
  if (!(activeElement instanceof HTMLElement) || activeElement === body) return false;
  const isStandIn = activeElement.tabIndex < 0 && target?.contains(activeElement);
  return !(better && isStandIn);
}
