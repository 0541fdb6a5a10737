import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import {
  type EnvTarget,
  type ExportApp,
  envFile,
  envTargets,
  envTargetsFor,
  latchkeyFile,
} from '../../../../electron/vault/export/index.ts';
import {
  fieldsOfProvider,
  type ImportFieldId,
  type ImportProvider,
  importProviders,
  isSecretField,
  parseImport,
} from '../../../../electron/vault/import/index.ts';
import type { SeededRandom } from '../../../support/seeded-random.ts';
import { roundsInTurn } from '../../../support/soak.ts';

const hex = () => randomBytes(10).toString('hex');
const bytesOf = (text: string) => new TextEncoder().encode(text);

const hosted: ExportApp = {
  name: 'Shop (live)',
  provider: 'pusher',
  dialect: null,
  fields: {
    appId: '1234',
    key: hex(),
    secret: hex(),
    cluster: 'eu',
    masterKey: randomBytes(32).toString('base64'),
  },
};

const reverb: ExportApp = {
  name: 'Reverb',
  provider: 'self-hosted',
  dialect: 'reverb',
  fields: {
    appId: '77',
    key: hex(),
    secret: hex(),
    apiHost: '127.0.0.1',
    apiPort: '8080',
    apiTls: 'false',
    socketHost: 'ws.example.com',
    socketPort: '443',
    socketTls: 'true',
  },
};

describe('a .env file', () => {
  test('for Laravel with Reverb has Laravel’s names, the API’s address and the browsers’ address', () => {
    const { text, fileName, notes } = envFile(reverb, 'laravel-reverb');
    expect(fileName).toBe('.env');
    expect(
      text,
    ).toBe(`# Reverb, for Laravel with Reverb. Holds secrets: keep this file out of version control.
BROADCAST_CONNECTION=reverb
REVERB_APP_ID=77
REVERB_APP_KEY=${reverb.fields.key}
REVERB_APP_SECRET=${reverb.fields.secret}
REVERB_HOST=127.0.0.1
REVERB_PORT=8080
REVERB_SCHEME=http
VITE_REVERB_APP_KEY=${reverb.fields.key}
VITE_REVERB_HOST=ws.example.com
VITE_REVERB_PORT=443
VITE_REVERB_SCHEME=https
`);
    expect(notes).toEqual([]);
  });

  test('for Laravel with Pusher has the cluster, and no host', () => {
    expect(envFile(hosted, 'laravel-pusher').variables).toEqual([
      'BROADCAST_CONNECTION',
      'PUSHER_APP_ID',
      'PUSHER_APP_KEY',
      'PUSHER_APP_SECRET',
      'PUSHER_APP_CLUSTER',
      'PUSHER_ENCRYPTION_MASTER_KEY_BASE64',
      'VITE_PUSHER_APP_KEY',
      'VITE_PUSHER_APP_CLUSTER',
    ]);
  });

  test('for a soketi server has soketi’s names', () => {
    expect(envFile({ ...reverb, dialect: 'soketi' }, 'soketi-server').variables).toEqual([
      'SOKETI_DEFAULT_APP_ID',
      'SOKETI_DEFAULT_APP_KEY',
      'SOKETI_DEFAULT_APP_SECRET',
      'SOKETI_PORT',
    ]);
  });

  test('is offered only where it makes sense', () => {
    expect(envTargetsFor(hosted)).not.toContain('laravel-reverb');
    expect(envTargetsFor(hosted)).not.toContain('soketi-server');
    expect(envTargetsFor(reverb)).not.toContain('soketi-server');
    expect(() => envFile(hosted, 'laravel-reverb')).toThrow(AppError);
  });

  test('never gives a secret to browsers, whatever the target', () => {
    const all = everyField();
    for (const provider of importProviders) {
      const app: ExportApp = {
        name: 'x',
        provider,
        dialect: provider === 'self-hosted' ? 'other' : null,
        fields: all,
      };
      for (const target of envTargetsFor(app)) {
        const published = envFile(app, target)
          .text.split('\n')
          .filter((line) => /^(?:VITE_|NEXT_PUBLIC_|NUXT_PUBLIC_)/.test(line))
          .join('\n');
        for (const [id, value] of Object.entries(all)) {
          if (isSecretField(id as ImportFieldId)) expect(published).not.toContain(value);
        }
      }
    }
  });

  test('says which variable other loaders read differently', () => {
    const secret = `${hex()}#${hex()}`;
    const { text, notes } = envFile({ ...hosted, fields: { ...hosted.fields, secret } }, 'node');
    expect(text).toContain(`PUSHER_APP_SECRET='${secret}'\n`);
    expect(notes).toEqual([
      'PUSHER_APP_SECRET has characters that these read differently: docker run --env-file.',
    ]);
  });

  test('is refused, without the value, if a secret fits on no line', () => {
    const secret = `${hex()}'"${hex()}`;
    let failure: unknown;
    try {
      envFile({ ...hosted, fields: { ...hosted.fields, secret } }, 'node');
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(AppError);
    expect((failure as AppError).message).toContain('PUSHER_APP_SECRET');
    expect(JSON.stringify((failure as AppError).toFailure())).not.toContain(secret.slice(0, 8));
  });

  test('keeps an app’s name on the line of its comment', () => {
    const { text } = envFile({ ...hosted, name: 'x\nPUSHER_APP_KEY=evil\u2028$(reboot)' }, 'node');
    expect(text.split(/[\n\u2028]/)[0]).toMatch(/^# x PUSHER_APP_KEY evil {2}_?\(?/u);
    expect(text.match(/PUSHER_APP_KEY=/g)).toHaveLength(1);
  });
});

describe('what is exported is imported again', () => {
  test('from .env files for every target, with any secret that fits on a line', async () => {
    const written = new Map<EnvTarget, number>();
    await roundsInTurn({ inTest: 600, inSoak: 30_000 }, (random) => {
      const target = random.pick(envTargets);
      let app = randomApp(random);
      while (!envTargetsFor(app).includes(target)) app = randomApp(random);
      let text: string;
      try {
        text = envFile(app, target).text;
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        return;
      }
      written.set(target, (written.get(target) ?? 0) + 1);
      const result = parseImport(bytesOf(text), { fileName: '.env' });
      expect(result.apps).toHaveLength(1);
      const [back] = result.apps;
      for (const id of fieldsOfProvider[app.provider]) {
        if (kept(id, app, target))
          expect(back?.fields[id]?.value, `${id} for ${target}`).toBe(app.fields[id]);
      }
      expect(back?.warnings.filter((warning) => warning.severity === 'danger')).toEqual([]);
    });
    expect([...written.keys()].sort()).toEqual([...envTargets].sort());
  });

  test('from Latchkey’s own form, with everything', async () => {
    await roundsInTurn({ inTest: 200, inSoak: 10_000 }, (random) => {
      const apps = Array.from({ length: random.integer(1, 5) }, () => randomApp(random));
      const result = parseImport(bytesOf(latchkeyFile(apps)));
      expect(result.format).toBe('latchkey');
      expect(
        result.apps.map(({ name, provider, dialect, fields }) => ({
          name,
          provider,
          dialect,
          fields: Object.fromEntries(Object.entries(fields).map(([id, field]) => [id, field?.value])),
        })),
      ).toEqual(apps);
    });
  });
});

/** What the target has a variable for. Identity and secrets always are; addresses, where the provider has them. */
function kept(id: ImportFieldId, app: ExportApp, target: EnvTarget): boolean {
  if (isSecretField(id))
    return id !== 'masterKey' || !/^(?:laravel-reverb|soketi-server|sockudo-server)$/.test(target);
  return (
    id === 'appId' ||
    id === 'key' ||
    (id === 'cluster' && app.provider === 'pusher') ||
    app.provider === 'airship'
  );
}

function everyField(): Record<string, string> {
  const ids = importProviders.flatMap((provider) => fieldsOfProvider[provider]);
  return Object.fromEntries([...new Set(ids)].map((id) => [id, hex()]));
}

const secretAlphabets = [
  'abcdef0123456789',
  Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join(''),
  "abc'#$=:",
  `abc\\"\${}#`,
];

function randomApp(random: SeededRandom): ExportApp {
  const provider = random.pick(importProviders);
  const dialect =
    provider === 'self-hosted' ? random.pick(['soketi', 'reverb', 'sockudo', 'other'] as const) : null;
  const isHosted = provider === 'pusher';
  const fields: Partial<Record<ImportFieldId, string>> = {};
  for (const id of fieldsOfProvider[provider]) {
    if (isHosted && /^(?:api|socket)/.test(id)) continue;
    if (provider === 'soketify' && /^(?:api|socket|cluster)/.test(id)) continue;
    if (provider === 'self-hosted' && id === 'cluster') continue;
    fields[id] = randomField(random, id, provider);
  }
  return { name: `App ${random.text('abcÄ中', 1, 8)}`, provider, dialect, fields };
}

function randomField(random: SeededRandom, id: ImportFieldId, provider: ImportProvider): string {
  if (id === 'masterKey') return Buffer.from(random.bytes(32)).toString('base64');
  if (isSecretField(id)) {
    // Not what stands for nothing, or in the place of a value.
    return `s3${random.text(random.pick(secretAlphabets), 8, 40)}`;
  }
  if (id === 'cluster') return random.pick(['mt1', 'eu', 'ap1']);
  if (id.endsWith('Host')) return random.pick(['localhost', 'ws.example.com', '10.0.0.7']);
  if (id.endsWith('Port')) return String(random.integer(1, 65_535));
  if (id.endsWith('Tls') || /^(?:enabled|clientMessages|userAuthentication)$/.test(id)) {
    return random.pick(['true', 'false']);
  }
  if (id.endsWith('Path')) return random.pick(['/realtime', '/a/b']);
  if (id === 'appId' && provider !== 'airship') return String(random.integer(1, 9_999_999));
  return `k${random.text('abcdef0123456789', 8, 20)}`;
}
