/** What is chosen of an import at first, and what is sent. */
import { expect, it } from 'vitest';
import type { FoundVersion, ImportPreview, PreviewedApp } from '#shared/contract/imports.ts';
import type { Credential } from '#shared/contract/vault.ts';
import {
  type Choices,
  countChosen,
  fateOf,
  firstChoices,
  firstIncomplete,
  secretsOf,
  toApply,
  unanswered,
} from '../../../../renderer/features/imports/choices.ts';

const from = { name: 'X', line: 1 };
const profileId = '7b6f1a52-5f4e-4d6b-9b61-0a1f0b6a1c11';

function app(index: number, changes: Partial<PreviewedApp> = {}): PreviewedApp {
  return {
    index,
    name: `App ${index}`,
    provider: 'pusher',
    dialect: null,
    environment: null,
    versions: null,
    fields: [
      { fieldId: 'key', isSecret: false, value: 'k', from },
      { fieldId: 'secret', isSecret: true, fingerprint: '0'.repeat(16), from },
    ],
    missing: [],
    warnings: [],
    existing: [],
    asks: [],
    assumed: [],
    ...changes,
  };
}

function preview(...apps: readonly PreviewedApp[]): ImportPreview {
  return { importId: profileId, format: 'variables', apps: [...apps], problems: [], unrecognised: 0 };
}

const changed = (choices: Choices, index: number, changes: Partial<Choices[number]>): Choices => {
  const choice = choices[index];
  return choice ? { ...choices, [index]: { ...choice, ...changes } } : choices;
};

it('everything is chosen, by the environment that its name tells, and into what has its key', () => {
  const existing = [
    { fieldId: 'secret', profileId: 'other', name: 'other', slot: 'current' as const, version: null },
    { fieldId: 'key', profileId, name: 'shop', slot: null, version: null },
  ];
  const choices = firstChoices(
    preview(
      app(0, { name: 'Pusher (production)' }),
      app(1, { name: 'staging' }),
      app(2, { existing }),
      app(3),
    ),
  );
  expect(Object.values(choices).map(({ environment, into }) => [environment, into])).toEqual([
    ['production', null],
    ['staging', null],
    ['development', profileId],
    ['development', null],
  ]);
});

it('sends what is chosen, with its answers, and nothing that is asked of new ones only', () => {
  const whole = preview(app(0, { asks: ['appId'] }), app(1), app(2, { asks: ['appId'] }));
  let choices = firstChoices(whole);
  expect(firstIncomplete(whole.apps, choices)).toBe(0);
  choices = changed(choices, 0, { given: { appId: ' 12 ' }, name: ' shop ', defaults: ['secret'] });
  expect(firstIncomplete(whole.apps, choices)).toBe(2);
  choices = changed(choices, 1, { isChosen: false });
  choices = changed(choices, 2, { into: profileId, leftOut: ['secret'], name: '' });
  expect(firstIncomplete(whole.apps, choices)).toBeUndefined();
  expect(unanswered(whole.apps[2] as PreviewedApp, choices[2] as Choices[number])).toEqual([]);
  expect(countChosen(whole.apps, choices)).toEqual({ apps: 2, secrets: 1 });
  expect(toApply(whole, choices).apps).toEqual([
    {
      index: 0,
      name: 'shop',
      environment: 'development',
      into: null,
      given: [{ fieldId: 'appId', value: '12' }],
      secrets: [{ fieldId: 'secret', version: null, isDefault: true }],
    },
    { index: 2, name: 'App 2', environment: 'development', into: profileId, given: [], secrets: [] },
  ]);
  expect(firstIncomplete(whole.apps, changed(choices, 0, { name: ' ' }))).toBe(0);
});

it('says of a secret whether it is new, here, or stands beside another', () => {
  const field = { fieldId: 'secret', fingerprint: 'a'.repeat(16), slot: 'current', key: null } as const;
  const credential = (changes: Partial<Credential>) =>
    ({ kind: 'secret', slot: 'current', fingerprint: 'b'.repeat(16), ...changes }) as Credential;
  expect(fateOf(field, [])).toEqual({ kind: 'new' });
  expect(fateOf(field, [credential({ kind: 'masterKey', fingerprint: field.fingerprint })])).toEqual({
    kind: 'new',
  });
  expect(fateOf(field, [credential({ slot: 'extra' })])).toEqual({ kind: 'new' });
  expect(fateOf(field, [credential({})])).toEqual({ kind: 'beside' });
  expect(
    fateOf(field, [credential({}), credential({ slot: 'revoked', fingerprint: field.fingerprint })]),
  ).toEqual({
    kind: 'present',
    slot: 'revoked',
  });
});

it('of a bundle every version is sent by its place, into the environment that it has', () => {
  const version = (changes: Partial<FoundVersion>): FoundVersion => ({
    fieldId: 'secret',
    slot: 'current',
    label: null,
    key: 'k',
    fingerprint: '0'.repeat(16),
    ...changes,
  });
  const versions = [version({}), version({ slot: 'extra', key: 'web' }), version({ slot: 'next' })];
  const whole = preview(
    app(0, { name: 'production', environment: 'local', fields: app(0).fields.slice(0, 1), versions }),
  );
  const choices = firstChoices(whole);
  expect(choices[0]?.environment).toBe('local');
  expect(countChosen(whole.apps, choices)).toEqual({ apps: 1, secrets: 3 });
  const leftOut = [secretsOf(whole.apps[0] as PreviewedApp)[1]?.id ?? ''];
  expect(toApply(whole, changed(choices, 0, { leftOut })).apps[0]?.secrets).toEqual([
    { fieldId: 'secret', version: 0, isDefault: false },
    { fieldId: 'secret', version: 2, isDefault: false },
  ]);
});

it('counts as imported what is not there already', () => {
  const there = { fieldId: 'secret', name: 'shop', slot: 'current' as const, version: null };
  const key = { fieldId: 'key', profileId, name: 'shop', slot: null, version: null };
  const whole = preview(app(0, { existing: [key, { ...there, profileId }] }), app(1, { existing: [key] }));
  const choices = firstChoices(whole);
  expect(choices[0]?.into).toBe(profileId);
  expect(countChosen(whole.apps, choices)).toEqual({ apps: 2, secrets: 1 });
  expect(countChosen(whole.apps, changed(choices, 0, { into: null }))).toEqual({ apps: 2, secrets: 2 });
});

it('of a version says whether its own place is free, and takes one with another key for another one', () => {
  const found = { fieldId: 'secret', fingerprint: 'a'.repeat(16), slot: 'next', key: 'k' } as const;
  const credential = (changes: Partial<Credential>) =>
    ({ kind: 'secret', slot: 'next', key: 'k', fingerprint: 'b'.repeat(16), ...changes }) as Credential;
  const same = { fingerprint: found.fingerprint };
  expect(fateOf(found, [credential({ slot: 'current' })])).toEqual({ kind: 'new' });
  expect(fateOf(found, [credential({})])).toEqual({ kind: 'beside' });
  expect(fateOf({ ...found, slot: 'revoked' }, [credential({ slot: 'revoked' })])).toEqual({ kind: 'new' });
  expect(fateOf(found, [credential({ ...same, slot: 'extra', key: 'other' })])).toEqual({ kind: 'new' });
  expect(fateOf(found, [credential({ ...same, slot: 'extra' }), credential(same)])).toEqual({
    kind: 'present',
    slot: 'next',
  });
});
