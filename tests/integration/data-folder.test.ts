/** A data folder that can't be had: the web host says so in a line. */
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServe, urlOf } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary.ts';

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };

describe('a data folder that can’t be had', () => {
  /** Root may write anywhere: there, another user tries. */
  const user = isRoot ? nobody : {};
  const denied = (path: string) => {
    chmodSync(path, 0o555);
    onTestFinished(() => chmodSync(path, 0o755));
  };

  it.each([
    ['may not be written to', (folder: string) => denied(folder), /can’t be made or written to \(EACCES\)/],
    [
      'may not be made',
      (folder: string) => {
        rmSync(folder, { recursive: true });
        denied(dirname(folder));
      },
      /can’t be made or written to \(EACCES\)/,
    ],
    [
      'is a file',
      (folder: string) => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, '');
      },
      /is not a folder/,
    ],
    [
      'is a link to nowhere',
      (folder: string) => {
        rmSync(folder, { recursive: true });
        symlinkSync(join(folder, '..', 'nowhere', 'at', 'all'), folder);
      },
      /The data folder/,
    ],
  ])('says so in one line when it %s', async (_what, spoil, words) => {
    const parent = temporaryFolder();
    chmodSync(parent, 0o755);
    const folder = join(parent, 'data');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    spoil(folder);
    const program = startServe(folder, ['--no-open'], user);
    expect(await program.ended).toBe(1);
    expect(program.complaints()).toMatch(words);
    expect(program.complaints()).toContain(folder);
    expect(program.complaints()).toMatch(/^[^\n]*--data\.\n$/);
  });

  it.skipIf(!isRoot)('says so when another user has it', async () => {
    const folder = temporaryFolder();
    const owner = startServe(folder);
    await urlOf(owner);
    // Open to everybody, and what Latchkey made in it is still not.
    chmodSync(folder, 0o777);
    const other = startServe(folder, ['--no-open'], nobody);
    expect(await other.ended).toBe(1);
    expect(other.output()).toBe('');
    expect(other.complaints()).toMatch(/^The data folder \S+ can’t be made or written to \(EACCES\)\. .*\n$/);
    owner.signal('SIGTERM');
    expect(await owner.ended).toBe(0);
  });
});
