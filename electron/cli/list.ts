/** `latchkey list`: which apps there are, and which credentials they have; no values. */
import { choiceOf } from './app-choice.ts';
import type { AnswerTo } from './request.ts';

type ListedApp = AnswerTo<'listApps'>['apps'][number];

export function listText(
  { apps }: AnswerTo<'listApps'>,
  { json, names }: { readonly json?: unknown; readonly names?: unknown },
): string {
  if (names === true) return lines([...new Set(apps.map((app) => choiceOf(app, apps)))]);
  if (json === true) return `${JSON.stringify(apps, undefined, 2)}\n`;
  if (apps.length === 0) return 'No apps yet.\n';
  const rows = apps.map((app) => [
    choiceOf(app, apps),
    app.environment,
    app.dialect ?? app.provider,
    app.credentials.map(credentialWords).join(', ') || 'no credentials',
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return lines(
    rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
  );
}

function credentialWords({ kind, slot, label, lastFour }: ListedApp['credentials'][number]): string {
  // A field's id in words: masterKey is master key.
  const words = kind.replace(/[A-Z]+/g, (capitals) => ` ${capitals.toLowerCase()}`);
  const details = [label, lastFour !== null && `…${lastFour}`, slot !== 'current' && slot].filter(Boolean);
  return details.length === 0 ? words : `${words} (${details.join(', ')})`;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
