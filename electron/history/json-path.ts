/** Values inside of JSON text, by path, as they are written. */
import type { PathStep, PathTest } from '#shared/lib/filter/index.ts';
import { compareDecimals } from './decimal.ts';
import { elementTexts, memberText, memberTexts, unwrap } from './json-text.ts';
import { fold } from './text-needle.ts';

/** The values at the end of a path. @param json valid JSON text */
export function valuesAt(json: string, steps: readonly PathStep[]): string[] {
  let values = [json];
  for (const step of steps) {
    values = values.flatMap((value) => valuesOf(value, step));
    if (values.length === 0) return [];
  }
  return values;
}

function valuesOf(json: string, step: PathStep): string[] {
  switch (step.type) {
    case 'member': {
      const value = memberText(json, step.name);
      return value ? [value.text] : [];
    }
    case 'index': {
      const value = elementTexts(json)[step.index];
      return value === undefined ? [] : [value];
    }
    case 'all':
      return [...elementTexts(json), ...memberTexts(json)];
  }
}

/** @param value JSON text */
export function matchesValue(value: string, test: PathTest): boolean {
  if (test.operator === 'exists') return true;
  const isString = value.startsWith('"');
  const shown = isString ? unwrap({ text: value, isWhole: true }) : value;
  if (test.operator === '~') return fold(shown).includes(fold(test.text));
  const order = compared(shown, isString, test);
  switch (test.operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order !== undefined && order > 0;
    case '<':
      return order !== undefined && order < 0;
    case '>=':
      return order !== undefined && order >= 0;
    case '<=':
      return order !== undefined && order <= 0;
  }
}

/** Undefined: the two are not of one kind. */
function compared(
  shown: string,
  isString: boolean,
  { text, isQuoted }: Extract<PathTest, { text: string; isQuoted: boolean }>,
): number | undefined {
  if (isQuoted && !isString) return undefined;
  if (!isQuoted) {
    const order = compareDecimals(shown, text);
    if (order !== undefined) return order;
  }
  if (!isString) return shown === text ? 0 : undefined;
  return shown === text ? 0 : shown < text ? -1 : 1;
}
