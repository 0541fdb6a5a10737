import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Settings } from '../../../electron/settings/index.ts';
import { Database, Preferences } from '../../../electron/storage/index.ts';
import { migrations } from '../../../electron/storage/migrations.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('the database', () => {
  it('keeps what was written, readable by its owner only', async () => {
    const folder = temporaryFolder();
    const first = await Database.open(folder);
    new Preferences(first).write('settings', { theme: 'dark' });
    first.close();
    const second = await Database.open(folder);
    expect(new Preferences(second).read('settings')).toEqual({ theme: 'dark' });
    expect(statSync(join(folder, 'latchkey.db')).mode & 0o777).toBe(0o600);
    second.close();
  });

  it('sets an unreadable file aside, whole, and says so', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'latchkey.db'),
      'this is not a database at all, but somebody may want it back',
    );
    const database = await Database.open(folder);
    expect(database.notices).toHaveLength(1);
    const aside = readdirSync(folder).find((name) => name.includes('unreadable'));
    expect(aside && readFileSync(join(folder, aside), 'utf8')).toContain('somebody may want it back');
    expect(database.notices[0]).toContain(aside);
    database.close();
  });

  it('sets aside a database of a later version rather than changing it', async () => {
    const folder = temporaryFolder();
    const later = new DatabaseSync(join(folder, 'latchkey.db'));
    later.exec('CREATE TABLE future (x); PRAGMA user_version = 9999;');
    later.close();
    const database = await Database.open(folder);
    expect(database.notices).toHaveLength(1);
    expect(database.notices[0]).toContain('later version');
    expect(database.notices[0]).not.toContain('could not be read');
    database.close();
    const aside = readdirSync(folder).find((name) => name.includes('later-version'));
    const kept = new DatabaseSync(join(folder, String(aside)), { readOnly: true });
    expect(kept.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'future' }]);
    kept.close();
  });

  it('leaves a file alone that can’t be opened for another reason, and says so', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'latchkey.db'));
    await expect(Database.open(folder)).rejects.toMatchObject({ code: 'storage_failed' });
    expect(readdirSync(folder).sort()).toEqual(['latchkey.db', 'latchkey.lock']);
    rmdirSync(join(folder, 'latchkey.db'));
    // What failed has let go of the folder.
    (await Database.open(folder)).close();
  });

  it.each([
    ['there is no room', 'PRAGMA max_page_count = 1', 'room'],
    ['it may not write', 'PRAGMA query_only = 1', 'written'],
  ])('says so when %s, changes nothing, and goes on when it can', async (_when, fault, hint) => {
    const database = await Database.open(temporaryFolder());
    const preferences = new Preferences(database);
    const changed: unknown[] = [];
    const settings = new Settings(preferences, (values) => changed.push(values));
    settings.update({ theme: 'dark' });
    database.all(fault);
    const value = 'x'.repeat(1_000_000);
    const failure = expect.objectContaining({
      code: 'storage_failed',
      retryable: true,
      hint: expect.stringContaining(hint === 'room' ? 'Make room' : 'may be written'),
      message: expect.stringContaining(hint),
    });
    expect(() => preferences.write('large', value)).toThrow(failure);
    expect(() =>
      database.transaction(() => {
        preferences.write('theme', 1);
        preferences.write('large', value);
      }),
    ).toThrow(failure);
    if (hint === 'written') expect(() => settings.update({ theme: 'light' })).toThrow(failure);
    expect(settings.get().theme).toBe('dark');
    expect(preferences.read('theme')).toBeUndefined();
    expect(changed).toHaveLength(1);
    database.all('PRAGMA max_page_count = 1000000');
    database.all('PRAGMA query_only = 0');
    expect(settings.update({ theme: 'light' })).toMatchObject({ theme: 'light' });
    database.close();
  });

  it('makes a backup before it migrates an older version, and keeps what was there', async () => {
    const folder = temporaryFolder();
    const first = await Database.open(folder);
    new Preferences(first).write('kept', 'yes');
    first.close();
    expect(existsSync(join(folder, 'backups'))).toBe(false);
    await expect(Database.open(folder, [...migrations, 'CREATE TABLE broken'])).rejects.toThrow();
    const third = await Database.open(folder, [...migrations, 'CREATE TABLE later (x INTEGER) STRICT']);
    expect(new Preferences(third).read('kept')).toBe('yes');
    third.close();
    const [backup] = readdirSync(join(folder, 'backups'));
    const copy = new DatabaseSync(join(folder, 'backups', String(backup)), { readOnly: true });
    expect(copy.prepare('SELECT value FROM preferences').get()).toEqual({ value: '"yes"' });
    copy.close();
  });

  it('belongs to one process at a time, and is not mistaken for damaged meanwhile', async () => {
    const folder = temporaryFolder();
    const owner = await Database.open(folder);
    new Preferences(owner).write('mine', true);
    await expect(Database.open(folder)).rejects.toMatchObject({ code: 'conflict' });
    expect(readdirSync(folder).filter((name) => name.includes('unreadable'))).toEqual([]);
    owner.close();
    const next = await Database.open(folder);
    expect(new Preferences(next).read('mine')).toBe(true);
    expect(next.notices).toEqual([]);
    next.close();
  });

  it('rolls back the whole of a transaction that fails', async () => {
    const database = await Database.inMemory();
    const preferences = new Preferences(database);
    expect(() =>
      database.transaction(() => {
        preferences.write('a', 1);
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(preferences.read('a')).toBeUndefined();
    database.close();
  });
});
