/** `latchkey sign`, `env` and `list`, next to the official server library and to what reads their output. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import Pusher from 'pusher';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  latchkey,
  launcher,
  Owner,
  profileNamed,
  type TestApp,
  variablesOf,
} from '../../support/command-line.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { startAtTerminal } from '../../support/terminal-program.ts';

const folder = temporaryFolder();
const dataFolder = join(folder, 'data');
const endpoint = { host: '127.0.0.1', port: 8080, tls: false, path: '/prefix' };
const extra = { key: randomBytes(10).toString('hex'), secret: randomBytes(20).toString('hex') };
/** All that a shell or a `.env` file could read as something else. */
const awkward = `${randomBytes(6).toString('hex')}'"$HOME\`id\`$(id)\\n#!%=;&|*`;
let owner: Owner;
let shop: TestApp;
let reverb: TestApp;
let serviceSecret: string;
let official: Pusher;

beforeAll(async () => {
  mkdirSync(dataFolder, { mode: 0o700 });
  owner = await Owner.start(dataFolder);
  await owner.choose('session');
  shop = await owner.add(profileNamed('shop'));
  reverb = await owner.add(
    profileNamed('chat', {
      dialect: 'reverb',
      location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    }),
  );
  const { secrets, call } = owner.client;
  await secrets.enter({
    profileId: shop.profileId,
    kind: 'secret',
    slot: 'extra',
    label: 'mobile',
    key: extra.key,
    value: extra.secret,
  });
  serviceSecret = randomBytes(20).toString('hex');
  const { profileId } = await call('profiles.saveService', {
    service: {
      name: 'keys',
      environment: 'staging',
      provider: 'master-key',
      fields: [],
    },
  });
  serviceSecret = randomBytes(32).toString('base64');
  await secrets.enter({ profileId, kind: 'masterKey', slot: 'current', value: serviceSecret });
  official = pusherFor(shop.profile.key, shop.secret);
});
afterAll(() => owner.stop());

const pusherFor = (key: string, secret: string) =>
  new Pusher({ appId: shop.profile.appId, key, secret, cluster: 'eu' });
const run = async (...[command = '', ...rest]: string[]) => {
  const words = command === 'sign' ? [command, rest.shift() ?? ''] : [command];
  return latchkey([...words, '--data-folder', dataFolder, ...rest]);
};
const outputOf = async (...args: string[]) => {
  const { output, complaints, ended } = await run(...args);
  expect({ complaints, ended }).toEqual({ complaints: '', ended: 0 });
  return output;
};

describe('latchkey sign', () => {
  it('signs channels, presence channels and users as the official library does', async () => {
    const socketId = '1234.5678';
    expect(JSON.parse(await outputOf('sign', 'channel', 'shop', socketId, 'private-x'))).toEqual(
      official.authorizeChannel(socketId, 'private-x'),
    );
    const member = { user_id: 'ü"1', user_info: { name: '$(x) é' } };
    expect(
      JSON.parse(
        await outputOf('sign', 'presence', 'shop', socketId, 'presence-x', '--data', JSON.stringify(member)),
      ),
    ).toEqual(official.authorizeChannel(socketId, 'presence-x', member));
    const user = { id: '7', user_info: { name: 'é' } };
    expect(
      JSON.parse(await outputOf('sign', 'user', 'shop', socketId, '--data', JSON.stringify(user))),
    ).toEqual(official.authenticateUser(socketId, user));
    const byMobile = pusherFor(extra.key, extra.secret).authorizeChannel(socketId, 'private-x');
    for (const pair of ['mobile', extra.key]) {
      const signed = await outputOf('sign', 'channel', 'shop', socketId, 'private-x', '--pair', pair);
      expect(JSON.parse(signed)).toEqual(byMobile);
    }
  });

  it('signs requests of the HTTP API as the official library does', async () => {
    const file = join(folder, 'body');
    const bytes = randomBytes(200_000);
    writeFileSync(file, bytes);
    const cases = [
      { method: 'GET', path: '/channels', params: { info: 'user_count', filter_by_prefix: 'presence-ü&=' } },
      { method: 'POST', path: '/events', body: '{"name":"e","data":"é"}', given: '{"name":"e","data":"é"}' },
      { method: 'POST', path: '/events', body: bytes, given: `@${file}` },
    ];
    for (const { method, path, params = {}, body, given } of cases) {
      const queries = Object.entries(params).flatMap(([name, value]) => ['--query', `${name}=${value}`]);
      const bodies = given === undefined ? [] : ['--body', given];
      const line = await outputOf('sign', 'http', 'shop', method, path, ...queries, ...bodies);
      const url = new URL(line.trim());
      expect(url.origin + url.pathname).toBe('https://api-eu.pusher.com/apps/1234'.concat(path));
      const seconds = Number(url.searchParams.get('auth_timestamp'));
      expect(Math.abs(Date.now() / 1000 - seconds)).toBeLessThan(60);
      vi.useFakeTimers({ toFake: ['Date'], now: seconds * 1000 });
      try {
        const wanted = new URLSearchParams(
          official.createSignedQueryString({
            method,
            path: `/apps/1234${path}`,
            params,
            // The library hashes what it is given, whatever its declarations say.
            ...(body === undefined ? {} : { body: body as string }),
          }),
        );
        expect(url.searchParams.get('auth_signature')).toBe(wanted.get('auth_signature'));
      } finally {
        vi.useRealTimers();
      }
      const md5 = body === undefined ? null : createHash('md5').update(body).digest('hex');
      expect(url.searchParams.get('body_md5')).toBe(md5);
    }
    const { url } = JSON.parse(
      await outputOf('sign', 'http', 'chat', 'get', '/apps/1234/channels', '--json'),
    );
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:8080\/prefix\/apps\/1234\/channels\?/);
  });

  it('explains what it can’t sign, and does not repeat what was typed', async () => {
    const typed = randomBytes(12).toString('hex');
    const wrong: [number, string[]][] = [
      [2, ['sign', 'presence', 'shop', '1.1', 'presence-x']],
      [2, ['sign', 'presence', 'shop', '1.1', 'presence-x', '--data', typed]],
      [2, ['sign', 'channel', 'shop', '1.1']],
      [2, ['sign', 'http', 'shop', 'GET', `${typed}/channels`]],
      [2, ['sign', 'http', 'shop', 'GET', '/channels', '--query', typed]],
      [2, ['sign', 'http', 'shop', 'GET', '/channels', `--${typed}`]],
      [1, ['sign', 'channel', 'shop', typed, 'private-x']],
      [1, ['sign', 'channel', typed, '1.1', 'private-x']],
      [1, ['sign', 'channel', 'shop', '1.1', 'private-x', '--pair', typed]],
      [1, ['sign', 'http', 'shop', 'GET', '/channels', '--query', 'auth_key=1']],
      [1, ['sign', 'http', 'shop', 'POST', '/events', '--body', `@/nonexistent/${typed}`]],
    ];
    for (const [code, args] of wrong) {
      const { ended, output, complaints } = await run(...args);
      expect({ ended, output }, args.join(' ')).toEqual({ ended: code, output: '' });
      expect(complaints, args.join(' ')).toMatch(/^latchkey: \S+/);
      expect(complaints).not.toContain(typed);
    }
  });
});

describe('latchkey env', () => {
  it('prints what a program reads the app’s variables from', async () => {
    expect(parseEnv(await outputOf('env', 'shop'))).toEqual(variablesOf(shop));
    expect(JSON.parse(await outputOf('env', 'shop', '--format', 'json'))).toEqual(variablesOf(shop));
    const chat = await run('env', 'chat');
    expect(parseEnv(chat.output)).toMatchObject({ REVERB_APP_SECRET: reverb.secret });
    expect(chat.complaints).toContain('path prefix');
    expect(parseEnv(await outputOf('env', 'shop', '--pair', 'mobile'))).toMatchObject({
      PUSHER_APP_KEY: extra.key,
      PUSHER_APP_SECRET: extra.secret,
    });
    expect(parseEnv(await outputOf('env', 'keys'))).toEqual({
      PUSHER_ENCRYPTION_MASTER_KEY_BASE64: serviceSecret,
    });
    const printed = (await owner.audited()).filter(({ action }) => action === 'envPrinted');
    expect(printed.map(({ profileName }) => profileName)).toContain('keys');
  });

  it('prints for a shell what the shell takes for values only', async () => {
    const { profileId } = await owner.add(profileNamed('awkward', { key: 'awkward-key' }));
    await owner.client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value: awkward });
    const text = await outputOf('env', 'awkward', '--format', 'shell');
    const read = execFileSync('sh', ['-c', `eval "$1"; printf %s "$PUSHER_APP_SECRET"`, 'sh', text]);
    expect(String(read)).toBe(awkward);
    const { output } = await latchkey([
      'exec',
      '--data-folder',
      dataFolder,
      'awkward',
      '--',
      'printenv',
      'PUSHER_APP_SECRET',
    ]);
    expect(output).toBe(`${awkward}\n`);
  });

  it('prints names without the values, and no entry of the audit log', async () => {
    const before = (await owner.audited()).length;
    const names = `${Object.keys(variablesOf(shop)).join('\n')}\n`;
    expect(await outputOf('env', 'shop', '--names-only')).toBe(names);
    expect(await owner.audited()).toHaveLength(before);
  });

  it('asks before it prints secrets on a terminal', async () => {
    const args = ['env', 'shop', '--data-folder', dataFolder];
    const atTerminal = (...more: string[]) => startAtTerminal([process.execPath, launcher, ...args, ...more]);
    for (const answer of ['n\r', '\r']) {
      const refusing = atTerminal();
      await refusing.shows(/\[y\/N\] $/);
      refusing.type(answer);
      expect(await refusing.ended).toBe(130);
      expect(refusing.shown()).not.toContain(shop.secret);
    }
    const agreeing = atTerminal();
    await agreeing.shows(/\[y\/N\] $/);
    agreeing.type('y\r');
    expect(await agreeing.ended).toBe(0);
    expect(agreeing.shown()).toContain(shop.secret);
    const told = atTerminal('--yes');
    expect(await told.ended).toBe(0);
    expect(told.shown()).toContain(shop.secret);
  });
});

describe('latchkey list', () => {
  it('tells which apps there are and what they have, without a value', async () => {
    const text = await outputOf('list');
    expect(text).toMatch(/^chat +local +reverb +/m);
    expect(text).toMatch(
      new RegExp(`^shop +local +pusher .*secret \\(…${shop.secret.slice(-4)}\\).*mobile.*extra`, 'm'),
    );
    expect(text).toMatch(/^keys +staging +master-key +master key/m);
    const apps = JSON.parse(await outputOf('list', '--json')) as { name: string; credentials: object[] }[];
    expect(apps.find(({ name }) => name === 'shop')?.credentials).toHaveLength(3);
    for (const secret of [shop.secret, shop.masterKey, extra.secret]) expect(text).not.toContain(secret);
    expect((await outputOf('list', '--names')).split('\n')).toEqual(
      expect.arrayContaining(['chat', 'shop', 'keys']),
    );
  });

  it('ends quietly when nobody reads it to the end', () => {
    const line = `"$0" "$@" | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
    const args = ['-c', line, process.execPath, launcher, 'list', '--json', '--data-folder', dataFolder];
    const shown = execFileSync('bash', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    expect(shown).toMatch(/^[01]\n$/);
  });
});
