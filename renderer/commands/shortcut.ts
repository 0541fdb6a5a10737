/** Shortcuts as text (`Mod+K`), matched against key events and shown as this platform writes them. */

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export function matchesShortcut(shortcut: string, press: KeyPress, isMac: boolean): boolean {
  const parts = splitShortcut(shortcut);
  const wantsMod = parts.modifiers.includes('Mod');
  const wantsControl = parts.modifiers.includes('Ctrl') || (wantsMod && !isMac);
  if (press.ctrlKey !== wantsControl) return false;
  if (press.metaKey !== (wantsMod && isMac)) return false;
  if (press.altKey !== parts.modifiers.includes('Alt')) return false;
  // Which keys need Shift for a sign such as `?` differs between keyboards: for signs, the sign alone counts.
  const isSign = parts.key.length === 1 && !/[a-z0-9]/i.test(parts.key);
  if (!isSign && press.shiftKey !== parts.modifiers.includes('Shift')) return false;
  return keyName(press.key) === parts.key.toLowerCase();
}

/** The keys to draw, one by one: `['⌘', 'K']` or `['Ctrl', 'K']`. */
export function shortcutKeys(shortcut: string, isMac: boolean): readonly string[] {
  const { modifiers, key } = splitShortcut(shortcut);
  const macNames: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Ctrl: '⌃' };
  const names = modifiers.map((modifier) =>
    isMac ? (macNames[modifier] ?? modifier) : modifier === 'Mod' ? 'Ctrl' : modifier,
  );
  const keyNames: Readonly<Record<string, string>> = {
    Escape: 'Esc',
    ArrowUp: '↑',
    ArrowDown: '↓',
    PageUp: 'Page up',
    PageDown: 'Page down',
  };
  return [...names, keyNames[key] ?? (key.length === 1 && modifiers.length > 0 ? key.toUpperCase() : key)];
}

/** Single keys, without Ctrl, ⌘ or Alt, must not fire while the user types. */
export function isSingleKey(shortcut: string): boolean {
  return !splitShortcut(shortcut).modifiers.some((modifier) => modifier !== 'Shift');
}

function splitShortcut(shortcut: string): { readonly modifiers: readonly string[]; readonly key: string } {
  const parts = shortcut.split('+');
  return { modifiers: parts.slice(0, -1), key: parts.at(-1) ?? '' };
}

function keyName(key: string): string {
  return key === ' ' ? 'space' : key.toLowerCase();
}
