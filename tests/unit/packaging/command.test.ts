/** The `latchkey` command of the packaged app: the script that starts its program on macOS. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.ts';

const fromRoot = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

describe.skipIf(process.platform === 'win32')('the script for macOS', () => {
  it('starts the program where it is, by whatever link it was found, and becomes it', () => {
    const folder = temporaryFolder();
    const contents = join(folder, 'My Apps', 'Latchkey.app', 'Contents');
    const [programs, commands] = [join(contents, 'MacOS'), join(contents, 'Resources', 'command')];
    for (const each of [programs, commands, join(folder, 'bin')]) mkdirSync(each, { recursive: true });
    const program = join(programs, 'Latchkey');
    writeFileSync(program, '#!/bin/sh\nprintf "%s|" "$0" "$@"\nexit 7\n', { mode: 0o755 });
    copyFileSync(fromRoot('resources/command/latchkey'), join(commands, 'latchkey'));
    symlinkSync('../My Apps/Latchkey.app/Contents/Resources/command/latchkey', join(folder, 'bin', 'one'));
    symlinkSync(join(folder, 'bin', 'one'), join(folder, 'bin', 'two'));
    for (const path of [join(commands, 'latchkey'), join(folder, 'bin', 'one'), join(folder, 'bin', 'two')]) {
      const { stdout, status } = spawnSync(path, ['exec', 'a b', '$(x)', ''], { encoding: 'utf8' });
      expect(stdout).toMatch(/MacOS\/Latchkey\|exec\|a b\|\$\(x\)\|\|$/);
      expect(status).toBe(7);
    }
  });
});

describe('the scripts', () => {
  it('are in the packages of the systems that need one', () => {
    const yaml = readFileSync(fromRoot('electron-builder.yml'), 'utf8');
    expect(yaml).toMatch(/^mac:[\s\S]*from: resources\/command\/latchkey$[\s\S]*^win:/m);
    expect(yaml).toMatch(/^win:[\s\S]*from: resources\/command\/latchkey\.cmd$[\s\S]*^linux:/m);
    // A prompt that reads it wants its own line ends.
    expect(readFileSync(fromRoot('resources/command/latchkey.cmd'), 'latin1').split('\r\n')).toHaveLength(3);
  });
});
