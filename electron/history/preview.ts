/** Data on one line for a list, with nothing in it that could hide or move text. */

/** The contract's limit. */
export const previewLimit = 400;

/** Controls, and characters that are invisible or change the direction of what follows. */
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for.
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export function previewOf(text: string): string {
  const visible = text.slice(0, previewLimit + 1).replace(hidden, visibleForm);
  if (visible.length <= previewLimit) return visible;
  const cut = visible.slice(0, previewLimit - 1);
  return `${isHighSurrogate(cut.charCodeAt(cut.length - 1)) ? cut.slice(0, -1) : cut}…`;
}

function visibleForm(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
