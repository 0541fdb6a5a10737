/**
 * Focus is never lost: when what has it is taken out of the page (a tab that closes, a row that is removed), the nearest
 * thing around it that is still there gets it, so that keys go on from the same place. A component that knows a better
 * place gives the focus there itself, before or after.
 */
import type { Disposer } from '#shared/lib/disposer.ts';

export function catchLostFocus(root: HTMLElement): Disposer {
  const page = root.ownerDocument;
  /** What has the focus, and what is around it, innermost first. Empty when the user put it nowhere. */
  let path: readonly HTMLElement[] = [];

  const onFocusIn = (event: FocusEvent) => {
    path = event.target instanceof HTMLElement ? pathOf(event.target, root) : [];
  };
  const onFocusOut = ({ target }: FocusEvent) => {
    // An element that was removed has lost the focus as well, and is out of the page by then.
    queueMicrotask(() => {
      if (page.activeElement === page.body && target instanceof Node && target.isConnected) path = [];
    });
  };
  const observer = new MutationObserver(() => {
    if (path[0]?.isConnected !== false || page.activeElement !== page.body) return;
    const survivor = path.find((element) => element.isConnected) ?? root;
    if (survivor.tabIndex < 0) survivor.tabIndex = -1;
    survivor.focus({ preventScroll: true });
  });

  root.addEventListener('focusin', onFocusIn);
  root.addEventListener('focusout', onFocusOut);
  observer.observe(root, { childList: true, subtree: true });
  return () => {
    root.removeEventListener('focusin', onFocusIn);
    root.removeEventListener('focusout', onFocusOut);
    observer.disconnect();
  };
}

function pathOf(element: HTMLElement, root: HTMLElement): readonly HTMLElement[] {
  const path: HTMLElement[] = [];
  for (let each: HTMLElement | null = element; each && each !== root; each = each.parentElement)
    path.push(each);
  return path;
}
