/** An app's variables as a text for standard output: lines of a `.env` file, commands for a shell, or JSON. */
import { assertNever } from '#shared/lib/app-error.ts';
import { type EnvTarget, envFile, envVariables } from './env-file.ts';
import type { ExportApp } from './model.ts';

export const envStyles = ['dotenv', 'shell', 'json'] as const;
export type EnvStyle = (typeof envStyles)[number];

export interface EnvText {
  /** Holds secrets. Ends with a line break. */
  readonly text: string;
  /** What the user should know of it, without values. */
  readonly notes: readonly string[];
}

/** @throws AppError `invalid_input`, as `envFile` does */
export function envText(app: ExportApp, target: EnvTarget, style: EnvStyle): EnvText {
  switch (style) {
    case 'dotenv': {
      const { text, notes } = envFile(app, target);
      return { text, notes };
    }
    case 'shell': {
      const lines = envVariables(app, target).map(
        ({ variable, value }) => `export ${variable}=${inShell(value)}\n`,
      );
      return { text: lines.join(''), notes: [] };
    }
    case 'json': {
      const entries = envVariables(app, target).map(({ variable, value }) => [variable, value]);
      return { text: `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`, notes: [] };
    }
    default:
      return assertNever(style);
  }
}

/** For any POSIX shell, and always in quotes: nothing in it is run, whatever it is. */
function inShell(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
