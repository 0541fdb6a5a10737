/**
 * Finds values inside JSON text without parsing and printing them again, which would lose digits beyond 2^53, key
 * order and spelling. The text is known to be valid JSON, or the beginning of it.
 */

export interface ValueText {
  readonly text: string;
  /** False when the JSON text ends inside of the value. */
  readonly isWhole: boolean;
}

/** The value of a member of the outermost object, as written. Of a name that is there twice the last counts, as in JSON.parse. */
export function memberText(json: string, name: string): ValueText | undefined {
  let position = skipBlanks(json, 0);
  if (json[position] !== '{') return undefined;
  position++;
  let found: ValueText | undefined;
  while (position < json.length) {
    position = skipBlanks(json, position);
    if (json[position] === ',') position = skipBlanks(json, position + 1);
    if (json[position] !== '"') return found;
    const keyEnd = skipString(json, position);
    const isNamed = isKey(json, position, keyEnd, name);
    const valueStart = skipBlanks(json, skipBlanks(json, keyEnd) + 1);
    if (valueStart >= json.length) return found;
    const valueEnd = skipValue(json, valueStart);
    const isWhole = valueEnd !== cutOff;
    if (isNamed)
      found = { text: isWhole ? json.slice(valueStart, valueEnd) : json.slice(valueStart), isWhole };
    if (!isWhole) return found;
    position = valueEnd;
  }
  return found;
}

/** The values of a list, as written; of anything else none. @param json valid JSON text */
export function elementTexts(json: string): string[] {
  return childTexts(json, '[');
}

/** The values of an object, as written; of anything else none. @param json valid JSON text */
export function memberTexts(json: string): string[] {
  return childTexts(json, '{');
}

function childTexts(json: string, opening: '[' | '{'): string[] {
  const values: string[] = [];
  let position = skipBlanks(json, 0);
  if (json[position] !== opening) return values;
  for (;;) {
    position = skipBlanks(json, position + 1);
    if (position >= json.length || json[position] === ']' || json[position] === '}') return values;
    if (opening === '{') position = skipBlanks(json, skipBlanks(json, skipString(json, position)) + 1);
    const end = skipValue(json, position);
    values.push(json.slice(position, end));
    // A comma, or the end.
    position = skipBlanks(json, end);
  }
}

/** The text that a value shows: of a JSON string its content, of anything else the value as written. */
export function unwrap({ text, isWhole }: ValueText): string {
  if (!text.startsWith('"')) return text;
  return isWhole ? (JSON.parse(text) as string) : unwrapBeginning(text);
}

/** An escape can take six characters for one. */
const charactersPerEscape = 6;

/** Like `unwrap`, but of no more than is needed for the first `limit` characters. */
export function unwrapStart(value: ValueText, limit: number): string {
  const needed = '"'.length + limit * charactersPerEscape;
  if (!value.text.startsWith('"')) return value.text.slice(0, limit);
  if (value.text.length <= needed) return unwrap(value).slice(0, limit);
  return unwrapBeginning(value.text.slice(0, needed)).slice(0, limit);
}

/** The beginning of a JSON string, which may have been cut inside of an escape. */
function unwrapBeginning(text: string): string {
  for (let cut = 0; cut < charactersPerEscape; cut++) {
    try {
      return JSON.parse(`${text.slice(0, text.length - cut)}"`) as string;
    } catch {
      // Cut inside of an escape: try with less.
    }
  }
  return text;
}

export function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A position past the end of the text. */
const cutOff = Number.POSITIVE_INFINITY;

function isKey(json: string, start: number, end: number, name: string): boolean {
  const isSpelledOut = json.startsWith(name, start + 1) && end === start + name.length + 2;
  if (isSpelledOut) return !name.includes('\\');
  const text = json.slice(start, end);
  if (!text.includes('\\')) return false;
  try {
    return JSON.parse(text) === name;
  } catch {
    return false;
  }
}

function skipBlanks(json: string, start: number): number {
  let position = start;
  while (position < json.length && json.charCodeAt(position) <= 0x20) position++;
  return position;
}

/** @param start of the opening quote. Answers the position after the closing one. */
function skipString(json: string, start: number): number {
  let quote = json.indexOf('"', start + 1);
  while (quote !== -1) {
    let backslashes = 0;
    while (json.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    quote = json.indexOf('"', quote + 1);
  }
  return cutOff;
}

function skipValue(json: string, start: number): number {
  const first = json[start];
  if (first === '"') return skipString(json, start);
  if (first === '{' || first === '[') return skipNested(json, start);
  for (let position = start; position < json.length; position++) {
    const unit = json.charCodeAt(position);
    if (unit === 0x2c || unit === 0x7d || unit === 0x5d || unit <= 0x20) return position;
  }
  return cutOff;
}

function skipNested(json: string, start: number): number {
  let depth = 0;
  for (let position = start; position < json.length; position++) {
    switch (json.charCodeAt(position)) {
      case 0x22:
        position = skipString(json, position) - 1;
        break;
      case 0x5b:
      case 0x7b:
        depth++;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
        if (depth === 0) return position + 1;
    }
  }
  return cutOff;
}
