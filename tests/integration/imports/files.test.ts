/**
 * Files of every shape through the whole app: what was recognised is entered, and no secret of any of them, imported or
 * not, is in anything that main or the page was told, nor on the disk.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { importFixtures, searchFor, wholeImport, writeFixture } from '../../support/import-files.ts';
import { type Latchkey, startLatchkey } from '../../support/latchkey.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { type Planted, plant } from '../../unit/vault/import/fixtures/fixture.ts';

const dataFolder = temporaryFolder();
const planted: Planted[] = [];
let latchkey: Latchkey;

beforeAll(async () => {
  latchkey = await startLatchkey(dataFolder);
  const passphrase = { value: 'a passphrase of the test' };
  await latchkey.client.call('vault.chooseStore', { store: 'file', passphrase });
});

afterAll(async () => {
  await latchkey.close();
  expect(latchkey.bugs).toEqual([]);
});

function plantHere(): Planted {
  const here = plant();
  planted.push(here);
  return here;
}

describe.each(importFixtures.map((fixture) => [fixture.title, fixture] as const))('%s', (_title, fixture) => {
  it('is opened, and what is in it is made and entered', async () => {
    const { client } = latchkey;
    const here = plantHere();
    const expected = fixture.apps(here);
    const path = writeFixture(temporaryFolder(), fixture, here);
    const preview = await client.call('imports.open', { path });
    expect(preview.apps.map(({ provider }) => provider)).toEqual(expected.map(({ provider }) => provider));
    expect(preview.problems.map(({ code }) => code)).toEqual(fixture.problems ?? []);
    if (preview.apps.length === 0) {
      for (const { message } of preview.problems) expect(message).toMatch(/\.$/);
      return;
    }
    const before = await client.call('profiles.list', {});
    const { apps } = await client.call('imports.apply', wholeImport(preview));
    for (const { failure, secrets } of apps) {
      expect(failure).toBeNull();
      expect(secrets.map((secret) => secret.failure)).toEqual(secrets.map(() => null));
    }
    const after = await client.call('profiles.list', {});
    expect(after.profiles.length + after.services.length).toBe(
      before.profiles.length + before.services.length + expected.length,
    );
    for (const { index, profileId } of apps) {
      const { credentials } = await client.call('vault.credentials', { profileId: profileId ?? '' });
      const secrets = preview.apps[index]?.fields.flatMap((field) =>
        field.isSecret ? [`${field.fieldId} current ${field.fingerprint}`] : [],
      );
      expect(
        credentials.map(({ kind, slot, fingerprint }) => `${kind} ${slot} ${fingerprint}`).sort(),
      ).toEqual(secrets?.sort());
    }
  });
});

const megabyte = 1024 * 1024;
/** `%s` stands for the secrets. */
const refused: readonly (readonly [
  what: string,
  content: (here: Planted) => string | Uint8Array,
  words: RegExp,
])[] = [
  ['nothing', () => '', /is empty/],
  [
    '50 MB',
    ({ secret }) => `PUSHER_SECRET=${secret}\n`.repeat((50 * megabyte) / 35),
    /MB; an import reads 1\.0 MB/,
  ],
  [
    'a byte more than fits',
    ({ secret }) => `PUSHER_SECRET=${secret}\n`.padEnd(megabyte + 1, '#'),
    /an import reads 1\.0 MB/,
  ],
  ['binary', ({ secret }) => Buffer.from(`\x7fELF\0\0PUSHER_SECRET=${secret}\0`), /not a text file/],
];

it.each(refused)('a file of %s is refused in words', async (_what, content, words) => {
  const path = join(temporaryFolder(), '.env');
  writeFileSync(path, content(plantHere()));
  const failure = await latchkey.client.call('imports.open', { path }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AppError);
  expect(failure).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(words) });
  expect((failure as AppError).hint).toMatch(/\.$/);
});

const strange: readonly (readonly [what: string, content: (here: Planted) => string | Uint8Array])[] = [
  [
    'invalid UTF-8',
    ({ id, key, secret }) =>
      Buffer.concat([
        Buffer.from(`PUSHER_APP_ID=${id}\nPUSHER_KEY=${key}\nPUSHER_SECRET=${secret}\nNAME=`),
        Buffer.from([0xe9, 0xff, 0x0a]),
      ]),
  ],
  ['deep nesting', ({ secret }) => `{"a":${'['.repeat(20_000)}"${secret}"${']'.repeat(20_000)}}`],
  [
    'names of an object’s own',
    ({ key, secret }) =>
      `{"__proto__":{"pusher":{"key":"${key}","secret":"${secret}"}},"constructor":{"secret":"x"}}`,
  ],
  [
    'names that mean harm',
    ({ key, secret }) =>
      `PUSHER_\u202eKEY=${key}\nPUSHER_APP_SECRET_${secret}=x\nPUSHER_SECRET=${secret}\nPUSHER_KEY=<script>alert(1)</script>`,
  ],
  [
    'a name that hides and turns text around',
    ({ key, secret }) => `[{"id":"1","name":"a\\u202eb\\u0000","key":"${key}","secret":"${secret}"}]`,
  ],
  [
    'secrets in the wrong places',
    ({ secret, secret2, masterKey }) =>
      `PUSHER_KEY=${secret}\nPUSHER_SECRET=${secret}\nPUSHER_APP_ID=${secret2}\nPUSHER_MOBILE_SECRET=${secret2}\nPUSHER_HOST=${masterKey}\nPUSHER_ENCRYPTION_MASTER_KEY_BASE64=${masterKey}\n`,
  ],
  [
    'secrets of the size of nothing and of everything',
    ({ secret }) =>
      `PUSHER_SECRET=\nPUSHER_MOBILE_SECRET=${secret.repeat(100)}\nPUSHER_WEB_SECRET=${secret.repeat(10_000)}`,
  ],
];

it.each(strange)('a file with %s has an answer', async (_what, content) => {
  const path = join(temporaryFolder(), 'app.json');
  writeFileSync(path, content(plantHere()));
  const { client } = latchkey;
  const preview = await client.call('imports.open', { path });
  expect(preview.apps.length + preview.problems.length).toBeGreaterThan(0);
  if (preview.apps.length > 0) await client.call('imports.apply', wholeImport(preview));
  expect(Object.getPrototypeOf({})).toEqual({});
});

it('500 apps and more are told within limits, and those that are chosen are entered', async () => {
  const { client } = latchkey;
  // A few are looked for below: hundreds would only make the search long.
  const few = Array.from({ length: 5 }, () => plantHere());
  const many = [...few, ...Array.from({ length: 496 }, () => plant())];
  const path = join(temporaryFolder(), 'apps.json');
  writeFileSync(path, JSON.stringify(many.map(({ id, key, secret }) => ({ id, key, secret }))));
  const preview = await client.call('imports.open', { path });
  expect(preview.apps).toHaveLength(500);
  expect(preview.problems.map(({ code }) => code)).toEqual(['too-much']);
  const whole = wholeImport(preview);
  const chosen = { ...whole, apps: whole.apps.slice(0, 30) };
  const { apps } = await client.call('imports.apply', chosen);
  expect(apps.map(({ secrets }) => secrets.map(({ outcome }) => outcome))).toEqual(
    apps.map(() => ['entered']),
  );
  const { entries } = await client.call('audit.list', { limit: 5 });
  expect(entries.find(({ action }) => action === 'imported')).toMatchObject({ count: 30, profileId: null });
});

it('nothing of it was told, or is written anywhere', { timeout: 120_000 }, async () => {
  const search = searchFor(planted);
  expect(planted.length).toBeGreaterThan(90);
  expect(latchkey.recording.length).toBeGreaterThan(300);
  expect(latchkey.vaultRecording.length).toBeGreaterThan(300);
  expect(search.inText('between page and main', latchkey.recording.join('\n'))).toEqual([]);
  expect(search.inText('between main and the vault process', latchkey.vaultRecording.join('\n'))).toEqual([]);
  const { findings, fileCount } = await search.inFolder(dataFolder);
  expect(fileCount).toBeGreaterThan(2);
  expect(findings).toEqual([]);
  // What the same search finds, where it is.
  const { secret = '' } = planted.at(-1) ?? {};
  expect(search.inText('a control', `{"value":"${secret}"}`)).toHaveLength(1);
});
