import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { FoundApp, FoundField } from '#shared/contract/imports.ts';
import * as s from '#shared/contract/strings.ts';
import { parseImport, previewOf } from '../../../../electron/vault/import/index.ts';
import { plant } from './fixtures/fixture.ts';

const canary = randomBytes(32);
const fingerprint = (value: string) => createHmac('sha256', canary).update(value).digest('hex').slice(0, 16);

function preview(text: string) {
  return previewOf(parseImport(new TextEncoder().encode(text)), fingerprint);
}

function only(text: string): FoundApp {
  const { apps } = preview(text);
  expect(apps).toHaveLength(1);
  return apps[0] as FoundApp;
}

describe('a preview', () => {
  test('says what was recognised, and on which line, with the values of what is public alone', () => {
    const p = plant();
    const app = only(
      `# one\nPUSHER_APP_ID=${p.id}\nPUSHER_KEY=${p.key}\nPUSHER_SECRET=${p.secret}\nPUSHER_CLUSTER=eu\n`,
    );
    expect(app).toEqual({
      index: 0,
      name: 'Pusher Channels',
      provider: 'pusher',
      dialect: null,
      environment: null,
      versions: null,
      fields: [
        { fieldId: 'appId', isSecret: false, value: p.id, from: { name: 'PUSHER_APP_ID', line: 2 } },
        { fieldId: 'key', isSecret: false, value: p.key, from: { name: 'PUSHER_KEY', line: 3 } },
        {
          fieldId: 'secret',
          isSecret: true,
          fingerprint: fingerprint(p.secret),
          from: { name: 'PUSHER_SECRET', line: 4 },
        },
        { fieldId: 'cluster', isSecret: false, value: 'eu', from: { name: 'PUSHER_CLUSTER', line: 5 } },
      ],
      missing: [],
      warnings: [],
    });
  });

  test.each(['app.json', 'broadcasting.php'])(
    'takes no secret for the value of the line before it, in variables that are kept in %s',
    (fileName) => {
      const { secret, masterKey } = plant();
      for (const before of ['', `${secret.slice(0, 5)}-`, masterKey]) {
        const text = `PUSHER_APP_ID=1\nPUSHER_APP_KEY=${before}\nPUSHER_APP_SECRET=${secret}\n`;
        const { apps } = previewOf(parseImport(Buffer.from(text), { fileName }), fingerprint);
        const fields = apps.flatMap((app) => app.fields);
        expect(fields.find(({ fieldId }) => fieldId === 'secret')).toMatchObject({
          isSecret: true,
          fingerprint: fingerprint(secret),
          from: { line: 3 },
        });
        expect(JSON.stringify(apps)).not.toContain(secret);
      }
    },
  );

  test('has no place for the value of a secret', () => {
    const field: FoundField = {
      fieldId: 'secret',
      isSecret: true,
      fingerprint: '0',
      from: { name: 'x', line: 1 },
    };
    // @ts-expect-error: the type has none.
    expect(field.value).toBeUndefined();
    // @ts-expect-error: and takes none.
    const withValue: FoundField = { ...field, isSecret: true, value: 'x' };
    expect(withValue).toBeDefined();
  });

  test.each([
    [
      'PUSHER_KEY=k',
      [
        ['cluster', 'connecting'],
        ['appId', 'servers'],
        ['secret', 'servers'],
      ],
    ],
    [
      'PUSHER_SECRET=s',
      [
        ['key', 'everything'],
        ['cluster', 'connecting'],
        ['appId', 'servers'],
      ],
    ],
    ['REVERB_APP_KEY=k\nREVERB_APP_SECRET=s\nREVERB_APP_ID=1', [['socketHost', 'connecting']]],
    [
      'SOKETIFY_APP_KEY=k',
      [
        ['appId', 'servers'],
        ['secret', 'servers'],
      ],
    ],
    ['AIRSHIP_APP_KEY=k', [['masterSecret', 'servers']]],
    ['AIRSHIP_OAUTH_CLIENT_ID=k\nAIRSHIP_OAUTH_CLIENT_SECRET=s', []],
    ['IBM_PUSH_CLIENT_SECRET=s', [['appGuid', 'everything']]],
    [`PUSHER_ENCRYPTION_MASTER_KEY_BASE64=${randomBytes(32).toString('base64')}`, []],
  ] as const)('says what is missing: %s', (text, missing) => {
    expect(only(text).missing.map(({ fieldId, neededFor }) => [fieldId, neededFor])).toEqual(missing);
  });

  test('withholds what is public but repeats a secret: a swapped line, a secret for a name', () => {
    const p = plant();
    const swapped = preview(
      `PUSHER_KEY=${p.secret}\nPUSHER_SECRET=${p.secret}\nPUSHER_${p.secret}_APP_ID=1\nPUSHER_${p.secret}_KEY=${p.key}\nPUSHER_APP_KEY_${p.secret}=x y\n`,
    );
    expect(JSON.stringify(swapped).toLowerCase()).not.toContain(p.secret);
    expect(swapped.apps[0]?.fields[0]).toMatchObject({ fieldId: 'key', value: null });
  });

  test('counts what it does not know, and repeats none of it', () => {
    const p = plant();
    const found = preview(`PUSHER_KEY=${p.key}\nDB_PASSWORD=${p.secret}\nS3_SECRET_${p.key2}=x\n`);
    expect(found.unrecognised).toBe(2);
    expect(JSON.stringify(found)).not.toMatch(new RegExp(`DB_PASSWORD|${p.secret}|${p.key2}`, 'i'));
  });

  test('warns of what is dangerous first, and in words', () => {
    const p = plant();
    const app = only(`VITE_PUSHER_SECRET=${p.secret}#x\nPUSHER_KEY=your-key`);
    expect(app.warnings.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'danger public-secret',
      'caution comment-sign',
      'caution placeholder',
    ]);
    expect(app.warnings[0]?.message).toBe(
      'VITE_PUSHER_SECRET ships to browsers: Vite copies variables of this name into the code that everyone can read. Take the secret out of there, and rotate it.',
    );
  });

  test('has public values of the forms that may leave', () => {
    const p = plant();
    const app = only(
      `PUSHER_APP_ID=${p.id}\nPUSHER_KEY=${p.key}\nPUSHER_HOST=https://WS.Example.com:8443/realtime/\nPUSHER_SECRET=${p.secret}`,
    );
    const values = Object.fromEntries(
      app.fields.flatMap((field) => (field.isSecret ? [] : [[field.fieldId, field.value]])),
    );
    expect(values).toEqual({
      appId: p.id,
      key: p.key,
      apiHost: 'ws.example.com',
      apiPort: '8443',
      apiTls: 'true',
      apiPath: '/realtime',
      socketHost: 'ws.example.com',
      socketPort: '8443',
      socketTls: 'true',
      socketPath: '/realtime',
    });
    expect(s.label.safeParse(app.name).success).toBe(true);
    for (const warning of app.warnings) expect(s.fileText.safeParse(warning.message).success).toBe(true);
  });

  test('of a bundle has every version without its value, and withholds what repeats one', () => {
    const p = plant();
    const key = 'k';
    const version = { field: 'secret', slot: 'extra', label: null, key, value: p.secret };
    const app = {
      name: 'news',
      provider: 'airship',
      dialect: null,
      environment: 'staging',
      fields: {},
      publicFields: [
        { fieldId: 'site', value: 'go.airship.eu' },
        { fieldId: 'appKey', value: p.secret2 },
        { fieldId: 'bearerToken', value: 'no-public-field' },
        { fieldId: 'unknown', value: 'x' },
      ],
      versions: [
        version,
        { ...version, slot: 'revoked', label: `was ${p.secret}`, value: p.secret2 },
        { ...version, slot: 'next', label: 'web', key: p.secret },
      ],
    };
    const found = only(JSON.stringify({ format: 'latchkey-apps', version: 1, apps: [app] }));
    expect(JSON.stringify(found)).not.toMatch(new RegExp(`${p.secret}|${p.secret2}|no-public-field`));
    expect(found).toMatchObject({ environment: 'staging' });
    expect(found.fields).toEqual([
      { fieldId: 'site', isSecret: false, value: 'go.airship.eu', from: { name: 'site', line: 1 } },
      { fieldId: 'appKey', isSecret: false, value: null, from: { name: 'appKey', line: 1 } },
    ]);
    const told = { fieldId: 'secret', key, label: null };
    expect(found.versions).toEqual([
      { ...told, slot: 'extra', fingerprint: fingerprint(p.secret) },
      { ...told, slot: 'revoked', fingerprint: fingerprint(p.secret2) },
      { ...told, slot: 'next', label: 'web', key: null, fingerprint: fingerprint(p.secret) },
    ]);
  });
});
