/**
 * Secrets on channels between page and vault process, past the main process: the page's own code, the whole main side,
 * and the vault process's own module in a thread that looks to it like one of Electron's utility processes.
 */
import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { AppError } from '#shared/lib/app-error.ts';
import { VaultPort } from '../../../renderer/bridge/vault-port.ts';
import { type Latchkey, startLatchkey } from '../../support/latchkey.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const started: Latchkey[] = [];
afterEach(async () => {
  for (const latchkey of started.splice(0)) {
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
  }
});

async function start({ hasPorts = true, isUnlocked = true } = {}) {
  const latchkey = await startLatchkey(temporaryFolder(), { hasPorts });
  started.push(latchkey);
  const { client } = latchkey;
  if (isUnlocked) await client.call('vault.chooseStore', { store: 'session' });
  const endpoint = { host: '127.0.0.1', port: 1, tls: false, path: '' };
  const { profileId } = await client.call('profiles.save', {
    profile: {
      name: 'shop',
      environment: 'local',
      dialect: 'other',
      appId: '1',
      key: 'key',
      location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    },
  });
  const place = { profileId, kind: 'secret', slot: 'current' } as const;
  const openPort = () => VaultPort.open((port) => latchkey.app.passPort(port));
  return { latchkey, client, place, openPort };
}

const newSecret = () => randomBytes(20).toString('hex');

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  return work.then(
    () => {
      throw new Error('It did not fail');
    },
    (error: AppError) => error,
  );
}

test('a secret goes from the page to the vault, and nothing of it through main', async () => {
  const { latchkey, client, place } = await start();
  const value = newSecret();
  const credential = await client.secrets.enter({ ...place, value });
  expect(credential).toMatchObject({ ...place, key: 'key', lastFour: value.slice(-4) });
  for (const recording of [latchkey.recording, latchkey.vaultRecording]) {
    expect(recording.join('\n')).toContain(credential.fingerprint);
    expect(recording.join('\n')).not.toContain(value);
  }
  // The same secret gives the same fingerprint: it arrived as it was typed.
  const again = await client.secrets.enter({ ...place, slot: 'next', key: 'other', value });
  expect(again.fingerprint).toBe(credential.fingerprint);
});

test('where there are no channels, it goes through main: this is how one that leaked would be seen', async () => {
  const { latchkey, client, place } = await start({ hasPorts: false });
  const value = newSecret();
  await client.secrets.enter({ ...place, value });
  expect(latchkey.recording.join('\n')).toContain(value);
  expect(latchkey.vaultRecording.join('\n')).toContain(value);
});

test('a host takes a secret by its own way only', async () => {
  const withPorts = await start();
  const value = newSecret();
  const byCall = withPorts.client.call('vault.enterSecret', { ...withPorts.place, value });
  expect(await failureOf(byCall)).toMatchObject({ code: 'refused' });
  expect(withPorts.latchkey.vaultRecording.join('\n')).not.toContain(value);
  const port = await withPorts.openPort();
  await port.enter(value);
  const withoutPorts = await start({ hasPorts: false });
  const byPort = { ...withoutPorts.place, portId: port.portId };
  expect(await failureOf(withoutPorts.client.call('vault.enterSecret', byPort))).toMatchObject({
    code: 'refused',
  });
  const both = { ...byPort, value };
  expect(await failureOf(withoutPorts.client.call('vault.enterSecret', both))).toMatchObject({
    code: 'invalid_input',
  });
  expect(await failureOf(withoutPorts.client.call('vault.enterSecret', withoutPorts.place))).toMatchObject({
    code: 'invalid_input',
  });
  port.close();
});

test('a lock takes along what was waiting, and says so', async () => {
  const { client, place, openPort } = await start();
  const port = await openPort();
  await port.enter(newSecret());
  await client.call('vault.lock', { forget: true });
  const whileLocked = client.call('vault.enterSecret', { ...place, portId: port.portId });
  expect(await failureOf(whileLocked)).toMatchObject({ code: 'vault_locked' });
  await client.call('vault.unlock', {});
  const afterwards = client.call('vault.enterSecret', { ...place, portId: port.portId });
  expect(await failureOf(afterwards)).toMatchObject({ code: 'not_found', retryable: true });
  expect(await client.call('vault.credentials', { profileId: place.profileId })).toEqual({ credentials: [] });
  // What was typed is still in its field: it is sent again.
  await client.secrets.enter({ ...place, value: newSecret() });
});

test('a locked vault takes nothing, and one that opens takes it when it is open', async () => {
  const { client, place } = await start();
  await client.call('vault.lock', { forget: true });
  // In the words of whoever locked it.
  expect(await failureOf(client.secrets.enter({ ...place, value: newSecret() }))).toMatchObject({
    code: 'vault_locked',
    message: 'The vault is locked, and the secrets of that session are forgotten.',
  });
  const [, credential] = await Promise.all([
    client.call('vault.unlock', {}),
    client.secrets.enter({ ...place, value: newSecret() }),
  ]);
  expect(credential).toMatchObject(place);
});

test('a value that the vault refuses is refused in words that don’t hold it', async () => {
  const { latchkey, client, place } = await start();
  const value = `${newSecret()} ${newSecret()}`;
  const failure = await failureOf(client.secrets.enter({ ...place, value }));
  expect(failure).toMatchObject({ code: 'invalid_input', message: 'The secret has white space in it.' });
  expect(latchkey.vaultRecording.join('\n')).not.toContain(value);
});
