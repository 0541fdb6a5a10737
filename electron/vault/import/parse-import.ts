/**
 * Reads a file with credentials, whatever its kind. Pure: bytes go in, and what was found comes out; nothing in the file
 * is executed, fetched or looked up. Runs in the vault process, and its result stays there.
 */
import { collectApps } from './apps.ts';
import { findInVariables } from './environment.ts';
import type { Findings } from './findings.ts';
import { readLatchkeyFile } from './latchkey-file.ts';
import { type ImportFormat, type ImportProblem, type ImportResult, importLimits } from './model.ts';
import { readNotation } from './notation.ts';
import { findInPropertyList, isPropertyList } from './property-list.ts';
import { findInSettings } from './settings.ts';
import { decodeText } from './text.ts';
import { readVariables } from './variables.ts';

/**
 * @param fileName Only its ending and its words are looked at: `.json`, `.php`, `airshipconfig`.
 * @throws AppError `invalid_input` for a file that is too large, empty, or no text. What is wrong inside of one is a
 * problem of the result.
 */
export function parseImport(
  bytes: Uint8Array,
  { fileName = '' }: { readonly fileName?: string } = {},
): ImportResult {
  const { text, problem } = decodeText(bytes);
  const name = fileName.slice(-200);
  const own = readLatchkeyFile(text);
  const result = own ?? best(text, name);
  const problems = [...(problem ? [problem] : []), ...result.problems];
  return { ...result, problems: problems.slice(0, importLimits.problems) };
}

function best(text: string, fileName: string): ImportResult {
  if (isPropertyList(text)) return collected('property-list', findInPropertyList(text), fileName, []);
  const beginsSo = beginsAsSettings(text);
  const isSettings = beginsSo || /\.(?:json|json5|jsonc|php)$/i.test(fileName);
  const first = isSettings ? fromSettings(text, fileName) : fromVariables(text, fileName);
  // A name alone may be wrong about what is in the file.
  if (first.apps.length > 0 && (isSettings ? beginsSo : !mayBeCode(text))) return first;
  const second = isSettings ? fromVariables(text, fileName) : fromSettings(text, fileName);
  const more = fieldCount(second) - fieldCount(first);
  return more > 0 || (more === 0 && isSettings && !beginsSo) ? second : first;
}

function fromVariables(text: string, fileName: string): ImportResult {
  return collected('variables', findInVariables(text, readVariables(text)), fileName, []);
}

function fromSettings(text: string, fileName: string): ImportResult {
  const notation = readNotation(text);
  const problems = notation.problem ? [notation.problem] : [];
  return collected('settings', findInSettings(notation, fileName), fileName, problems);
}

function collected(
  format: ImportFormat,
  { findings, unrecognised }: Findings,
  fileName: string,
  readingProblems: readonly ImportProblem[],
): ImportResult {
  const { apps, problems, dropped } = collectApps(findings, fileName);
  return {
    format,
    apps,
    problems: [...readingProblems, ...problems],
    unrecognised: unrecognised + dropped,
  };
}

function fieldCount({ apps, problems }: ImportResult): number {
  const fields = apps.reduce((sum, app) => sum + Object.keys(app.fields).length, 0);
  // Names without values say more than nothing at all.
  return fields + (problems.some((problem) => problem.code === 'values-elsewhere') ? 0.5 : 0);
}

function beginsAsSettings(text: string): boolean {
  return /^\s*(?:[{]|\[\s*[{\]"]|<\?php)/.test(text.slice(0, 1000));
}

/** Code has its names on lines of their own too, so that it may be read as variables, but not as well. */
function mayBeCode(text: string): boolean {
  return /=>|\bnew [A-Z]|Pusher[\w.:\\]{0,20}[({]|process\.env|os\.(?:Getenv|getenv|environ)|ENV[.[]|\benv\(/.test(
    text.slice(0, 200_000),
  );
}
