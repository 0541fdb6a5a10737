/** A vault file's passphrase, and what it seals: in no message, log or file, and after another start in no memory. */
import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/conditions.ts';
import { keyringEntries } from '../../support/keyring-entries.ts';
import {
  controlBytes,
  leaksIn,
  missedIn,
  newControl,
  newMarker,
  placesOf,
} from '../../support/leak-verdict.ts';
import { processTree, searchProcess } from '../../support/process-memory.ts';
import { readRecordedMessages } from '../../support/recorded-messages.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import type { Secret } from '../../support/secret-spellings.ts';
import { type ServeProgram, startServeProgram } from '../../support/serve-program.ts';
import { openSocketClient, type SocketClient } from '../../support/socket-client.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const isLinux = process.platform === 'linux';

describe.runIf(isLinux).each(['vault file', 'sealed keychain'] as const)('a %s', (place) => {
  const folder = temporaryFolder();
  const dataFolder = join(folder, 'data');
  const recording = join(folder, 'messages');
  const control = newControl();
  const marker = newMarker();
  const newPassphrase = () =>
    `${randomBytes(6).toString('base64')} "é☕ ${randomBytes(6).toString('base64')}`;
  const passphrases = { first: newPassphrase(), wrong: newPassphrase(), second: newPassphrase() };
  const masterKey = randomBytes(32);
  const kept = { secret: randomBytes(10).toString('hex'), masterKey: masterKey.toString('base64') };
  const secrets: Secret[] = [
    ...Object.entries({ ...passphrases, ...kept }).map(([name, value]) => ({ name, value })),
    { name: 'the bytes of the master key', value: masterKey },
  ];
  const search = new SecretSearch([...secrets, control, marker]);
  const key = 'k';
  let keyring: SecretService;
  let host: ServeProgram;
  let socket: SocketClient;
  let profileId: string;

  const start = async (environment: NodeJS.ProcessEnv = {}) => {
    // A keyring where nothing answers is no keyring.
    host = await startServeProgram({ dataFolder, environment: { ...keyring.env, ...environment } });
    socket = openSocketClient(host.url);
  };
  const unlock = (passphrase: string) =>
    socket.client.secrets.passphrase({ how: 'unlock', value: passphrase });
  const untilState = (state: string) =>
    eventually(async () => (await socket.client.call('vault.status', {})).state === state, {
      withinMs: 20_000,
      what: state,
    });

  beforeAll(async () => {
    writeFileSync(recording, '');
    keyring = await startSecretService();
    if (place === 'sealed keychain') await keyring.startKeyring();
    await start({
      NODE_OPTIONS: `--import ${new URL('../../support/record-messages.ts', import.meta.url).href}`,
      LATCHKEY_TEST_MESSAGES: recording,
    });
    await untilState(place === 'vault file' ? 'choose' : 'unlocked');
  });
  afterAll(async () => {
    socket.close();
    await host.stop();
    await keyring.close();
  });

  it('is made, opened, changed and opened again', async () => {
    const { client } = socket;
    if (place === 'vault file') {
      await client.secrets.passphrase({ how: 'choose', value: passphrases.first });
    }
    const location = { kind: 'cluster', cluster: 'eu' } as const;
    const profile = { name: marker.value, environment: 'local', dialect: 'pusher', appId: '3', key } as const;
    ({ profileId } = await client.call('profiles.save', { profile: { ...profile, location } }));
    await client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value: kept.secret });
    await client.secrets.enter({ profileId, kind: 'masterKey', slot: 'current', value: kept.masterKey });
    if (place === 'sealed keychain') {
      await client.secrets.passphrase({ how: 'set', value: passphrases.first });
    }
    await client.call('vault.lock', {});
    await expect(unlock(passphrases.wrong)).rejects.toMatchObject({ code: 'wrong_passphrase' });
    await unlock(passphrases.first);
    const change = (from: string) =>
      client.secrets.passphrase({ how: 'change', from, value: passphrases.second });
    await expect(change(passphrases.wrong)).rejects.toMatchObject({ code: 'wrong_passphrase' });
    await change(passphrases.first);
    process.kill(host.child('latchkey-vault')?.pid ?? 0, 'SIGSEGV');
    await untilState('locked');
    await unlock(passphrases.second);
    // Each passphrase takes a second of a machine that has nothing else to do.
  }, 180_000);

  it('leaves nothing but sealed bytes when everything is killed', async () => {
    process.kill(host.pid, 'SIGKILL');
    await host.ended;
    socket.close();
    expect(readdirSync(dataFolder).includes('secrets.latchkey')).toBe(place === 'vault file');
    writeFileSync(join(dataFolder, 'control'), controlBytes(control));
    const { findings } = await search.inFolder(dataFolder);
    expect(missedIn(findings, control)).toEqual([]);
    const messages = readRecordedMessages(recording).filter(({ from }) => from === 'latchkey-vault');
    expect(messages.length).toBeGreaterThan(5);
    findings.push(
      ...messages.flatMap(({ from, bytes }) => search.inBytes(`a message from ${from}`, bytes)),
      ...socket.received.flatMap((message) => search.inText('a message to the page', message)),
      ...search.inText('the output', host.output()),
    );
    if (place === 'sealed keychain') {
      const entries = await keyringEntries(keyring);
      expect(entries.length).toBeGreaterThan(3);
      findings.push(...entries.flatMap((entry) => search.inText('an entry', JSON.stringify(entry))));
    }
    expect(leaksIn(findings, [control, marker])).toEqual([]);
    expect(placesOf(findings, marker)).toContain('a message to the page');
  });

  it('gives what it seals to the vault process alone, in another run, until that is locked', async () => {
    await start();
    await untilState('locked');
    await unlock(passphrases.second);
    const { client } = socket;
    const publish = { profileId, channel: 'private-encrypted-x', event: 'x', data: '{}' };
    // Signed and encrypted; nobody listens there.
    await client.call('profiles.save', {
      profileId,
      profile: {
        name: marker.value,
        environment: 'local',
        dialect: 'pusher',
        appId: '3',
        key,
        location: {
          kind: 'endpoints',
          http: { host: '127.0.0.1', port: 1, tls: false, path: '' },
          webSocket: { host: '127.0.0.1', port: 1, tls: false, path: '' },
        },
      },
    });
    await client.call('publishing.publish', publish).catch(() => {});
    const sealed = new SecretSearch([...secrets.filter(({ name }) => !(name in passphrases)), marker]);
    const vaultPid = host.child('latchkey-vault')?.pid;
    const inMemory = () =>
      processTree(host.pid).map(({ pid }) => ({ pid, report: searchProcess(sealed, pid, `process ${pid}`) }));
    const unlocked = inMemory();
    const ofVault = unlocked.find(({ pid }) => pid === vaultPid)?.report?.findings ?? [];
    expect(new Set(ofVault.filter(({ isWhole }) => isWhole).map(({ secret }) => secret))).toEqual(
      new Set(['secret', 'masterKey', 'the bytes of the master key']),
    );
    await client.call('vault.lock', {});
    await eventually(() => host.child('latchkey-vault') === undefined);
    const others = [...unlocked.filter(({ pid }) => pid !== vaultPid), ...inMemory()];
    const findings = others.flatMap(({ report }) => report?.findings ?? []);
    expect(leaksIn(findings, [marker])).toEqual([]);
    expect(placesOf(findings, marker).length).toBeGreaterThan(0);
  }, 180_000);
});
