/** What `--help` tells. */
import { usageOf } from './arguments.ts';
import { commands, commonOptions, type Option } from './command-table.ts';

export function helpText(name: string | undefined): string {
  return name === undefined ? overview() : helpOf(name);
}

function overview(): string {
  const rows = Object.entries(commands).map(
    ([name, { usage, summary }]) => [`${name} ${usage}`.trim(), summary] as const,
  );
  return [
    'latchkey: what Latchkey keeps, at the command line.',
    '',
    ...aligned(rows),
    '',
    'APP is an app’s name, NAME@ENVIRONMENT, or its id.',
    '',
    'Exit codes: 0 done, 1 failed, 2 not understood, 3 the vault is locked; of `exec`, the command’s own.',
    '`latchkey COMMAND --help` tells more; `latchkey --version` prints the version.',
    '',
  ].join('\n');
}

function helpOf(name: string): string {
  const { summary, details = [], options = {} } = commands[name] ?? { summary: '' };
  const rows = Object.entries({ ...options, ...commonOptions }).map(
    ([option, given]) => [optionWords(option, given), given.help] as const,
  );
  return [
    usageOf(name),
    '',
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    ...details,
    '',
    ...aligned(rows),
    '',
  ].join('\n');
}

function optionWords(name: string, { short, value }: Option): string {
  return `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
}
