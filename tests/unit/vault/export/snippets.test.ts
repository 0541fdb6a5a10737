import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';
import Pusher from 'pusher-js';
import { afterAll, describe, expect, test } from 'vitest';
import { signChannel } from '../../../../electron/signing/index.ts';
import {
  authSnippet,
  authSnippetKinds,
  clientSnippet,
  clientSnippetKinds,
  clientSnippetKindsFor,
  type ExportApp,
  envFile,
  type Snippet,
  type SnippetFile,
  type SnippetLanguage,
  type SnippetOptions,
} from '../../../../electron/vault/export/index.ts';
import { parseImport } from '../../../../electron/vault/import/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-snippets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const everyOption: readonly SnippetOptions[] = (['cluster', 'endpoints'] as const).flatMap((location) =>
  [false, true].map((isEncrypted) => ({ location, isEncrypted })),
);

const snippets: readonly (readonly [string, Snippet])[] = everyOption.flatMap((options) => {
  const how = `${options.location}${options.isEncrypted ? ', encrypted' : ''}`;
  return [
    ...clientSnippetKindsFor(options).map(
      (kind) => [`${kind} (${how})`, clientSnippet(kind, options)] as const,
    ),
    ...authSnippetKinds.map((kind) => [`${kind} (${how})`, authSnippet(kind, options)] as const),
  ];
});

/** Kotlin, Swift, Java and Dart have no parser that is small enough to be here. */
const parsers: Partial<Record<SnippetLanguage, readonly [command: string, ...args: string[]]>> = {
  php: ['php', '-l'],
  ruby: ['ruby', '-c'],
  python: ['python3', '-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read())'],
  go: ['gofmt', '-e', '-l'],
};

function write({ name, text }: SnippetFile, inFolder: string): string {
  const path = join(inFolder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe.each(snippets)('%s', (title, snippet) => {
  test.each(snippet.files.map((file) => [file.name, file] as const))('%s is code', (_name, file) => {
    if (file.language === 'javascript' || file.language === 'typescript') {
      expect(parseSync(file.name, file.text).errors).toEqual([]);
      return;
    }
    const [command, ...args] = parsers[file.language] ?? [];
    if (command === undefined || spawnSync(command, ['--version']).error) return expectBalanced(file.text);
    const path = write(file, join(folder, title.replace(/\W/g, '-')));
    const { status, stdout, stderr } = spawnSync(command, [...args, path]);
    expect(`${status} ${stderr}`).toBe('0 ');
    if (file.language === 'go') expect(stdout.toString()).toBe('');
  });

  test('names variables and holds no value', () => {
    const text = snippet.files.map((file) => file.text).join('\n');
    expect(text).toMatch(/APP_KEY|pusherAppKey|Broadcast::channel/);
    const result = parseImport(new TextEncoder().encode(text));
    const values = result.apps.flatMap((app) =>
      Object.entries(app.fields).map(([id, field]) => `${id} ${field?.value}`),
    );
    expect(
      values.filter((value) => !/^(?:apiTls|socketTls|apiPort|socketPort|cluster) /.test(value)),
    ).toEqual([]);
  });
});

/** The least that can be said where no parser is. */
function expectBalanced(text: string): void {
  const open: string[] = [];
  const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
  for (const character of text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/.*/g, '')) {
    if ('([{'.includes(character)) open.push(character);
    else if (character in pairs) expect(open.pop()).toBe(pairs[character]);
  }
  expect(open).toEqual([]);
}

test('every kind is offered somewhere', () => {
  expect(new Set(everyOption.flatMap((options) => clientSnippetKindsFor(options)))).toEqual(
    new Set(clientSnippetKinds),
  );
});

const app: ExportApp = {
  name: 'x',
  provider: 'self-hosted',
  dialect: 'other',
  fields: {
    appId: '12',
    key: randomBytes(10).toString('hex'),
    secret: randomBytes(10).toString('hex'),
    masterKey: randomBytes(32).toString('base64'),
    apiHost: '127.0.0.1',
    apiPort: '6001',
    apiTls: 'false',
    socketHost: 'localhost',
    socketPort: '6002',
    socketTls: 'false',
  },
};

/** Runs the Next.js route in Node as it is, with the variables of the .env file beside it. */
test('the Next.js route and its .env file work together: it refuses everyone until there is a rule, and then signs as Latchkey does', () => {
  const inFolder = join(folder, 'next');
  mkdirSync(inFolder);
  symlinkSync(join(import.meta.dirname, '../../../../node_modules'), join(inFolder, 'node_modules'));
  const options: SnippetOptions = { location: 'endpoints', isEncrypted: true };
  const text = authSnippet('next', options).files[0]?.text ?? '';
  const open = text
    .replace('return undefined;', "return { id: '7', name: 'Ada' };")
    .replace('return false;', 'return true;');
  writeFileSync(join(inFolder, 'closed.ts'), text);
  writeFileSync(join(inFolder, 'open.ts'), open);
  writeFileSync(join(inFolder, 'values.env'), envFile(app, 'next').text);
  writeFileSync(
    join(inFolder, 'ask.mjs'),
    `const ask = async (file, channel) => {
      const { POST } = await import(file);
      const body = new URLSearchParams({ socket_id: '1.2', channel_name: channel });
      const response = await POST(new Request('http://localhost/', { method: 'POST', body }));
      return { status: response.status, body: await response.text() };
    };
    console.log(JSON.stringify([
      await ask('./closed.ts', 'private-a'),
      await ask('./open.ts', 'private-a'),
      await ask('./open.ts', 'presence-a'),
      await ask('./open.ts', 'private-encrypted-a'),
    ]));`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, ['--env-file=values.env', 'ask.mjs'], {
    cwd: inFolder,
  });
  const [closed, open1, presence, encrypted] = JSON.parse(stdout.toString() || `"${stderr}"`);
  expect(closed).toEqual({ status: 403, body: 'Forbidden' });
  const sign = (channel: string, channelData?: string) =>
    signChannel({
      key: app.fields.key ?? '',
      secret: app.fields.secret ?? '',
      socketId: '1.2',
      channel,
      ...(channelData === undefined ? {} : { channelData }),
    });
  expect(JSON.parse(open1.body).auth).toBe(sign('private-a'));
  const member = JSON.parse(presence.body);
  expect(member.auth).toBe(sign('presence-a', member.channel_data));
  expect(JSON.parse(member.channel_data)).toEqual({ user_id: '7', user_info: { name: 'Ada' } });
  expect(JSON.parse(encrypted.body).shared_secret).toBeTruthy();
});

test('pusher-js takes the configuration that is written for it, and connects where the app is', () => {
  for (const location of ['cluster', 'endpoints'] as const) {
    const text = clientSnippet('pusher-js-vite', { location, isEncrypted: false }).files[0]?.text ?? '';
    const variables = Object.fromEntries(
      envFile(
        location === 'cluster' ? { ...app, provider: 'pusher', fields: { key: 'k', cluster: 'eu' } } : app,
        'vite',
      )
        .text.split('\n')
        .filter((line) => line.startsWith('VITE_'))
        .map((line) => line.split('=') as [string, string]),
    );
    const body = text
      .replace(/^import .*$/m, '')
      .replaceAll('import.meta.env', 'variables')
      .replace('export const pusher =', 'return');
    const Silent = class extends Pusher {
      override connect() {}
    };
    const pusher = new Function('Pusher', 'variables', body)(Silent, variables) as InstanceType<
      typeof Pusher
    >;
    const { config, key } = pusher as unknown as { config: Record<string, unknown>; key: string };
    if (location === 'cluster') {
      expect({ key, host: config.wsHost, tls: config.useTLS }).toEqual({
        key: 'k',
        host: 'ws-eu.pusher.com',
        tls: true,
      });
    } else {
      expect({ key, host: config.wsHost, port: config.wsPort, tls: config.useTLS }).toEqual({
        key: app.fields.key,
        host: 'localhost',
        port: 6002,
        tls: false,
      });
    }
    expect(config.channelAuthorizer).toBeTypeOf('function');
    pusher.disconnect();
  }
});
