/** The vault file: what it says of a wrong passphrase and of damage, and what a crash in any step leaves. */
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { SealedFileStore, sealedFileNames } from '../../../electron/vault/stores/sealed-file-store.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const word = () => randomBytes(12).toString('base64');
const names = sealedFileNames;
let folder: string;
let passphrase: string;
let store: SealedFileStore;
const path = (name: keyof typeof names) => join(folder, names[name]);

beforeEach(async () => {
  folder = temporaryFolder();
  passphrase = word();
  store = await SealedFileStore.create(folder, passphrase);
});

const failure = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(() => undefined).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};

describe('a vault file', () => {
  it('holds nothing that can be read, is its owner’s alone, and has nothing beside it', async () => {
    const value = word();
    await store.write('vault/one', value);
    const bytes = readFileSync(path('current'));
    for (const text of [value, 'vault/one', passphrase]) {
      expect(bytes.includes(text)).toBe(false);
      expect(bytes.includes(Buffer.from(text).toString('base64').slice(0, -4))).toBe(false);
    }
    expect(statSync(path('current')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual([names.current]);
  });

  it('is sealed with scrypt at N=2^17 or better, and never twice under one nonce', async () => {
    const header = () => JSON.parse(/\{.*\}/.exec(readFileSync(path('current'), 'latin1'))?.[0] ?? '');
    const before = header();
    expect(before.kdf).toMatchObject({ name: 'scrypt', r: 8, p: 1 });
    expect(before.kdf.N).toBeGreaterThanOrEqual(2 ** 17);
    await store.write('a', 'x');
    expect(header().nonce).not.toBe(before.nonce);
  });

  it('takes several entries at once, all or none of them, and lets them go at once', async () => {
    await store.write('one', 'before');
    const before = readFileSync(path('current'));
    const tooLong: [string, string][] = [
      ['one', word()],
      ['two', 'x'.repeat(3000)],
    ];
    expect((await failure(store.writeAll(tooLong))).code).toBe('invalid_input');
    expect(readFileSync(path('current')).equals(before)).toBe(true);
    const values = Array.from({ length: 200 }, (_, at) => [`account ${at}`, word()] as const);
    await store.writeAll(values);
    const again = await SealedFileStore.open(folder, passphrase);
    for (const [account, value] of values) expect((await again.read(account)) === value).toBe(true);
    await again.removeAll(values.map(([account]) => account));
    expect((await SealedFileStore.open(folder, passphrase)).accounts).toEqual(['one']);
    expect(readdirSync(folder)).toEqual([names.current]);
  });

  it('does not grow with every byte that is in it', async () => {
    const size = statSync(path('current')).size;
    await store.write('a', word());
    expect(statSync(path('current')).size).toBe(size);
  });

  it('refuses a passphrase that is short, and a second file', async () => {
    const other = temporaryFolder();
    expect(await failure(SealedFileStore.create(other, '1234567'))).toMatchObject({ code: 'invalid_input' });
    expect(readdirSync(other)).toEqual([]);
    expect(await failure(SealedFileStore.create(folder, word()))).toMatchObject({ code: 'conflict' });
  });

  it('takes a passphrase however its letters were composed', async () => {
    const other = temporaryFolder();
    await SealedFileStore.create(other, 'ﬁancé over the hills');
    await SealedFileStore.open(other, 'fiance\u0301 over the hills');
  });
});

describe('opening', () => {
  it('tells a wrong passphrase from a damaged file, wherever the damage is', async () => {
    await store.write('a', word());
    expect(await failure(SealedFileStore.open(folder, word()))).toMatchObject({ code: 'wrong_passphrase' });
    const whole = readFileSync(path('current'));
    const headerEnd = whole.indexOf('\n');
    const places = [0, 20, headerEnd - 60, headerEnd - 2, headerEnd, headerEnd + 1, whole.length - 1];
    for (const place of places) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8((damaged[place] ?? 0) ^ 0x01, place);
      writeFileSync(path('current'), damaged);
      for (const tried of [passphrase, word()]) {
        const error = await failure(SealedFileStore.open(folder, tried));
        expect([place, error.code]).toEqual([place, 'storage_failed']);
        expect(error.message).toContain('damaged');
      }
    }
    for (const part of [
      whole.subarray(0, 0),
      whole.subarray(0, headerEnd),
      whole.subarray(0, -1),
      Buffer.concat([whole, whole]),
    ]) {
      writeFileSync(path('current'), part);
      expect((await failure(SealedFileStore.open(folder, passphrase))).message).toContain('damaged');
      expect(readFileSync(path('current'))).toEqual(part);
    }
  });

  it('says of a later version that it is one, and leaves it', async () => {
    const text = readFileSync(path('current'), 'latin1');
    const json = (/\{.*\}/.exec(text)?.[0] ?? '').replace('"version":1', '"version":2');
    const { createHash } = await import('node:crypto');
    const later = `Latchkey vault ${json} ${createHash('sha256').update(json).digest('base64')}\nwhatever`;
    writeFileSync(path('current'), later);
    copyFileSync(path('current'), path('previous'));
    expect((await failure(SealedFileStore.open(folder, passphrase))).message).toContain('later version');
    expect(readFileSync(path('current'), 'latin1')).toBe(later);
  });

  it.each([
    ['memory', '"N":1048576,"r":32'],
    ['time', '"N":131072,"r":8,"p":9'],
  ])('refuses a header that asks for more %s than it may', async (what, costs) => {
    const { createHash } = await import('node:crypto');
    const text = readFileSync(path('current'), 'latin1');
    const json = (/\{.*\}/.exec(text)?.[0] ?? '').replace(
      what === 'time' ? '"N":131072,"r":8,"p":1' : '"N":131072,"r":8',
      costs,
    );
    const body = readFileSync(path('current')).subarray(text.indexOf('\n') + 1);
    const sum = createHash('sha256').update(json).digest('base64');
    writeFileSync(path('current'), Buffer.concat([Buffer.from(`Latchkey vault ${json} ${sum}\n`), body]));
    expect((await failure(SealedFileStore.open(folder, passphrase))).message).toContain(
      'more memory or time than',
    );
  });

  it('does not believe a header that was changed with its sum: the box belongs to another', async () => {
    const { createHash } = await import('node:crypto');
    const bytes = readFileSync(path('current'));
    const lineEnd = bytes.indexOf('\n');
    const json = /\{.*\}/.exec(bytes.toString('latin1', 0, lineEnd))?.[0] ?? '';
    const changed = json.replace(/"nonce":"[^"]+"/, `"nonce":"${randomBytes(24).toString('base64')}"`);
    const sum = createHash('sha256').update(changed).digest('base64');
    writeFileSync(
      path('current'),
      Buffer.concat([Buffer.from(`Latchkey vault ${changed} ${sum}\n`), bytes.subarray(lineEnd + 1)]),
    );
    expect((await failure(SealedFileStore.open(folder, passphrase))).message).toContain('does not belong');
  });
});

describe('what a crash leaves', () => {
  it('an unfinished file is cleared away, and the one before it holds', async () => {
    await store.write('a', 'kept');
    writeFileSync(path('unfinished'), randomBytes(50));
    expect(await (await SealedFileStore.open(folder, passphrase)).read('a')).toBe('kept');
    expect(readdirSync(folder)).toEqual([names.current]);
  });

  it('a newer file that is damaged gives way to the one before it, and is set aside', async () => {
    await store.write('a', 'kept');
    copyFileSync(path('current'), path('previous'));
    writeFileSync(path('current'), randomBytes(500));
    const opened = await SealedFileStore.open(folder, passphrase);
    expect(await opened.read('a')).toBe('kept');
    const left = readdirSync(folder).sort();
    expect(left).toHaveLength(2);
    expect(left[1]).toMatch(/set-aside/);
    await opened.write('b', 'more');
    expect(await (await SealedFileStore.open(folder, passphrase)).read('a')).toBe('kept');
  });

  it('a file under the name of the one before it only is taken back', async () => {
    await store.write('a', 'kept');
    renameSync(path('current'), path('previous'));
    expect(await (await SealedFileStore.open(folder, passphrase)).read('a')).toBe('kept');
    expect(readdirSync(folder)).toEqual([names.current]);
  });

  it('a change of passphrase that nobody was told of: either passphrase opens', async () => {
    for (const isOld of [true, false]) {
      const here = temporaryFolder();
      const [from, to] = [word(), word()];
      const file = await SealedFileStore.create(here, from);
      await file.write('a', 'kept');
      copyFileSync(join(here, names.current), join(here, 'before'));
      await file.changePassphrase(from, to);
      renameSync(join(here, 'before'), join(here, names.previous));
      const opened = await SealedFileStore.open(here, isOld ? from : to);
      expect(await opened.read('a')).toBe('kept');
      expect(readdirSync(here)).toEqual([names.current]);
    }
  });
});

describe('changing', () => {
  it('the passphrase wants the one in use, keeps every entry, and makes the old one useless', async () => {
    const [value, next] = [word(), word()];
    await store.write('a', value);
    expect(await failure(store.changePassphrase(word(), next))).toMatchObject({ code: 'wrong_passphrase' });
    await store.changePassphrase(passphrase, next);
    expect(await failure(SealedFileStore.open(folder, passphrase))).toMatchObject({
      code: 'wrong_passphrase',
    });
    expect(await (await SealedFileStore.open(folder, next)).read('a')).toBe(value);
  });

  it('many things at once keeps them all', async () => {
    const values = Array.from({ length: 40 }, word);
    await Promise.all(values.map((value, index) => store.write(`vault/${index}`, value)));
    const opened = await SealedFileStore.open(folder, passphrase);
    for (const [index, value] of values.entries()) expect(await opened.read(`vault/${index}`)).toBe(value);
  });

  it('a file that was taken away is a failure, and loses nothing that is in memory', async () => {
    await store.write('a', 'kept');
    rmSync(folder, { recursive: true });
    expect(await failure(store.write('b', 'x'))).toMatchObject({ code: 'storage_failed', retryable: true });
    expect(await store.read('a')).toBe('kept');
    expect(await store.read('b')).toBeNull();
    expect(existsSync(folder)).toBe(false);
  });
});
