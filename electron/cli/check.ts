/** `latchkey check`: what the doctor says of an app, a service, or all of them, one after the other. */

import { choiceOf } from './app-choice.ts';
import type { GivenOptions } from './arguments.ts';
import type { Place } from './place.ts';
import type { AnswerTo } from './request.ts';
import { ask } from './session.ts';
import { askUnlocked } from './unlock.ts';

type Diagnosis = AnswerTo<'checkCredentials'>['diagnoses'][number];

/** @throws AppError */
export async function checkAll(
  place: Place,
  app: string | undefined,
  options: GivenOptions,
): Promise<{ readonly text: string; readonly isAllWell: boolean }> {
  const checked: { readonly app: string; readonly diagnoses: readonly Diagnosis[] }[] = [];
  for (const each of app === undefined ? await everything(place) : [app]) {
    const { diagnoses } = await askUnlocked(place, {
      type: 'checkCredentials',
      app: each,
      elsewhere: options.elsewhere === true,
    });
    checked.push({ app: each, diagnoses });
  }
  const verdicts = checked.flatMap(({ diagnoses }) => diagnoses.map(({ verdict }) => verdict));
  return {
    text: options.json === true ? jsonOf(checked) : checked.map(wordsOf).join(''),
    // What can't be checked without changing something is no failure.
    isAllWell: verdicts.every((verdict) => verdict === 'works' || verdict === 'unchecked'),
  };
}

/** Those with credentials: of others there is nothing to check. */
async function everything(place: Place): Promise<string[]> {
  const { apps } = await ask(place, { type: 'listApps' });
  return apps.filter(({ credentials }) => credentials.length > 0).map((app) => choiceOf(app, apps));
}

function wordsOf({
  app,
  diagnoses,
}: {
  readonly app: string;
  readonly diagnoses: readonly Diagnosis[];
}): string {
  return diagnoses
    .map(({ subject, verdict, summary, advice }) =>
      [
        `${app}, ${subject}: ${verdict}`,
        `  ${summary}`,
        ...(advice === null ? [] : [`  ${advice}`]),
        '',
      ].join('\n'),
    )
    .join('');
}

/** A server's own words are in it: none of their characters may mean anything to a terminal. */
function jsonOf(value: unknown): string {
  const escaped = JSON.stringify(value, undefined, 2).replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${escaped}\n`;
}
