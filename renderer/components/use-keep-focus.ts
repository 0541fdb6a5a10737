/** Keeps the focus in the page when what had it is gone after an action. */
import { type RefObject, useEffect, useRef } from 'react';

/**
 * When `state` changes and the focus has fallen out of the page, `target` gets it: an element that can be focused
 * (`tabIndex={-1}` will do), or the first inside that `selector` finds.
 */
export function useKeepFocus(target: RefObject<HTMLElement | null>, state: unknown, selector?: string): void {
  const last = useRef(state);
  useEffect(() => {
    if (Object.is(last.current, state)) return;
    last.current = state;
    // After dialogs have given the focus back, or failed to.
    const frame = requestAnimationFrame(() => {
      const { activeElement, body } = document;
      if (activeElement !== null && activeElement !== body) return;
      const inside = selector ? target.current?.querySelector<HTMLElement>(selector) : undefined;
      (inside ?? target.current)?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [target, state, selector]);
}
