/** JSON from a stranger: parsed only if it is not nested so deeply that later steps would run out of stack. */
export const depthLimit = 64;

export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: 'not-json' | 'too-deep' };

export function parseBoundedJson(text: string): ParsedJson {
  if (!isShallow(text)) return { ok: false, why: 'too-deep' };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, why: 'not-json' };
  }
}

const quote = 0x22;
const backslash = 0x5c;

/** Counts brackets outside of strings. Text that is not JSON gets some answer, and the parser has the last word. */
function isShallow(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isInString) {
      if (code === backslash) index++;
      else if (code === quote) isInString = false;
    } else if (code === quote) isInString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth++;
      if (depth > depthLimit) return false;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return true;
}
