/** Which app is meant by what stands on a command line, and what to write there to mean one. */
import type { Profile } from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';

type Choosable = Pick<Profile, 'profileId' | 'name' | 'environment'>;

/**
 * By its id, its name, or `NAME@ENVIRONMENT`; capitals matter only where they tell two apart.
 * @throws AppError `not_found`, or `conflict` with those that may have been meant. What was asked for is not repeated:
 * it may have been a secret in a wrong place, and goes to a terminal.
 */
export function chosenApp<A extends Choosable>(apps: readonly A[], choice: string): A {
  const found = appsMeantBy(apps, choice);
  const [first] = found;
  if (first && found.length === 1) return first;
  if (first) {
    throw new AppError('conflict', `${found.length} apps have that name.`, {
      hint: `Choose one of: ${listed(found.map((app) => described(app, apps)))}.`,
    });
  }
  throw new AppError('not_found', 'There is no such app.', {
    hint:
      apps.length === 0
        ? 'Add one in Latchkey first.'
        : `There are: ${listed(apps.map((app) => described(app, apps)))}.`,
  });
}

/** The shortest that means this app, and is no option. */
export function choiceOf<A extends Choosable>(app: A, apps: readonly A[]): string {
  const { name, environment, profileId } = app;
  const choices = [name, `${name}@${environment}`].filter((choice) => {
    const [first, ...others] = appsMeantBy(apps, choice);
    return first === app && others.length === 0 && !choice.startsWith('-');
  });
  return choices[0] ?? profileId;
}

/** Those that fit best, in the way that comes first. */
function appsMeantBy<A extends Choosable>(apps: readonly A[], choice: string): readonly A[] {
  const at = choice.lastIndexOf('@');
  const [name, environment] = [choice.slice(0, Math.max(at, 0)), choice.slice(at + 1)];
  const ways: ((app: A) => boolean)[] = [
    (app) => app.profileId === choice,
    (app) => app.name === choice,
    (app) => app.name === name && app.environment === environment,
    (app) => isSameName(app.name, choice),
    (app) => isSameName(app.name, name) && app.environment === environment,
  ];
  for (const isMeant of ways) {
    const found = apps.filter(isMeant);
    if (found.length > 0) return found;
  }
  return [];
}

function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function described<A extends Choosable>(app: A, apps: readonly A[]): string {
  const choice = choiceOf(app, apps);
  return choice === app.profileId ? `${choice} (${app.name}@${app.environment})` : choice;
}

const listLimit = 12;

function listed(names: readonly string[]): string {
  const more = names.length - listLimit;
  return `${names.slice(0, listLimit).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}
