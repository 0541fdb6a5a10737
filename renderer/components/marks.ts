/**
 * Characters that can't be seen, or that turn text around: found here, drawn as marks by `VisibleText`. A channel
 * named with a zero-width space looks like another; a right-to-left override makes a name read as what it is not.
 */

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  /** `label` is what is drawn; `text` is what it stands for. */
  | { readonly kind: 'mark'; readonly text: string; readonly label: string; readonly name: string };

/**
 * Controls, formats, separators, lone surrogates, private use, fillers that draw nothing, variation selectors, and
 * every space but the plain one. Unicode's `Default_Ignorable_Code_Point` covers most; the rest is listed.
 */
const unseen =
  /(?:[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs})/gu;

const plain = /^[ -~]*$/;

/** Nothing but printable ASCII: as wide as it has characters, in a monospaced face, and nothing in it to be marked. */
export const isPlain = (text: string): boolean => plain.test(text);

const names: Readonly<Record<number, readonly [label: string, name: string]>> = {
  0: ['NUL', 'null'],
  8: ['BS', 'backspace'],
  9: ['⇥', 'tab'],
  10: ['⏎', 'line feed'],
  13: ['␍', 'carriage return'],
  27: ['ESC', 'escape'],
  127: ['DEL', 'delete'],
  160: ['NBSP', 'no-break space'],
  173: ['SHY', 'soft hyphen'],
  1564: ['ALM', 'Arabic letter mark'],
  8203: ['ZWSP', 'zero-width space'],
  8204: ['ZWNJ', 'zero-width non-joiner'],
  8205: ['ZWJ', 'zero-width joiner'],
  8206: ['LRM', 'left-to-right mark'],
  8207: ['RLM', 'right-to-left mark'],
  8232: ['LS', 'line separator'],
  8233: ['PS', 'paragraph separator'],
  8234: ['LRE', 'left-to-right embedding'],
  8235: ['RLE', 'right-to-left embedding'],
  8236: ['PDF', 'end of embedding or override'],
  8237: ['LRO', 'left-to-right override'],
  8238: ['RLO', 'right-to-left override'],
  8288: ['WJ', 'word joiner'],
  8294: ['LRI', 'left-to-right isolate'],
  8295: ['RLI', 'right-to-left isolate'],
  8296: ['FSI', 'first strong isolate'],
  8297: ['PDI', 'end of isolate'],
  65279: ['BOM', 'byte order mark'],
};

/** Emoji are built with these; there they hide nothing. */
const emojiVariation = 0xfe0f;
const joiner = 0x200d;
const pictographBefore = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u{FE0F}|\u{20E3}|[#*0-9])$/u;
const pictographAfter = /^\p{Extended_Pictographic}/u;

/** Whether `findMarks` would find any. */
export const hasMarks = (text: string): boolean =>
  !isPlain(text) && findMarks(text).some(({ kind }) => kind === 'mark');

/** @param options.keepsLines line feeds and tabs stay as they are, for text that is shown on many lines. */
export function findMarks(text: string, options: { keepsLines?: boolean } = {}): readonly TextPart[] {
  // Most text, and far quicker to tell than by what Unicode knows of each character.
  if (isPlain(text)) return text === '' ? [] : [{ kind: 'text', text }];
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(unseen)) {
    const [character] = match;
    const codePoint = character.codePointAt(0) ?? 0;
    if (options.keepsLines && (codePoint === 10 || codePoint === 9)) continue;
    if (isPartOfEmoji(text, match.index, codePoint)) continue;
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    parts.push(mark(character, codePoint));
    from = match.index + character.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

function mark(text: string, codePoint: number): TextPart {
  const hex = codePoint.toString(16).toUpperCase().padStart(4, '0');
  const [label, name] = names[codePoint] ?? [hex, 'invisible or private character'];
  return { kind: 'mark', text, label, name: `U+${hex} ${name}` };
}

function isPartOfEmoji(text: string, index: number, codePoint: number): boolean {
  if (codePoint !== emojiVariation && codePoint !== joiner) return false;
  const before = text.slice(Math.max(0, index - 2), index);
  if (!pictographBefore.test(before)) return false;
  return codePoint === emojiVariation || pictographAfter.test(text.slice(index + 1, index + 3));
}
