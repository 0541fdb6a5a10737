/** Files in the user's folders, on the real file system: whole or not at all, and nothing else touched. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import fsPromises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Database, Preferences } from '../../../electron/storage/index.ts';
import { UserFiles, writeUserFile } from '../../../electron/user-files/index.ts';
import { temporaryFor } from '../../../electron/user-files/write-file.ts';
import { temporaryFolder } from '../../support/temporary.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, '.env');
});

const write = (text: string, overwrite = false, at = path) =>
  writeUserFile({ path: at, overwrite, temporary: temporaryFor(at) }, (file) => file.writeFile(text));

describe('a file of the user’s', () => {
  test('is its owner’s alone, and stands alone in its folder', async () => {
    const umask = process.umask(0);
    onTestFinished(() => void process.umask(umask));
    await write('A=1\n');
    expect(readFileSync(path, 'utf8')).toBe('A=1\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['.env']);
  });

  test('replaces another only when the user has agreed, and then with its own rights', async () => {
    writeFileSync(path, 'theirs', { mode: 0o644 });
    await expect(write('ours')).rejects.toMatchObject({ code: 'confirmation_required' });
    expect(readFileSync(path, 'utf8')).toBe('theirs');
    await write('ours', true);
    expect(readFileSync(path, 'utf8')).toBe('ours');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['.env']);
  });

  test('does not replace one that comes while it is written', async () => {
    const writing = writeUserFile({ path, overwrite: false, temporary: temporaryFor(path) }, async (file) => {
      writeFileSync(path, 'theirs');
      await file.writeFile('ours');
    });
    await expect(writing).rejects.toMatchObject({ code: 'confirmation_required' });
    expect(readFileSync(path, 'utf8')).toBe('theirs');
    expect(readdirSync(folder)).toEqual(['.env']);
  });

  test.each([false, true])('goes through no link, and replaces none (overwrite: %s)', async (overwrite) => {
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    writeFileSync(elsewhere, 'theirs');
    symlinkSync(elsewhere, path);
    await expect(write('ours', overwrite)).rejects.toMatchObject({ code: 'refused' });
    expect(readFileSync(elsewhere, 'utf8')).toBe('theirs');
    expect(readlinkSync(path)).toBe(elsewhere);
    rmSync(path);
    symlinkSync(join(folder, 'nothing'), path);
    await expect(write('ours', overwrite)).rejects.toMatchObject({ code: 'refused' });
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
    // One that comes while the file is written.
    rmSync(path);
    const racing = writeUserFile({ path, overwrite, temporary: temporaryFor(path) }, async (file) => {
      symlinkSync(elsewhere, path);
      await file.writeFile('ours');
    });
    await expect(racing).rejects.toMatchObject({ code: overwrite ? 'refused' : 'confirmation_required' });
    expect(readFileSync(elsewhere, 'utf8')).toBe('theirs');
    expect(readdirSync(folder)).toEqual(['.env']);
  });

  test('is in no place that is a folder, a pipe, or nowhere', async () => {
    mkdirSync(path);
    await expect(write('ours', true)).rejects.toMatchObject({ code: 'refused', message: /a folder/ });
    rmSync(path, { recursive: true });
    execFileSync('mkfifo', [path]);
    await expect(write('ours', true)).rejects.toMatchObject({ code: 'refused' });
    rmSync(path);
    await expect(write('ours', false, join(folder, 'no', '.env'))).rejects.toMatchObject({
      code: 'not_found',
    });
    writeFileSync(path, '');
    await expect(write('ours', false, join(path, '.env'))).rejects.toMatchObject({ code: 'not_found' });
    await expect(write('ours', false, '/')).rejects.toMatchObject({ code: /refused|not_found/ });
    await expect(write('ours', false, join(folder, 'x'.repeat(300)))).rejects.toMatchObject({
      code: 'storage_failed',
    });
  });

  test('leaves nothing when it is not what was meant', async () => {
    const proving = writeUserFile(
      { path, overwrite: false, temporary: temporaryFor(path) },
      (file) => file.writeFile('ours'),
      (read) => {
        expect(read.toString()).toBe('ours');
        throw new Error('not as meant');
      },
    );
    await expect(proving).rejects.toThrow('not as meant');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('says that a disk is full, and leaves what was there', async (context) => {
    const disk = temporaryFolder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      context.skip('A small disk can’t be mounted here.');
    }
    onTestFinished(() => void execFileSync('umount', [disk]));
    const full = join(disk, '.env');
    await write('theirs', false, full);
    await expect(write('x'.repeat(100_000), true, full)).rejects.toMatchObject({
      code: 'storage_failed',
      message: 'There is no room for the file on this disk.',
    });
    expect(readFileSync(full, 'utf8')).toBe('theirs');
    expect(readdirSync(disk)).toEqual(['.env']);
  });

  // A disk that fails can't be had here: so it is the system's call that fails, and only for folders.
  function failingFolders(code: string, handle: FileHandle): void {
    const files = Object.getPrototypeOf(handle) as FileHandle;
    const { sync } = files;
    vi.spyOn(files, 'sync').mockImplementation(async function (this: FileHandle) {
      if ((await this.stat()).isDirectory()) throw Object.assign(new Error(code), { code });
      await sync.call(this);
    });
    onTestFinished(() => void vi.restoreAllMocks());
  }

  test.each([
    ['EINVAL', false],
    ['ENOTSUP', false],
    ['EACCES', false],
    ['EIO', true],
    ['ENOSPC', true],
  ])('is written when it has its name, whatever its folder says then: %s', async (code, mayBeLost) => {
    writeFileSync(path, 'theirs');
    const told = await writeUserFile(
      { path, overwrite: true, temporary: temporaryFor(path) },
      async (handle) => {
        failingFolders(code, handle);
        await handle.writeFile('ours');
      },
    );
    expect(told).toEqual({ mayBeLost });
    expect(readFileSync(path, 'utf8')).toBe('ours');
    expect(readdirSync(folder)).toEqual(['.env']);
  });

  test.skipIf(process.platform === 'win32')(
    'is written where its folder may be written to and not be read',
    async () => {
      const writer = fileURLToPath(new URL('../../support/user-file-process.ts', import.meta.url));
      chmodSync(folder, 0o300);
      onTestFinished(() => chmodSync(folder, 0o700));
      const nobody = { uid: 65_534, gid: 65_534 };
      const as = process.getuid?.() === 0 ? nobody : {};
      if (as === nobody) {
        chownSync(folder, nobody.uid, nobody.gid);
        chmodSync(join(folder, '..'), 0o755);
      }
      const told = spawnSync(process.execPath, [writer, '--once', path], { ...as, encoding: 'utf8' });
      expect(told.stdout).toBe('{"mayBeLost":false}');
      expect(readFileSync(path, 'utf8')).toBe('ours');
    },
  );

  test('says that a folder can’t be written to', async (context) => {
    if (process.getuid?.() === 0) {
      const disk = temporaryFolder();
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', disk], { stdio: 'ignore' });
      } catch {
        context.skip('Root may write anywhere, and nothing can be mounted here.');
      }
      onTestFinished(() => void execFileSync('umount', [disk]));
      folder = disk;
    } else chmodSync(folder, 0o500);
    await expect(write('ours', false, join(folder, '.env'))).rejects.toMatchObject({
      code: 'storage_failed',
      message: 'Latchkey may not write in this folder.',
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('what is left of files that were being written', () => {
  async function open(dataFolder = temporaryFolder()) {
    const database = await Database.open(dataFolder);
    const files = new UserFiles(new Preferences(database), dataFolder, (error) => {
      throw error;
    });
    onTestFinished(() => {
      files.close();
      database.close();
    });
    return files;
  }

  test('goes at the next start, and nothing else', async () => {
    const files = await open();
    let temporary = '';
    const other = join(folder, '.latchkey-0123456789abcdef.part');
    writeFileSync(other, 'nobody knows of this one');
    const failing = files.writing({ path, overwrite: false }, async (file) => {
      temporary = file.temporary;
      throw new Error('lost');
    });
    await expect(failing).rejects.toThrow('lost');
    // As a process that did not end at once leaves it.
    writeFileSync(temporary, 'half');
    await files.removeLeftovers();
    expect(readdirSync(folder)).toEqual(['.latchkey-0123456789abcdef.part']);
    // It is not looked for any more: what comes by that name later is somebody else's.
    writeFileSync(temporary, 'another');
    await files.removeLeftovers();
    expect(existsSync(temporary)).toBe(true);
  });

  test('is looked for again where it can’t be reached, and is no folder or link', async () => {
    const files = await open();
    const left: string[] = [];
    for (let index = 0; index < 2; index++) {
      await files
        .writing({ path: join(folder, `${index}`), overwrite: false }, async ({ temporary }) => {
          left.push(temporary);
          throw new Error('lost');
        })
        .catch(() => {});
    }
    const [first = '', second = ''] = left;
    mkdirSync(first);
    symlinkSync('/etc/hostname', second);
    await files.removeLeftovers();
    expect(lstatSync(first).isDirectory()).toBe(true);
    expect(lstatSync(second).isSymbolicLink()).toBe(true);
  });

  test('a second name of the file that was written does not stay', async () => {
    const files = await open();
    await files.writing({ path, overwrite: false }, async (file) => {
      const told = await writeUserFile(file, (handle) => handle.writeFile('ours'));
      // As it is when it could not be taken away at once.
      linkSync(path, file.temporary);
      return told;
    });
    expect(readdirSync(folder)).toEqual(['.env']);
  });

  test('is not waited for where a disk does not answer, and that disk is asked once', async () => {
    const files = await open();
    const left = new Set<string>();
    for (const name of ['one', 'two']) {
      const lost = files.writing({ path: join(folder, name), overwrite: false }, async ({ temporary }) => {
        left.add(temporary);
        throw new Error('lost');
      });
      await expect(lost).rejects.toThrow('lost');
    }
    // A disk that hangs can't be had here: so it is the system's call for the leftover that has no answer.
    const { lstat } = fsPromises;
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const hanging = vi.spyOn(fsPromises, 'lstat').mockImplementation((async (at: string) => {
      if (!left.has(at)) return lstat(at);
      asked.push(at);
      await new Promise<void>((resolve) => answers.push(resolve));
      return lstat(at);
    }) as typeof lstat);
    syncBuiltinESMExports();
    onTestFinished(() => {
      hanging.mockRestore();
      syncBuiltinESMExports();
    });
    for (const name of ['first', 'second']) {
      await files.writing({ path: join(folder, name), overwrite: false }, async (file) => {
        return writeUserFile(file, (handle) => handle.writeFile('ours'));
      });
    }
    expect(readdirSync(folder).sort()).toEqual(['first', 'second']);
    expect(asked).toHaveLength(1);
    for (const answer of answers) answer();
  });

  test('one that is under way is left alone', async () => {
    const files = await open();
    const written = files.writing({ path, overwrite: false }, async (file) => {
      await writeUserFile(file, async (handle) => {
        await handle.writeFile('ours');
        await files.removeLeftovers();
        expect(existsSync(file.temporary)).toBe(true);
      });
      return 'done';
    });
    expect(await written).toBe('done');
    expect(readdirSync(folder)).toEqual(['.env']);
  });

  test('Latchkey’s own folder is not written to', async () => {
    const data = temporaryFolder();
    const files = await open(data);
    mkdirSync(join(data, 'deep'));
    const link = join(folder, 'link');
    symlinkSync(data, link);
    for (const inside of [
      join(data, 'x'),
      join(data, 'deep', 'x'),
      join(link, 'x'),
      join(data, 'deep/../x'),
    ]) {
      const writing = files.writing({ path: inside, overwrite: true }, async () => 'written');
      await expect(writing, inside).rejects.toMatchObject({ code: 'refused' });
    }
    const beside = `${data}-beside`;
    mkdirSync(beside);
    onTestFinished(() => rmSync(beside, { recursive: true }));
    const writing = files.writing({ path: join(beside, 'x'), overwrite: false }, async () => 'written');
    expect(await writing).toBe('written');
  });
});
