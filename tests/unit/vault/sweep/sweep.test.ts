/** The leak sweep on folders and repositories made for the test: every form is found, wherever it stands. */
import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
    expect(new Set(found.map(({ path }) => path))).toEqual(new Set(['text', 'unpadded', 'hex', 'raw']));
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

  it('does not follow links, counts what it can’t read, and goes on', async () => {
    write('deep/a/b/c/file', value);
    symlinkSync(folder, join(folder, 'loop'));
    symlinkSync('/nowhere', join(folder, 'dangling'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect((await run()).found.map(briefly)).toEqual(['deep/a/b/c/file:1 plain']);
    if (process.getuid?.() === 0) return;
    write('closed', value);
    chmodSync(join(folder, 'closed'), 0);
    expect(await run()).toMatchObject({ unreadable: 1 });
  });

  it('says of short secrets that they were not looked for, and of a folder that is not there that it is not', async () => {
    expect(await run({ secrets: [{ credentialId, value: 'short' }] })).toMatchObject({
      tooShort: 1,
      found: [],
    });
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
        [blob, 1, 'url-encoded', blob],
      ].sort(),
    );
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
