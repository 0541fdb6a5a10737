/** Which paths a call may use: those from the host's dialog, or, where there is none, full ones. */
import { describe, expect, it } from 'vitest';
import { ChosenFiles, type FileWish, rememberedLimit } from '../../../electron/files/index.ts';

const wish = { purpose: 'import' } as const;

describe('with a dialog', () => {
  it('takes what was chosen in it, for what it was chosen for', async () => {
    const wishes: FileWish[] = [];
    const files = new ChosenFiles(async (asked) => {
      wishes.push(asked);
      return '/home/ana/.env';
    });
    expect(files.hasPicker).toBe(true);
    expect(() => files.require('import', '/home/ana/.env')).toThrow('was not chosen');
    expect(await files.choose({ ...wish, suggestedName: '.env' })).toEqual({ path: '/home/ana/.env' });
    expect(wishes).toEqual([{ purpose: 'import', suggestedName: '.env' }]);
    expect(files.require('import', '/home/ana/.env')).toBe('/home/ana/.env');
    for (const other of ['/home/ana/../ana/.env', '/home/ana/.env ', '/etc/passwd', ''])
      expect(() => files.require('import', other)).toThrow('was not chosen');
    expect(() => files.require('export', '/home/ana/.env')).toThrow('was not chosen');
  });

  it('takes nothing from one that was cancelled', async () => {
    const files = new ChosenFiles(async () => undefined);
    expect(await files.choose(wish)).toEqual({ path: null });
    expect(() => files.require('import', '/')).toThrow('was not chosen');
  });

  it('has one open at a time, and another after it was answered or has failed', async () => {
    const { promise, reject } = Promise.withResolvers<string>();
    let turn = 0;
    const files = new ChosenFiles(() => (turn++ === 0 ? promise : Promise.resolve('/a')));
    const first = files.choose(wish);
    await expect(files.choose(wish)).rejects.toMatchObject({ code: 'conflict' });
    reject(new Error('The dialog failed.'));
    await expect(first).rejects.toThrow('The dialog failed.');
    expect(await files.choose(wish)).toEqual({ path: '/a' });
  });

  it('remembers the last ones only, and refuses a path that no answer can hold', async () => {
    let next = '';
    const files = new ChosenFiles(async () => next);
    const paths = Array.from({ length: rememberedLimit + 1 }, (_, index) => `/file-${index}`);
    for (next of paths) await files.choose(wish);
    expect(() => files.require('import', '/file-0')).toThrow('was not chosen');
    for (const path of paths.slice(1)) expect(files.require('import', path)).toBe(path);
    next = `/${'a'.repeat(4096)}`;
    await expect(files.choose(wish)).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('without a dialog', () => {
  it('takes full paths, and no others', async () => {
    const files = new ChosenFiles(undefined);
    expect(files.hasPicker).toBe(false);
    await expect(files.choose(wish)).rejects.toMatchObject({ code: 'refused' });
    expect(files.require('import', '/home/ana/link/../.env')).toBe('/home/ana/link/../.env');
    for (const other of ['.env', '~/.env', '', ' /etc', 'file:///etc/passwd', '/a\0b'])
      expect(() => files.require('import', other)).toThrow('not a full path');
  });
});
