/** What every secret store does, on every adapter; the keychain's is a real GNOME Keyring. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import { RpcClient } from '../../electron/processes/rpc.ts';
import { entryLimitBytes } from '../../electron/vault/store.ts';
import { sealedEntryLimitBytes } from '../../electron/vault/stores/sealed-entries.ts';
import { keyringEntries } from '../support/keyring-entries.ts';
import { type SecretService, startSecretService } from '../support/secret-service.ts';
import type { StoreApi } from '../support/store-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const entry = new URL('../support/store-process.ts', import.meta.url);
const kinds = ['session', 'keychain', 'sealed keychain', 'file'] as const;
const limits = {
  session: entryLimitBytes,
  keychain: entryLimitBytes,
  'sealed keychain': sealedEntryLimitBytes,
  file: entryLimitBytes,
} as const;
const passphrase = randomBytes(12).toString('hex');
const file = {
  kind: 'file',
  folder: temporaryFolder(),
  passphrase: randomBytes(12).toString('hex'),
} as const;

let service: SecretService;
const ends: (() => void)[] = [];

beforeAll(async () => {
  service = await startSecretService();
  await service.startKeyring();
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
afterAll(() => service.close());

async function open(kind: (typeof kinds)[number]): Promise<RpcClient<StoreApi>> {
  const child = spawnNodeChild(entry, { name: 'test-store', env: service.env });
  const client = new RpcClient<StoreApi>(child);
  ends.push(() => child.kill());
  child.onExit(() => client.close(new Error('The store process ended')));
  if (kind === 'file') await client.call('open', file);
  else await client.call('open', kind === 'sealed keychain' ? { kind, passphrase } : { kind });
  return client;
}

function secret(sizeBytes = 20): string {
  return randomBytes(sizeBytes).toString('hex').slice(0, sizeBytes);
}

describe.each(kinds)('the %s store', (kind) => {
  test('gives back what was written, and nothing for what was not', async () => {
    const store = await open(kind);
    const value = secret();
    await store.call('write', { account: 'vault/one', value });
    expect(await store.call('read', 'vault/one')).toBe(value);
    expect(await store.call('read', 'vault/never-written')).toBeNull();
  });

  test('replaces what is there, and keeps accounts apart', async () => {
    const store = await open(kind);
    const [one, other, later] = [secret(), secret(), secret()];
    await store.call('write', { account: 'vault/a', value: one });
    await store.call('write', { account: 'vault/ab', value: other });
    await store.call('write', { account: 'vault/a', value: later });
    expect(await store.call('read', 'vault/a')).toBe(later);
    expect(await store.call('read', 'vault/ab')).toBe(other);
  });

  test('removes, and has nothing against removing what is not there', async () => {
    const store = await open(kind);
    await store.call('write', { account: 'vault/gone', value: secret() });
    await store.call('remove', 'vault/gone');
    await store.call('remove', 'vault/gone');
    expect(await store.call('read', 'vault/gone')).toBeNull();
  });

  test('keeps characters beyond ASCII as they are', async () => {
    const store = await open(kind);
    const value = `${secret()}é漢🔑`;
    await store.call('write', { account: 'vault/text', value });
    expect(await store.call('read', 'vault/text')).toBe(value);
  });

  test(`keeps ${limits[kind]} bytes, and refuses more without changing what is there`, async () => {
    const store = await open(kind);
    const value = secret(limits[kind]);
    await store.call('write', { account: 'vault/large', value });
    await expect(store.call('write', { account: 'vault/large', value: `${value}x` })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(`${limits[kind] + 1} bytes; at most ${limits[kind]} can be stored`),
    });
    expect(await store.call('read', 'vault/large')).toBe(value);
  });

  test('refuses an empty value and text that is not Unicode', async () => {
    const store = await open(kind);
    for (const value of ['', 'half\ud800']) {
      await expect(store.call('write', { account: 'vault/bad', value })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    }
    expect(await store.call('read', 'vault/bad')).toBeNull();
  });
});

test('no entry of a sealed keychain is longer than one that Windows takes, nor has a value in it', async () => {
  const store = await open('sealed keychain');
  const value = `${'é漢🔑'.repeat(100)}${secret(sealedEntryLimitBytes)}`.slice(0, 1000);
  await store.call('write', { account: 'vault/large', value: secret(sealedEntryLimitBytes) });
  await store.call('write', { account: 'vault/wide', value });
  expect(await store.call('read', 'vault/wide')).toBe(value);
  const entries = await keyringEntries(service);
  const sealed = entries.filter(({ password }) => password.startsWith('latchkey-seal'));
  expect(sealed.length).toBeGreaterThan(2);
  for (const { password } of sealed) {
    expect(Buffer.byteLength(password)).toBeLessThanOrEqual(entryLimitBytes);
    expect(password.includes(value.slice(300, 320))).toBe(false);
  }
});

describe('over a restart', () => {
  test.each(['keychain', 'sealed keychain', 'file'] as const)('the %s remembers', async (kind) => {
    const value = secret();
    await (await open(kind)).call('write', { account: 'vault/kept', value });
    expect(await (await open(kind)).call('read', 'vault/kept')).toBe(value);
  });

  test('the session forgets', async () => {
    await (await open('session')).call('write', { account: 'vault/kept-not', value: secret() });
    expect(await (await open('session')).call('read', 'vault/kept-not')).toBeNull();
  });
});

describe('a keyring that is locked', () => {
  test('refuses to write as keychain_locked, without the value, and has what it had when it is open again', async () => {
    const [value, other] = [secret(), secret()];
    const store = await open('keychain');
    await store.call('write', { account: 'vault/locked', value });
    await service.lock();
    const failure = await store
      .call('write', { account: 'vault/locked', value: other })
      .catch((error) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure.code).toBe('keychain_locked');
    expect(JSON.stringify(failure.toFailure())).not.toContain(other);
    // What the port says of locked stores: they may look empty.
    expect(await store.call('read', 'vault/locked')).toBeNull();
    await service.stopKeyring();
    await service.startKeyring();
    expect(await (await open('keychain')).call('read', 'vault/locked')).toBe(value);
  });
});
