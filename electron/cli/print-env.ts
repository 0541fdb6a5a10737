/** `latchkey env`: an app's variables as a text. */
import { isatty } from 'node:tty';
import { AppError } from '#shared/lib/app-error.ts';
import type { Place } from './place.ts';
import { ask } from './session.ts';
import { askUnlocked } from './unlock.ts';

interface Environment {
  readonly app: string;
  readonly format?: string;
  readonly pair?: string;
}

export async function printEnv(
  place: Place,
  {
    options,
    environment,
  }: {
    readonly environment: Environment;
    readonly options: Readonly<Record<string, unknown>>;
  },
): Promise<string> {
  if (options['names-only'] === true) {
    const { names } = await ask(place, { type: 'listVariables', ...environment });
    return names.map((name) => `${name}\n`).join('');
  }
  if (isatty(1) && options.yes !== true) await confirm(place, environment);
  const { text, notes } = await askUnlocked(place, { type: 'formEnvText', ...environment });
  for (const note of notes) place.tell(note);
  return text;
}

/** @throws AppError `cancelled`, or `confirmation_required` where nobody can be asked. */
async function confirm(place: Place, environment: Environment): Promise<void> {
  const { names } = await ask(place, { type: 'listVariables', ...environment });
  const { Terminal } = await import('./terminal.ts');
  const terminal = Terminal.open();
  if (!terminal) {
    throw new AppError('confirmation_required', 'This would print secrets on a terminal.', {
      hint: 'Add --yes if they may be shown.',
    });
  }
  try {
    const what = `${names.length} variables, secrets among them`;
    if (!(await terminal.confirm(`Print ${what}, on this terminal?`))) {
      throw new AppError('cancelled', 'Cancelled.');
    }
  } finally {
    terminal.close();
  }
}
