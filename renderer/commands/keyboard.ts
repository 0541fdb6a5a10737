/** Runs commands on their keys, anywhere in the page. */
import type { Disposer } from '#shared/lib/disposer.ts';
import type { CommandRegistry } from './registry.ts';
import { isSingleKey, matchesShortcut } from './shortcut.ts';

const typing =
  'input:not([type=checkbox],[type=radio],[type=button]), textarea, select, [contenteditable=true]';
/** Nothing behind a dialog may be done while it asks. A message in the corner is one by its role, and asks nothing. */
const modal = ':is([role=dialog], [role=alertdialog]):not([aria-modal=false])';
/** These have keys of their own, and the page's single keys would get in the way. */
const selfContained = '[role=menu], [role=listbox]';
const pressable = 'button, a[href], summary, input, [role=tab], [role=switch], [role=checkbox], [role=radio]';

export function listenForKeys(window: Window, commands: CommandRegistry, isMac: boolean): Disposer {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : undefined;
    if (target?.closest(modal)) return;
    const isTyping = target?.matches(typing) ?? false;
    const isInside = target?.closest(selfContained) !== null && target !== undefined;
    const isOnButton = (event.key === ' ' || event.key === 'Enter') && (target?.matches(pressable) ?? false);
    for (const command of commands.list()) {
      const shortcut = command.shortcuts?.find((each) => matchesShortcut(each, event, isMac));
      if (!shortcut) continue;
      if (isSingleKey(shortcut) && (isTyping || isInside || isOnButton)) continue;
      if (!commands.isAvailable(command.id)) continue;
      event.preventDefault();
      commands.run(command.id);
      return;
    }
  };
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}
