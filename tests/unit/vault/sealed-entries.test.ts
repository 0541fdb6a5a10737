/** Entries that a passphrase seals: what tells a wrong one from damage, and both from a keychain that is locked. */
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { SealedEntries, sealedEntryLimitBytes } from '../../../electron/vault/stores/sealed-entries.ts';
import { TwinStore } from '../../support/twin-store.ts';

const header = 'vault/seal';
const account = 'vault/one';
const cost = 2 ** 14;

let twin: TwinStore;
let passphrase: string;
let value: string;
let store: SealedEntries;

beforeEach(async () => {
  twin = new TwinStore();
  passphrase = `${randomBytes(9).toString('base64')} é☕`;
  value = randomBytes(20).toString('hex');
  store = await SealedEntries.create(twin, header, passphrase, cost);
  await store.write(account, value);
});

const open = (by = passphrase) => SealedEntries.open(twin, header, by);

function change(where: string, edit: (entry: string) => string): void {
  twin.entries.set(where, edit(twin.entries.get(where) ?? ''));
}

it('gives back what was sealed to the same passphrase, however it was typed', async () => {
  expect(await (await open(passphrase.normalize('NFD'))).read(account)).toBe(value);
  expect(await store.read('vault/none')).toBeNull();
});

it('has neither the value nor its length in what the other store keeps', async () => {
  await store.write('vault/short', 'x'.repeat(3));
  await store.write('vault/other', 'x'.repeat(60));
  const [short, other] = ['vault/short', 'vault/other'].map((each) => twin.entries.get(each) ?? '');
  expect(short?.length).toBe(other?.length);
  expect(JSON.stringify([...twin.entries])).not.toContain(value);
  await store.write(account, value);
  const before = twin.entries.get(account);
  await store.write(account, value);
  expect(twin.entries.get(account)).not.toBe(before);
});

it.each([0, 1, 61, 62, 63, 64, 126, sealedEntryLimitBytes - 1, sealedEntryLimitBytes])(
  'keeps a value of 1 + %i bytes, or says that it is too long',
  async (more) => {
    const long = 'x'.repeat(1 + more);
    if (long.length > sealedEntryLimitBytes) {
      await expect(store.write(account, long)).rejects.toMatchObject({
        code: 'invalid_input',
        message: `The value has ${long.length} bytes; at most ${sealedEntryLimitBytes} can be stored.`,
        hint: expect.stringContaining('A vault file has room for it'),
      });
    } else {
      await store.write(account, long);
      expect(await store.read(account)).toBe(long);
    }
  },
);

it('takes no short passphrase', async () => {
  await expect(SealedEntries.create(twin, 'vault/new', 'short', cost)).rejects.toMatchObject({
    code: 'invalid_input',
  });
  expect(twin.entries.has('vault/new')).toBe(false);
});

describe('tells apart', () => {
  it('another passphrase', async () => {
    await expect(open(`${passphrase}!`)).rejects.toMatchObject({ code: 'wrong_passphrase' });
    await expect(store.requirePassphrase(`${passphrase}!`)).rejects.toMatchObject({
      code: 'wrong_passphrase',
    });
    await store.requirePassphrase(passphrase);
  });

  it('a keychain that is locked', async () => {
    twin.isLocked = true;
    await expect(open()).rejects.toMatchObject({ code: 'keychain_locked' });
  });

  it.each([
    ['is cut', (entry: string) => entry.slice(0, -1)],
    ['has other costs', (entry: string) => entry.replace('16384', '32768')],
    ['has a later version', (entry: string) => entry.replace('"version":1', '"version":2')],
    ['is something else', () => 'something else'],
    ['is empty', () => ''],
  ])('damage of what says how: it %s', async (_, edit) => {
    change(header, edit);
    await expect(open()).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining('damaged'),
    });
  });

  it.each([
    ['is cut', (entry: string) => entry.slice(0, -8)],
    [
      'has another character',
      (entry: string) => entry.replace(/(.)=*$/, (last) => (last[0] === 'A' ? 'B' : 'A')),
    ],
    ['is not sealed', () => 'a value that was put there'],
  ])('damage of an entry that %s', async (_, edit) => {
    change(account, (entry) => edit(entry));
    const opened = await open();
    await expect(opened.read(account)).rejects.toMatchObject({ code: 'storage_failed' });
  });

  it('an entry that was put in the place of another', async () => {
    await store.write('vault/other', randomBytes(20).toString('hex'));
    change(account, () => twin.entries.get('vault/other') ?? '');
    await expect(store.read(account)).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining('belongs elsewhere'),
    });
  });
});
