/** The owner's socket: who can reach it, where it is, and what hostile bytes do to it. */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import {
  askOwner,
  type CommandHandlers,
  type Ownership,
  takeFolder,
} from '../../../electron/ownership/index.ts';
import { lineLimitBytes, protocolVersion } from '../../../electron/ownership/light.ts';
import { eventually } from '../../support/conditions.ts';
import { startServe } from '../../support/programs.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { roundsInTurn } from '../../support/soak.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const ticket = `test-${randomBytes(12).toString('hex')}`;
const url = `http://127.0.0.1:1/#ticket=${ticket}`;
const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };

interface Owned {
  readonly folder: string;
  readonly ownership: Ownership;
  readonly address: string;
  readonly problems: readonly string[];
  readonly bugs: readonly unknown[];
}

async function own(folder = temporaryFolder()): Promise<Owned> {
  const [problems, bugs]: [string[], unknown[]] = [[], []];
  const taken = await takeFolder({
    folder,
    host: 'web',
    version: '1.2.3',
    opensBrowser: false,
    onProblem: (problem) => problems.push(problem),
    onBug: (error) => bugs.push(error),
  });
  if (taken.kind !== 'owner') throw new Error('Somebody else has the folder');
  const { ownership } = taken;
  onTestFinished(() => ownership.release());
  ownership.answerShow(() => ({ url }));
  const { address } = JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8'));
  return { folder, ownership, address, problems, bugs };
}

const self = { host: 'web', pid: process.pid, version: '1.2.3' };
const show = (folder: string) => askOwner(folder, { type: 'show', opensBrowser: false }, 5_000);
const shown = { kind: 'answered', answer: { type: 'shown', ...self, url } };

/** Says `bytes` and gives all that comes back until the connection is closed by the owner. */
function say(address: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(address, () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(answer));
    onTestFinished(() => void socket.destroy());
  });
}

const line = (value: unknown) => `${JSON.stringify(value)}\n`;
const request = (fields: object) => line({ protocol: protocolVersion, ...fields });

describe('the protocol', () => {
  it('says who the owner is, and shows it', async () => {
    const { folder } = await own();
    expect(await askOwner(folder, { type: 'who' }, 5_000)).toEqual({
      kind: 'answered',
      answer: { type: 'owner', ...self },
    });
    expect(await show(folder)).toEqual(shown);
  });

  it.each([
    ['unknown_type', request({ type: 'publish' })],
    ['unknown_type', request({ type: 'constructor' })],
    ['unknown_type', request({ type: '__proto__' })],
    ['unsupported_protocol', line({ protocol: 2, type: 'show', opensBrowser: true, more: 1 })],
    ['invalid', request({ type: 'show' })],
    ['invalid', request({ type: 'show', opensBrowser: false, more: 1 })],
    ['invalid', request({ type: 'show', opensBrowser: 'yes' })],
    ['invalid', line({ type: 'who' })],
    ['invalid', line([])],
    ['invalid', line(null)],
    ['invalid', '\n'],
    ['invalid', 'GET / HTTP/1.1\r\n\r\n'],
    ['invalid', Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
    ['invalid', `${'['.repeat(60_000)}\n`],
    ['invalid', request({ type: 'formVariables', app: 'shop' })],
    ['invalid', request({ type: 'formVariables', app: 'shop', program: 'two\nlines' })],
    ['invalid', request({ type: 'formVariables', app: 'shop', program: 'npm', arguments: ['x'] })],
    ['invalid', request({ type: 'formEnvText', app: '' })],
    ['invalid', request({ type: 'formEnvText', app: 'x'.repeat(201) })],
    ['invalid', request({ type: 'signRequest', app: 'shop', method: 'GET /', path: '/', query: {} })],
    ['invalid', request({ type: 'signRequest', app: 'shop', method: 'GET', path: '/', query: { a: 1 } })],
    ['invalid', request({ type: 'unlockVault', passphrase: 'x'.repeat(2401) })],
    ['invalid', request({ type: 'lockVault' })],
    // A well-formed one waits until there is somebody to answer it.
    ['starting', request({ type: 'listApps' })],
    ['starting', request({ type: 'formVariables', app: 'shop', program: 'npm' })],
    ['starting', request({ type: 'unlockVault', passphrase: 'x' })],
    ['too_large', Buffer.alloc(lineLimitBytes + 1, 0x20)],
  ])('refuses as %s what it can’t take', async (reason, bytes) => {
    const { address, bugs } = await own();
    expect(JSON.parse(await say(address, bytes))).toEqual({
      type: 'refused',
      reason,
      message: expect.any(String),
    });
    expect(bugs).toEqual([]);
  });

  it('answers one request to a connection, and a caller that has closed its half', async () => {
    const { address } = await own();
    const twice = await say(address, request({ type: 'who' }).repeat(2));
    expect(twice.split('\n')).toHaveLength(2);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect({ path: address, allowHalfOpen: true });
      socket.end(request({ type: 'who' }));
      socket.once('data', (chunk) => resolve(String(chunk)));
    });
    expect(JSON.parse(answer)).toMatchObject({ type: 'owner' });
  });

  it('keeps to itself what went wrong in an answer, and reports it', async () => {
    const { folder, ownership, bugs } = await own();
    ownership.answerShow(() => {
      throw new Error(ticket);
    });
    const outcome = await show(folder);
    expect(outcome).toMatchObject({ kind: 'refused', reason: 'failed' });
    expect(JSON.stringify(outcome)).not.toContain(ticket);
    expect(bugs).toHaveLength(1);
    ownership.answerShow(() => ({ url: 'https://elsewhere.example/' }));
    expect(await show(folder)).toMatchObject({ kind: 'refused', reason: 'failed' });
  });

  it('tells a command what failed, and keeps to itself what nobody expected', async () => {
    const { address, ownership, bugs } = await own();
    const failed = new AppError('vault_locked', 'The vault is locked.', { hint: 'Unlock it.' });
    ownership.answerCommands(
      new Proxy({} as CommandHandlers, {
        get: (_target, type) => () => {
          throw type === 'listApps' ? failed : new Error(ticket);
        },
      }),
    );
    expect(JSON.parse(await say(address, request({ type: 'listApps' })))).toEqual({
      type: 'refused',
      reason: 'vault_locked',
      message: 'The vault is locked.',
      hint: 'Unlock it.',
    });
    const unexpected = await say(address, request({ type: 'vaultStatus' }));
    expect(JSON.parse(unexpected)).toMatchObject({ reason: 'failed' });
    expect(unexpected).not.toContain(ticket);
    expect(bugs).toHaveLength(1);
  });

  it('makes a second start wait until the first can show itself', async () => {
    const folder = temporaryFolder();
    const options = { folder, host: 'web', version: '1.2.3', opensBrowser: false } as const;
    const report = { onProblem: () => {}, onBug: () => {} };
    const first = await takeFolder({ ...options, ...report });
    if (first.kind !== 'owner') throw new Error('Somebody else has the folder');
    onTestFinished(() => first.ownership.release());
    expect(await show(folder)).toMatchObject({ kind: 'refused', reason: 'starting' });
    const answers = await watchAnswers(folder);
    const second = takeFolder({ ...options, ...report });
    expect(await answers.first).toContain('starting');
    first.ownership.answerShow(() => ({ url }));
    expect(await second).toMatchObject({ kind: 'handedOver', to: { url } });
  });
});

/** Puts itself between the owner and who asks it, and tells of the first answer that passes. */
async function watchAnswers(folder: string): Promise<{ first: Promise<string> }> {
  const note = join(folder, 'owner.json');
  const owner = JSON.parse(readFileSync(note, 'utf8'));
  const address = join(folder, 'watched.sock');
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = createServer((caller) => {
    const onward = connect(owner.address);
    onward.once('data', (answer) => resolve(String(answer)));
    caller.pipe(onward).pipe(caller);
  });
  await new Promise<void>((listening) => server.listen(address, listening));
  onTestFinished(() => void server.close());
  writeFileSync(note, JSON.stringify({ ...owner, address }));
  return { first: promise };
}

describe('an owner that is lied about or answers nonsense', () => {
  it.each([
    ['nonsense', 'garbage\n'],
    ['an address elsewhere', line({ type: 'shown', ...self, url: 'https://evil.example/#ticket=x' })],
    ['a page’s address with a command in it', line({ type: 'shown', ...self, url: `${url} --flag` })],
    ['a redirect that is no file', line({ type: 'shown', ...self, url, redirect: '--version' })],
    [
      'what zod throws on',
      line({ type: 'shown', ...self, version: { length: { valueOf: null, toString: null } } }),
    ],
    ['an endless line', 'x'.repeat(lineLimitBytes + 1)],
  ])('is not believed: %s', async (_what, answer) => {
    const { folder, ownership } = await own();
    await ownership.stopAnswering();
    const address = join(folder, 'other.sock');
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.write(answer);
    });
    await new Promise<void>((resolve) => server.listen(address, resolve));
    onTestFinished(() => void server.close());
    writeFileSync(join(folder, 'owner.json'), JSON.stringify({ ...self, address }), { mode: 0o600 });
    expect(await show(folder)).toEqual({ kind: 'unreadable' });
  });

  it('is not looked for where a socket could be another user’s, nor after a note that is no note', async () => {
    const { folder, address } = await own();
    const note = join(folder, 'owner.json');
    const written = readFileSync(note, 'utf8');
    chmodSync(folder, 0o755);
    expect(await show(folder)).toEqual({ kind: 'absent' });
    chmodSync(folder, 0o700);
    expect(await show(folder)).toEqual(shown);
    for (const bad of [
      '',
      '{',
      '[]',
      '{"pid":-1}',
      JSON.stringify({ ...self, address: 1 }),
      JSON.stringify({ ...self, address: { length: { valueOf: null, toString: null } } }),
      'x'.repeat(5000),
    ]) {
      writeFileSync(note, bad);
      expect(await show(folder), bad.slice(0, 20)).toEqual({ kind: 'absent' });
    }
    rmSync(note);
    writeFileSync(join(folder, 'elsewhere'), written);
    symlinkSync('elsewhere', note);
    expect(await show(folder)).toEqual({ kind: 'absent' });
    rmSync(note);
    spawnSync('mkfifo', [note]);
    expect(lstatSync(note).isFIFO()).toBe(true);
    expect(await show(folder)).toEqual({ kind: 'absent' });
    expect(existsSync(address)).toBe(true);
  });
});

describe('hostile callers', () => {
  const soft = (address: string) => {
    const socket = connect(address);
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    return socket;
  };

  it('are dropped when they say nothing, in any number, and keep nobody out for long', async () => {
    const { folder, address, bugs } = await own();
    const idle: Socket[] = Array.from({ length: 200 }, () => soft(address));
    for (const [index, socket] of idle.entries()) if (index % 2 === 0) socket.write('{"protocol":1,');
    // Meanwhile somebody starts Latchkey again, which is patient enough.
    const second = await takeFolder({
      folder,
      host: 'web',
      version: '1.2.3',
      opensBrowser: false,
      onProblem: () => {},
      onBug: () => {},
    });
    expect(second).toMatchObject({ kind: 'handedOver', to: { url } });
    await eventually(() => idle.every((socket) => socket.closed), { what: 'the end of all of them' });
    expect(bugs).toEqual([]);
  });

  it('are cut off when they never end a line', async () => {
    const { folder, address, bugs } = await own();
    let writtenBytes = 0;
    const socket = soft(address);
    const block = Buffer.alloc(16_384, 0x78);
    const pour = () => {
      while (!socket.destroyed && socket.writable && socket.write(block)) writtenBytes += block.length;
    };
    socket.on('drain', pour);
    socket.once('connect', pour);
    await eventually(() => socket.closed, { what: 'the end of the connection' });
    // The limit, and what the system buffers on the way.
    expect(writtenBytes).toBeLessThan(4 * 1024 * 1024);
    expect(await show(folder)).toEqual(shown);
    expect(bugs).toEqual([]);
  });

  it('find no bytes that hurt the owner', { timeout: 10 * 60_000 }, async () => {
    const { folder, address, bugs } = await own();
    const hostile = (random: SeededRandom) => {
      const kind = random.integer(0, 3);
      if (kind === 0) return Buffer.from(random.bytes(random.integer(0, 2000)));
      if (kind === 1) return line(random.json());
      if (kind === 2)
        return request({
          type: random.pick(['who', 'show', 'listApps', 'formVariables', 'unlockVault', 'x', '']),
          x: random.json(),
        });
      return request({ type: 'show', opensBrowser: true }).slice(0, random.integer(0, 50));
    };
    await roundsInTurn({ inTest: 15, inSoak: 1000 }, async (random) => {
      const callers = Array.from({ length: 20 }, () => {
        const socket = soft(address);
        const leaves = random.fraction() < 0.5;
        socket.write(hostile(random), () => {
          if (leaves) socket.destroy();
          else socket.end();
        });
        socket.resume();
        return socket;
      });
      await eventually(() => callers.every((socket) => socket.closed), { what: 'their end' });
    });
    expect(await show(folder)).toEqual(shown);
    expect(bugs).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('the socket', () => {
  it('is the owner’s alone, and so is its folder', async () => {
    const { folder, address } = await own();
    expect(address).toBe(join(folder, 'latchkey.sock'));
    expect(statSync(address).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'owner.json')).mode & 0o777).toBe(0o600);
  });

  it.skipIf(!isRoot)('can’t be reached by another user, even when others can enter its folder', async () => {
    const { folder, address } = await own();
    const code = `require('node:net').connect(${JSON.stringify(address)})
      .once('connect', () => { console.log('connected'); process.exit(); })
      .once('error', ({ code }) => console.log(code))`;
    const asNobody = () =>
      spawnSync(process.execPath, ['-e', code], { ...nobody, encoding: 'utf8' }).stdout.trim();
    const asOwner = () => spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' }).stdout.trim();
    expect(asOwner()).toBe('connected');
    expect(asNobody()).toBe('EACCES');
    // Nor by the socket's own mode, once the folder no longer keeps others out.
    chmodSync(folder, 0o755);
    expect(asNobody()).toBe('EACCES');
    // The control: it is the mode that does it.
    chmodSync(address, 0o666);
    expect(asNobody()).toBe('connected');
  });

  it('is in a folder of the user’s own when others can enter the data folder', async () => {
    const folder = temporaryFolder();
    useTemporary(temporaryFolder());
    chmodSync(folder, 0o755);
    const { address, problems } = await own(folder);
    expect(address.startsWith(folder)).toBe(false);
    expect(statSync(dirname(address)).mode & 0o777).toBe(0o700);
    expect(statSync(address).mode & 0o777).toBe(0o600);
    expect(problems).toEqual([]);
    expect(await show(folder)).toEqual(shown);
  });

  it('is never in place of somebody’s file', async () => {
    const folder = temporaryFolder();
    useTemporary(temporaryFolder());
    writeFileSync(join(folder, 'latchkey.sock'), 'mine');
    const { address, ownership } = await own(folder);
    expect(address).not.toBe(join(folder, 'latchkey.sock'));
    expect(await show(folder)).toEqual(shown);
    await ownership.release();
    expect(existsSync(address)).toBe(false);
    expect(readFileSync(join(folder, 'latchkey.sock'), 'utf8')).toBe('mine');
  });

  it.each([
    ['every path is too long', (temporary: string) => join(temporary, 't'.repeat(90)), 'too long'],
    [
      'another user has its folder’s name',
      (temporary: string) => {
        const taken = join(temporary, `latchkey-${process.getuid?.()}`);
        mkdirSync(taken);
        if (isRoot) chownSync(taken, nobody.uid, nobody.gid);
        else chmodSync(taken, 0o777);
        return temporary;
      },
      'is not this user’s alone',
    ],
  ])('is done without where %s, and that is said', async (_why, temporaryOf, words) => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const temporary = temporaryOf(temporaryFolder());
    useTemporary(temporary);
    const { problems, address } = await own(folder);
    expect(address).toBeUndefined();
    expect(problems).toEqual([expect.stringContaining(words)]);
  });

  it('is not needed to know who has the folder', { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    useTemporary(join(temporaryFolder(), 't'.repeat(90)));
    expect((await own(folder)).address).toBeUndefined();
    const second = startServe(folder);
    expect(await second.ended).toBe(1);
    expect(second.complaints()).toContain(`process ${process.pid}`);
  });
});

function useTemporary(folder: string): void {
  mkdirSync(folder, { recursive: true });
  vi.stubEnv('TMPDIR', folder);
  vi.stubEnv('XDG_RUNTIME_DIR', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
}
