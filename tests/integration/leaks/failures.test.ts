/** Secrets that could not be kept: refused for their form, by a store or a disk that failed, or lost on the way. */
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { eventually } from '../../support/conditions.ts';
import { leaksIn } from '../../support/leak-verdict.ts';
import { readRecordedMessages } from '../../support/recorded-messages.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import type { Secret } from '../../support/secret-spellings.ts';
import { type ServeProgram, startServeProgram } from '../../support/serve-program.ts';
import { openSocketClient, type SocketClient } from '../../support/socket-client.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe.runIf(process.platform === 'linux')('a secret that could not be kept', () => {
  const folder = temporaryFolder();
  const dataFolder = join(folder, 'data');
  const recording = join(folder, 'messages');
  const secrets: Secret[] = [];
  let keyring: SecretService;
  let host: ServeProgram;
  let socket: SocketClient;
  let profileId: string;

  const plant = <T extends string>(name: string, value: T): T => {
    secrets.push({ name, value });
    return value;
  };
  const newSecret = (name: string) => plant(name, randomBytes(10).toString('hex'));

  beforeAll(async () => {
    writeFileSync(recording, '');
    keyring = await startSecretService();
    await keyring.startKeyring();
    host = await startServeProgram({
      dataFolder,
      environment: {
        ...keyring.env,
        NODE_OPTIONS: `--import ${new URL('../../support/record-messages.ts', import.meta.url).href}`,
        LATCHKEY_TEST_MESSAGES: recording,
      },
    });
    socket = openSocketClient(host.url);
    const { client } = socket;
    await unlocked();
    const location = { kind: 'cluster', cluster: 'eu' } as const;
    const profile = { name: 'shop', environment: 'local', dialect: 'pusher', appId: '3', key: 'k' } as const;
    ({ profileId } = await client.call('profiles.save', { profile: { ...profile, location } }));
  });
  afterAll(async () => {
    socket.close();
    await host.stop();
    await keyring.close();
  });

  const unlocked = () =>
    eventually(async () => (await socket.client.call('vault.status', {})).state === 'unlocked');

  const enter = (value: string, kind: 'secret' | 'masterKey' = 'secret') =>
    socket.client.secrets.enter({ profileId, kind, slot: 'current', value });

  /** Whatever a broken page may send. */
  const send = (input: unknown) => socket.client.call('vault.enterSecret', input as never);

  async function codeOf(work: Promise<unknown>): Promise<string> {
    const failure = await work.then(
      () => undefined,
      (error: unknown) => error,
    );
    return failure instanceof AppError ? failure.code : `no failure: ${String(failure)}`;
  }

  it('is refused for its form', async () => {
    const bytes = randomBytes(33);
    const malformed = {
      'one byte short': bytes.subarray(0, 31).toString('base64'),
      'one byte long': bytes.toString('base64'),
      'in hex': bytes.subarray(0, 32).toString('hex'),
      'in the alphabet of URLs': `-${bytes.subarray(0, 32).toString('base64url')}`,
      'with a space': `${bytes.toString('base64', 0, 15)} ${bytes.toString('base64', 15, 30)}`,
    };
    for (const [name, value] of Object.entries(malformed))
      expect(await codeOf(enter(plant(name, value), 'masterKey')), name).toBe('invalid_input');
    const text = randomBytes(20).toString('base64');
    for (const [name, value] of [
      ['white space', `${text} ${text}`],
      ['a character that is not seen', `${text}\u200b`],
      ['too long', text.repeat(100)],
      ['too long in bytes', `${text}é`.repeat(81)],
    ] as const) {
      expect(await codeOf(enter(plant(name, value))), name).toBe('invalid_input');
    }
  });

  it('is where it does not belong', async () => {
    const place = { profileId, kind: 'secret', slot: 'current' };
    const misplaced = (name: string, input: (value: string) => unknown) => send(input(newSecret(name)));
    const inputs: Record<string, (value: string) => unknown> = {
      'within an object': (value) => ({ ...place, value: { value } }),
      'within a list': (value) => ({ ...place, value: [value] }),
      'the name of a field': (value) => ({ ...place, value: 'abc', [value]: 1 }),
      'the id of the app': (value) => ({ ...place, value, profileId: value }),
      'the kind': (value) => ({ ...place, value, kind: value }),
      'the slot': (value) => ({ ...place, value, slot: value }),
      'the whole input': (value) => value,
      'beside a port': (value) => ({ ...place, value, portId: randomUUID() }),
    };
    for (const [name, input] of Object.entries(inputs))
      expect(await codeOf(misplaced(name, input)), name).toBe('invalid_input');
    expect(await codeOf(send({ ...place, value: newSecret('no app'), profileId: randomUUID() }))).toBe(
      'not_found',
    );
  });

  it('comes to a vault that is locked, or loses its process', async () => {
    const { client } = socket;
    await client.call('vault.lock', {});
    expect(await codeOf(enter(newSecret('locked')))).toBe('vault_locked');
    await client.call('vault.unlock', {});
    const pid = host.child('latchkey-vault')?.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    const lost = codeOf(enter(newSecret('lost with its process')));
    // Answered after the entry was passed on.
    await client.call('vault.status', {});
    process.kill(pid, 'SIGKILL');
    expect(await lost).toBe('vault_locked');
    await unlocked();
  });

  it('comes to a keychain that is locked, or hangs', async () => {
    await keyring.lock();
    expect(await codeOf(enter(newSecret('locked keychain')))).toBe('keychain_locked');
    await keyring.stopKeyring();
    await keyring.startKeyring();
    await socket.client.call('vault.lock', {});
    await socket.client.call('vault.unlock', {});
    keyring.freeze();
    const hanging = codeOf(enter(newSecret('a keychain that hangs')));
    await socket.client.call('vault.status', {});
    await socket.client.call('vault.lock', {});
    expect(await hanging).toBe('vault_locked');
    keyring.thaw();
    await socket.client.call('vault.unlock', {});
  });

  it('comes to a disk that takes nothing more', async () => {
    const limit = (size: string) => execFileSync('prlimit', ['--pid', String(host.pid), `--fsize=${size}`]);
    await enter(newSecret('kept'));
    limit('1:unlimited');
    expect(await codeOf(enter(newSecret('a full disk')))).toBe('storage_failed');
    limit('unlimited:unlimited');
    await enter(newSecret('kept again'));
  });

  it('is in no message, file or log after all that', async () => {
    const search = new SecretSearch(secrets);
    const messages = readRecordedMessages(recording).filter(({ from }) => from === 'latchkey-vault');
    expect(messages.length).toBeGreaterThan(10);
    const findings = [
      ...messages.flatMap(({ from, bytes }) => search.inBytes(`a message from ${from}`, bytes)),
      ...socket.received.flatMap((message) => search.inText('a message to the page', message)),
      ...search.inText('the output', host.output()),
      ...(await search.inFolder(dataFolder)).findings,
    ];
    expect(leaksIn(findings, [])).toEqual([]);
    expect(secrets).toHaveLength(25);
  });
});
