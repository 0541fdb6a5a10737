import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { foundApp } from '#shared/contract/imports.ts';
import {
  type ImportResult,
  isSecretField,
  parseImport,
  previewOf,
} from '../../../../electron/vault/import/index.ts';
import { environmentFixtures } from './fixtures/environment.ts';
import { type Fixture, plant } from './fixtures/fixture.ts';
import { malformedFixtures } from './fixtures/malformed.ts';
import { settingsFixtures } from './fixtures/settings.ts';

const fixtures = [...environmentFixtures, ...settingsFixtures, ...malformedFixtures];

const canary = randomBytes(32);
const fingerprint = (value: string) => createHmac('sha256', canary).update(value).digest('hex').slice(0, 16);

function read({ fileName, text }: Fixture, planted = plant()) {
  const content = text(planted);
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return parseImport(bytes, { fileName });
}

test('there are files of all kinds', () => {
  expect(fixtures.length).toBeGreaterThanOrEqual(40);
  expect(new Set(fixtures.map((fixture) => fixture.title)).size).toBe(fixtures.length);
});

describe.each(fixtures.map((fixture) => [fixture.title, fixture] as const))('%s', (_title, fixture) => {
  test('is read as what it is', () => {
    const planted = plant();
    const result = read(fixture, planted);
    const expected = fixture.apps(planted);
    expect({
      format: result.format,
      problems: result.problems.map((problem) => problem.code),
      apps: result.apps.map((app) => ({
        provider: app.provider,
        dialect: app.dialect,
        fields: Object.fromEntries(Object.entries(app.fields).map(([id, field]) => [id, field?.value])),
        warnings: app.warnings.map((warning) => `${warning.code} ${warning.field}`),
      })),
    }).toEqual({
      format: fixture.format,
      problems: fixture.problems ?? [],
      apps: expected.map(({ provider, dialect, fields, warnings }) => ({
        provider,
        dialect: dialect ?? null,
        fields,
        warnings: warnings ?? [],
      })),
    });
    for (const [index, { name }] of expected.entries()) {
      if (name !== undefined) expect(result.apps[index]?.name).toBe(name);
    }
  });

  test('says where everything stands', () => {
    const planted = plant();
    const content = fixture.text(planted);
    const text = typeof content === 'string' ? content : Buffer.from(content).toString();
    const lines = text.split(/\r\n?|\n/);
    for (const { fields } of read(fixture, planted).apps) {
      for (const field of Object.values(fields)) {
        if (!field || typeof content !== 'string' || fixture.format === 'latchkey') continue;
        const name = field.from.name.replace('(…)', '');
        // A name that is its value's setting stands on its line; arguments by place, near it.
        const around = lines.slice(
          Math.max(0, field.from.line - (name === 'Pusher' ? 5 : 1)),
          field.from.line,
        );
        expect(around.join('\n')).toContain(name);
      }
    }
  });

  test('is previewed without a secret', () => {
    const result = read(fixture);
    const told = previewOf(result, fingerprint);
    for (const app of told.apps) expect(foundApp.parse(app)).toEqual(app);
    const preview = JSON.stringify(told);
    for (const secret of secretsOf(result)) {
      for (const form of formsOf(secret)) expect(preview).not.toContain(form);
    }
  });
});

function secretsOf(result: ImportResult): readonly string[] {
  return result.apps.flatMap(({ fields }) =>
    Object.entries(fields).flatMap(([id, field]) =>
      field && isSecretField(id as keyof typeof fields) && field.value.length >= 16 ? [field.value] : [],
    ),
  );
}

/** A secret that left in another coat would still be one. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('base64').slice(0, 16),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    [...secret].reverse().join(''),
    secret.slice(0, 12),
    secret.slice(-12),
  ];
}
