/** The leak sweep on folders and repositories made for the test: every form is found, wherever it stands. */
import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Place, type SweepOptions, sweep } from '../../../../electron/vault/sweep/index.ts';
import { patternsOf } from '../../../../electron/vault/sweep/patterns.ts';
import { type Hit, Searcher } from '../../../../electron/vault/sweep/searcher.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const credentialId = '6f1c2c7e-0000-4000-8000-000000000001';
let folder: string;
let value: string;

beforeEach(() => {
  folder = temporaryFolder();
  value = `${randomBytes(10).toString('hex')}/+=é`;
});

function run(options: Partial<SweepOptions> = {}) {
  return sweep({
    folder,
    hasHistory: false,
    secrets: [{ credentialId, value }],
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  });
}

const write = (name: string, content: string | Uint8Array) => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), content);
};
const briefly = ({ path, line, form }: Place) => `${path}:${line} ${form}`;

describe('a sweep of a folder', () => {
  it('finds a secret as it is, in base64, for a URL and in JSON, with the line', async () => {
    write('src/.env', `A=1\nPUSHER_SECRET=${value}\n`);
    write('dist/app.js', `x\n\n const s="${Buffer.from(value).toString('base64')}"`);
    write('url.txt', `https://example.test/?secret=${encodeURIComponent(value)}`);
    write('slashes.json', JSON.stringify({ s: value }).replaceAll('/', '\\/'));
    write('clean.txt', randomBytes(5000));
    const { found, files, isCut, unreadable, tooShort, history } = await run();
    expect(found.map(briefly).sort()).toEqual([
      'dist/app.js:3 base64',
      'slashes.json:1 json-escaped',
      'src/.env:2 plain',
      'url.txt:1 url-encoded',
    ]);
    expect({ files, isCut, unreadable, tooShort, history }).toEqual({
      files: 5,
      isCut: false,
      unreadable: 0,
      tooShort: 0,
      history: 'not-asked',
    });
    expect(JSON.stringify(found)).not.toContain(value);
  });

  it('finds base64 of a longer text that has the secret anywhere in it, in either alphabet', async () => {
    for (let before = 0; before < 6; before++) {
      const text = Buffer.from(`${'x'.repeat(before)}${value}${'y'.repeat(before % 4)}`);
      write(`standard-${before}`, `>${text.toString('base64')}<`);
      write(`url-${before}`, `>${text.toString('base64url')}<`);
    }
    const { found } = await run();
    expect(new Set(found.map(({ path }) => path)).size).toBe(12);
  });

  it('finds a master key as text, as hex and as raw bytes', async () => {
    const bytes = randomBytes(32);
    write('text', bytes.toString('base64'));
    write('unpadded', `"${bytes.toString('base64url')}"`);
    write('hex', bytes.toString('hex').toUpperCase());
    write('raw', Buffer.concat([randomBytes(100), bytes, randomBytes(100)]));
    const { found } = await run({ secrets: [{ credentialId, value: bytes.toString('base64'), bytes }] });
    // Once each, though the text is found with what ends its base64, and without.
    expect(found.map(({ path }) => path).sort()).toEqual(['hex', 'raw', 'text', 'unpadded']);
  });

  it('finds a secret in a name, and never tells it in a path', async () => {
    value = randomBytes(10).toString('hex');
    write(`${value}/backup-${value}.txt`, value);
    write(`${'deep/'.repeat(240)}file`, value);
    const { found } = await run();
    expect(JSON.stringify(found)).not.toContain(value);
    const places = found.map(({ path, line }) => `${path}:${line}`);
    expect(places).toEqual(
      expect.arrayContaining(['***:null', '***/backup-***.txt:null', '***/backup-***.txt:1']),
    );
    expect(places).toHaveLength(4);
    const long = found.find(({ path }) => path.startsWith('deep/'));
    expect(long?.path.length).toBeLessThanOrEqual(1000);
    expect(long?.path).toMatch(/^deep\/.*….*file$/);
  });

  it('finds a secret in a text of UTF-16, once, in either order of bytes', async () => {
    const plain = randomBytes(10).toString('hex');
    const secrets = [
      { credentialId, value },
      { credentialId: 'plain', value: plain },
    ];
    for (const [index, secret] of [value, plain].entries()) {
      const text = `\ufeffA=1\r\nSECRET=${secret}\r\n`;
      const little = Buffer.from(text, 'utf16le');
      write(`${index}-little`, little);
      write(`${index}-big`, Buffer.from(little).swap16());
      write(`${index}-base64`, Buffer.from(Buffer.from(secret).toString('base64'), 'utf16le'));
    }
    const { found } = await run({ secrets });
    expect(found.map((place) => `${place.credentialId} ${briefly(place)}`).sort()).toEqual(
      [
        `${credentialId} 0-little:2 plain`,
        `${credentialId} 0-big:2 plain`,
        `${credentialId} 0-base64:1 base64`,
        'plain 1-little:2 plain',
        'plain 1-big:2 plain',
        'plain 1-base64:1 base64',
      ].sort(),
    );
  });

  it('follows a link to a file of the folder, and counts those that lead out of it', async () => {
    write('deep/a/b/c/file', value);
    symlinkSync('deep/a/b/c/file', join(folder, '.env'));
    symlinkSync(folder, join(folder, 'loop'));
    symlinkSync(join(folder, 'deep'), join(folder, 'a folder'));
    symlinkSync('/nowhere', join(folder, 'dangling'));
    symlinkSync('circle', join(folder, 'circle'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('pipe', join(folder, 'to a pipe'));
    const inside = await run();
    expect(inside.found.map(briefly).sort()).toEqual(['.env:1 plain', 'deep/a/b/c/file:1 plain']);
    expect(inside).toMatchObject({ links: 0, unreadable: 0, files: 2 });
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'shared.env'), value);
    symlinkSync(join(outside, 'shared.env'), join(folder, 'linked.env'));
    symlinkSync(outside, join(folder, 'linked folder'));
    symlinkSync(value.replaceAll('/', ''), join(folder, 'told by its target'));
    expect(await run()).toMatchObject({ links: 2, files: 2, found: { length: 2 } });
    const named = await run({ secrets: [{ credentialId, value: value.replaceAll('/', '') }] });
    expect(named.found.map(briefly)).toEqual(['told by its target:1 plain']);
  });

  it.skipIf(process.platform !== 'linux')('counts what it can’t read, and goes on', async () => {
    write('file', value);
    // A name that is no text can’t be told, nor asked for.
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])]), value);
    expect(await run()).toMatchObject({ found: [{ path: 'file' }], files: 1, unreadable: 1 });
    if (process.getuid?.() === 0) return;
    write('closed', value);
    chmodSync(join(folder, 'closed'), 0);
    expect(await run()).toMatchObject({ unreadable: 2 });
  });

  it('says of short secrets that they were not looked for, and of a folder that is not there that it is not', async () => {
    const short = ['short', 'shorter'].map((each) => ({ credentialId, value: each }));
    write('short', `${Buffer.from('shorter').toString('base64')} short`);
    expect(await run({ secrets: short })).toMatchObject({ tooShort: 2, found: [] });
    rmSync(folder, { recursive: true });
    await expect(run()).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lists at most a thousand places, and says that there are more', async () => {
    write('many', `${value}\n`.repeat(1200));
    const { found, isCut } = await run();
    expect(found).toHaveLength(1000);
    expect(found.at(-1)?.line).toBe(1000);
    expect(isCut).toBe(true);
  });

  it('tells its progress, and stops when it is cancelled', async () => {
    for (let index = 0; index < 1200; index++) write(`f${index}`, 'x');
    const controller = new AbortController();
    const told: number[] = [];
    const swept = run({
      signal: controller.signal,
      onProgress: ({ files }) => {
        told.push(files);
        if (told.length === 2) controller.abort();
      },
    });
    await expect(swept).rejects.toMatchObject({ code: 'cancelled' });
    expect(told).toEqual([500, 1000]);
  });
});

describe('a sweep of a repository', () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=n', '-c', 'user.email=e@example.test', ...args], {
      encoding: 'utf8',
    }).trim();

  it('finds what was committed and taken out again, packed or loose, and what no branch leads to', async () => {
    git('init', '-q', '-b', 'main');
    write('config/.env', `\nSECRET=${value}\n`);
    git('add', '.');
    git('commit', '-qm', 'first');
    const first = git('rev-parse', 'HEAD');
    write('config/.env', 'SECRET=\n');
    git('commit', '-qam', `oops ${Buffer.from(value).toString('base64')}`);
    const second = git('rev-parse', 'HEAD');
    git('gc', '-q');
    git('checkout', '-q', '--orphan', 'lost');
    write('lost.txt', `${encodeURIComponent(value)}`);
    git('add', '.');
    const blob = git('rev-parse', ':lost.txt');
    git('rm', '-qf', '--cached', 'lost.txt');
    rmSync(join(folder, 'lost.txt'));
    const { found, history, gitObjects } = await run({ hasHistory: true });
    expect(history).toBe('swept');
    expect(gitObjects).toBeGreaterThanOrEqual(5);
    expect(found.map(({ path, line, form, commit }) => [path, line, form, commit]).sort()).toEqual(
      [
        ['config/.env', 2, 'plain', first],
        [second, 6, 'base64', second],
        // What git keeps beside its objects is plain.
        ['.git/COMMIT_EDITMSG', 1, 'base64', null],
        ['.git/logs/HEAD', 2, 'base64', null],
        ['.git/logs/refs/heads/main', 2, 'base64', null],
        [blob, 1, 'url-encoded', blob],
      ].sort(),
    );
  });

  it('finds what git keeps in plain text, and says that it has not looked at the rest', async () => {
    git('init', '-q', '-b', 'main');
    git('config', 'remote.origin.url', `https://user:${encodeURIComponent(value)}@example.test/`);
    write('.git/hooks/pre-push', `#!/bin/sh\nSECRET=${value}\n`);
    write('.git/lfs/objects/aa/bb/large', value);
    write('objects/file', value);
    const { found, repositories, history } = await run();
    expect(found.map(({ path, form }) => `${path} ${form}`).sort()).toEqual([
      '.git/config url-encoded',
      '.git/hooks/pre-push plain',
      '.git/lfs/objects/aa/bb/large plain',
      'objects/file plain',
    ]);
    expect({ repositories, history }).toEqual({ repositories: 1, history: 'not-asked' });
  });

  it('goes through the history of every repository in the folder, each once', async () => {
    const gitIn = (path: string, ...args: string[]) => git('-C', path, ...args);
    const commitIn = (path: string) => {
      mkdirSync(join(folder, path), { recursive: true });
      gitIn(path, 'init', '-q', '-b', 'main');
      write(`${path}/file`, value);
      gitIn(path, 'add', 'file');
      gitIn(path, 'commit', '-qm', 'first');
      rmSync(join(folder, path, 'file'));
    };
    commitIn('.');
    commitIn('nested');
    commitIn('away');
    git('clone', '-q', '--bare', join(folder, 'away'), join(folder, 'bare.git'));
    rmSync(join(folder, 'away'), { recursive: true });
    git('worktree', 'add', '-q', join(folder, 'tree'));
    rmSync(join(folder, 'tree/file'));
    // Of a submodule that was taken out: its files are gone.
    commitIn('module');
    gitIn('module', 'config', 'core.worktree', '../../../module');
    mkdirSync(join(folder, '.git/modules'));
    renameSync(join(folder, 'module/.git'), join(folder, '.git/modules/module'));
    rmSync(join(folder, 'module'), { recursive: true });
    const { found, ...report } = await run({ hasHistory: true });
    expect(report).toMatchObject({ history: 'swept', repositories: 4, unreadableRepositories: 0 });
    expect(found.map(({ path }) => path).sort()).toEqual(
      ['file', 'nested/file', 'bare.git/file', '.git/modules/module/file'].sort(),
    );
    const around = await run({ hasHistory: true, folder: join(folder, 'tree') });
    expect(around).toMatchObject({ history: 'swept', repositories: 1 });
    expect(around.found.map(({ path }) => path)).toEqual(['file']);
    mkdirSync(join(folder, 'part'));
    const part = await run({ hasHistory: true, folder: join(folder, 'part') });
    expect(part).toMatchObject({ history: 'swept', repositories: 1, found: [{ path: 'file' }] });
  });

  it('says of how many repositories it could not read the history, and keeps what it found in it', async () => {
    const object = (path: string, id: string) =>
      join(folder, path, '.git/objects', id.slice(0, 2), id.slice(2));
    for (const path of ['.', 'nested', 'damaged']) {
      mkdirSync(join(folder, path), { recursive: true });
      git('-C', path, 'init', '-q', '-b', 'main');
      // As many as come before the broken one and after it.
      for (let index = 0; index < 40; index++) write(`${path}/f${index}`, `${value} ${index}`);
      git('-C', path, 'add', '.');
      git('-C', path, 'commit', '-qm', 'first');
      for (let index = 0; index < 40; index++) rmSync(join(folder, path, `f${index}`));
    }
    rmSync(join(folder, 'damaged/.git/HEAD'));
    const last = git('-C', 'nested', 'rev-parse', ':f20');
    const path = object('nested', last);
    chmodSync(path, 0o600);
    writeFileSync(path, deflateSync(`blob 1000\0${randomBytes(10).toString('hex')}`));
    const report = await run({ hasHistory: true });
    expect(report).toMatchObject({ history: 'partly', repositories: 3, unreadableRepositories: 2 });
    const paths = report.found.map((place) => place.path);
    expect(paths.filter((each) => !each.startsWith('nested/'))).toHaveLength(40);
    expect(paths.filter((each) => each.startsWith('nested/')).length).toBeLessThan(40);
    expect(await run({ hasHistory: true, folder: join(folder, 'nested') })).toMatchObject({
      history: 'unreadable',
      repositories: 1,
      unreadableRepositories: 1,
    });
  });

  it('finds a secret in a name of the history', async () => {
    value = randomBytes(10).toString('hex');
    git('init', '-q', '-b', 'main');
    write(`${value}.txt`, 'x');
    git('add', '.');
    git('commit', '-qm', 'first');
    const tree = git('rev-parse', 'HEAD^{tree}');
    git('rm', '-q', `${value}.txt`);
    const { found } = await run({ hasHistory: true });
    expect(found.filter(({ commit }) => commit !== null)).toEqual([
      { credentialId, form: 'plain', path: tree, line: null, commit: tree },
    ]);
  });

  it('does not run what the repository’s configuration names', async () => {
    git('init', '-q', '-b', 'main');
    write('a', value);
    git('add', '.');
    git('commit', '-qm', 'first');
    const proof = join(temporaryFolder(), 'ran');
    const script = join(temporaryFolder(), 'script');
    writeFileSync(script, `#!/bin/sh\ntouch ${proof}\n`);
    chmodSync(script, 0o700);
    for (const name of ['core.fsmonitor', 'diff.external', 'core.pager', 'core.sshCommand', 'core.gitProxy'])
      git('config', name, script);
    write('.gitattributes', '* diff=x filter=x');
    for (const name of [
      'diff.x.textconv',
      'diff.x.command',
      'filter.x.smudge',
      'filter.x.clean',
      'filter.x.process',
    ])
      git('config', name, script);
    expect((await run({ hasHistory: true })).found).toHaveLength(2);
    await expect(import('node:fs/promises').then(({ stat }) => stat(proof))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it('has no program of the repository’s look at signatures', async () => {
    git('init', '-q', '-b', 'main');
    write('a', value);
    git('add', '.');
    git('commit', '-qm', 'first');
    const commit = git('cat-file', 'commit', 'HEAD');
    const [headers, message] = commit.split('\n\n');
    const signature = ['-----BEGIN PGP SIGNATURE-----', '', 'none', '-----END PGP SIGNATURE-----'].join(
      '\n ',
    );
    const signed = execFileSync('git', ['-C', folder, 'hash-object', '-t', 'commit', '-w', '--stdin'], {
      input: `${headers}\ngpgsig ${signature}\n\n${message}\n`,
      encoding: 'utf8',
    }).trim();
    git('update-ref', 'HEAD', signed);
    const proof = join(temporaryFolder(), 'ran');
    const script = join(temporaryFolder(), 'script');
    writeFileSync(script, `#!/bin/sh\ntouch ${proof}\n`);
    chmodSync(script, 0o700);
    git('config', 'log.showSignature', 'true');
    git('config', 'gpg.program', script);
    expect((await run({ hasHistory: true })).found).toHaveLength(2);
    expect(existsSync(proof)).toBe(false);
    // The program is one that git would run.
    git('log', '-1');
    expect(existsSync(proof)).toBe(true);
  });

  it('counts an object that can’t be read, and finds what comes after it', async () => {
    git('init', '-q', '-b', 'main');
    // Objects come in the order of their ids: every folder has one that can't be read, before and after all others.
    for (let index = 0; index < 256; index++) {
      const start = index.toString(16).padStart(2, '0');
      for (const end of ['0', 'f']) write(`.git/objects/${start}/${end.repeat(38)}`, '');
    }
    write('a', value);
    git('add', 'a');
    git('commit', '-qm', 'first');
    rmSync(join(folder, 'a'));
    const { found, history, unreadable } = await run({ hasHistory: true });
    expect({ found: found.map(briefly), history, unreadable }).toEqual({
      found: ['a:1 plain'],
      history: 'swept',
      unreadable: 512,
    });
  });

  it('keeps what was found in the files when there is no repository', async () => {
    write('a', value);
    expect(await run({ hasHistory: true })).toMatchObject({ history: 'unreadable', found: [{ path: 'a' }] });
  });
});

describe('the searcher', () => {
  it('finds the same wherever the chunks are cut', () => {
    const seed = Number(process.env.LATCHKEY_SEED ?? randomInt(2 ** 31));
    const random = new SeededRandom(seed);
    const secrets = Array.from({ length: 30 }, (_, index) => ({
      credentialId: String(index),
      value: random.text('abcAB01+/é', 8, 40),
    }));
    const patterns = secrets.flatMap(patternsOf);
    const text = Buffer.from(
      Array.from({ length: 300 }, () => `${random.text('ab\n', 0, 9)}${random.pick(secrets).value}`).join(''),
    );
    const searched = (cut: () => number) => {
      const hits: string[] = [];
      const stream = new Searcher(patterns).stream(({ pattern, offset, line }: Hit) =>
        hits.push(`${offset} ${line} ${pattern.form} ${pattern.credentialId}`),
      );
      for (let at = 0; at < text.length; ) {
        const length = cut();
        stream.push(text.subarray(at, at + length));
        at += length;
      }
      stream.end();
      return hits;
    };
    const whole = searched(() => text.length);
    expect(whole.length).toBeGreaterThanOrEqual(300);
    for (const hit of whole.slice(0, 50)) {
      const [offset, line] = hit.split(' ').map(Number);
      expect(text.subarray(0, offset).toString('latin1').split('\n').length).toBe(line);
    }
    for (let round = 0; round < 20; round++) {
      expect(
        searched(() => random.integer(1, 100)),
        `LATCHKEY_SEED=${seed}`,
      ).toEqual(whole);
    }
  });
});
