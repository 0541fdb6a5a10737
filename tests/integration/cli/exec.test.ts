/** `latchkey exec`: what a command finds in its environment, and that it is started as if nothing stood between. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passThrough } from '../../../electron/cli/pass-through.mjs';
import {
  latchkey,
  launcher,
  Owner,
  profileNamed,
  startLatchkeyCommand,
  type TestApp,
  variablesOf,
} from '../../support/command-line.ts';
import { eventually } from '../../support/conditions.ts';
import { type ProgramOptions, startProgram } from '../../support/programs.ts';
import { isRunning } from '../../support/running.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
const dataFolder = join(folder, 'data');
const commands = join(folder, 'bin');
let owner: Owner;
let shop: TestApp;

beforeAll(async () => {
  mkdirSync(dataFolder, { mode: 0o700 });
  mkdirSync(commands);
  owner = await Owner.start(dataFolder);
  await owner.choose('session');
  shop = await owner.add(profileNamed('shop'));
});
afterAll(() => owner.stop());

const argumentsFor = (...command: string[]) => [
  'exec',
  '--data-folder',
  dataFolder,
  'shop',
  '--',
  ...command,
];
const exec = (...command: string[]) => latchkey(argumentsFor(...command));
const start = (command: readonly string[], options: ProgramOptions = {}) =>
  startLatchkeyCommand(argumentsFor(...command), options);

/** A command of the test's own, as a file. */
function newCommand(name: string, text: string): string {
  const path = join(commands, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** Nothing of the test's own environment. */
const blank = () => Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
const printsEnvironment = [process.execPath, '-e', 'console.log(JSON.stringify(process.env))'];
const statusOf = (pid: number | string, field: string) =>
  new RegExp(`^${field}:\\s+(\\S+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

describe('a command', () => {
  it('has the app’s variables in its environment, and nothing else that is new', async () => {
    const own = { PATH: process.env.PATH, HOME: '/nonexistent', PUSHER_APP_KEY: 'another', EXTRA: 'é\n$x' };
    const { output, complaints, ended } = await latchkey(argumentsFor(...printsEnvironment), {
      env: { ...blank(), ...own },
    });
    expect(complaints).toBe('');
    expect(ended).toBe(0);
    expect(JSON.parse(output)).toEqual({
      ...own,
      ...variablesOf(shop),
      DBUS_SESSION_BUS_ADDRESS: expect.any(String),
    });
  });

  it('has the names of the framework that was asked for', async () => {
    const args = argumentsFor(...printsEnvironment).toSpliced(1, 0, '--format', 'next');
    expect(JSON.parse((await latchkey(args)).output)).toMatchObject({
      PUSHER_APP_SECRET: shop.secret,
      NEXT_PUBLIC_PUSHER_APP_KEY: shop.profile.key,
    });
    const shell = argumentsFor(...printsEnvironment).toSpliced(1, 0, '--format', 'shell');
    expect(await latchkey(shell)).toMatchObject({ ended: 1, output: '' });
  });

  it('gets arguments, input and output as they are, and ends as it ends', async () => {
    const args = ['a b', '', '--help', '--', '$(x)', '"', "'", '*', 'é'];
    const { output } = await exec(
      process.execPath,
      '-p',
      'JSON.stringify(process.argv.slice(1))',
      '--',
      ...args,
    );
    expect(JSON.parse(output)).toEqual(args);
    expect(await exec('sh', '-c', 'echo out; echo err >&2; exit 7')).toEqual({
      ended: 7,
      output: 'out\n',
      complaints: 'err\n',
    });
    expect((await exec('sh', '-c', 'kill -KILL $$')).ended).toBe('SIGKILL');
    const line = [process.execPath, launcher, ...argumentsFor('cat')];
    const bytes = randomBytes(300_000);
    expect(spawnSync(line[0] ?? '', line.slice(1), { input: bytes, maxBuffer: 1e6 }).stdout).toEqual(bytes);
  });

  it('is looked for as a shell does, before any secret is asked for', async () => {
    newCommand('not-executable', '#!/bin/sh\n');
    chmodSync(join(commands, 'not-executable'), 0o644);
    newCommand('from-path', '#!/bin/sh\necho from the path\n');
    const before = (await owner.audited()).length;
    expect((await exec(join(commands, 'nowhere'))).ended).toBe(127);
    expect((await exec('latchkey-test-nowhere')).ended).toBe(127);
    expect((await exec(join(commands, 'not-executable'))).ended).toBe(126);
    expect((await exec(commands)).ended).toBe(126);
    expect(await owner.audited()).toHaveLength(before);
    const PATH = [commands, process.env.PATH].join(delimiter);
    const { output } = await latchkey(argumentsFor('from-path'), { env: { PATH } });
    expect(output).toBe('from the path\n');
  });

  it('is in the audit log before it has them, by its name and without its arguments', async () => {
    const argument = randomBytes(12).toString('hex');
    await exec('/bin/echo', argument);
    const entries = (await owner.audited()).filter(({ program }) => program === 'echo');
    expect(
      entries.map(({ action, outcome, kind, profileName }) => ({ action, outcome, kind, profileName })),
    ).toEqual(
      expect.arrayContaining([
        { action: 'commandStarted', outcome: 'done', kind: 'secret', profileName: 'shop' },
        { action: 'commandStarted', outcome: 'done', kind: 'masterKey', profileName: 'shop' },
      ]),
    );
    expect(entries).toHaveLength(2);
    expect(JSON.stringify(await owner.audited())).not.toContain(argument);
  });

  it('is not started for an app that is not there, or is not the only one of its name', async () => {
    for (const environment of ['staging', 'production'] as const) {
      await owner.client.call('profiles.save', { profile: profileNamed('two', { environment }) });
    }
    const wrong = argumentsFor('true').with(3, 'sho');
    expect(await latchkey(wrong)).toMatchObject({ ended: 1, complaints: expect.stringContaining('shop') });
    const two = await latchkey(argumentsFor('true').with(3, 'two'));
    expect(two).toMatchObject({ ended: 1, complaints: expect.stringContaining('two@staging') });
    const none = await latchkey(argumentsFor('true').with(3, 'two@staging'));
    expect(none).toMatchObject({ ended: 1, complaints: expect.stringContaining('no secret') });
    expect((await latchkey(argumentsFor('true').with(3, 'SHOP'))).ended).toBe(0);
    expect((await latchkey(argumentsFor('true').with(3, shop.profileId))).ended).toBe(0);
  });
});

describe.runIf(process.platform === 'linux')('the process', () => {
  const sleeper = 'echo started; exec sleep 600';

  it('becomes the command, with everything about it as the shell had it', async () => {
    const direct = startProgram('/bin/sh', ['-c', sleeper]);
    const program = start(['/bin/sh', '-c', sleeper]);
    await Promise.all([direct.says(/started/), program.says(/started/)]);
    await eventually(() => readFileSync(`/proc/${program.pid}/cmdline`, 'utf8').startsWith('sleep'));
    for (const field of ['SigIgn', 'SigBlk', 'SigCgt']) {
      expect(statusOf(program.pid, field), field).toBe(statusOf(direct.pid, field));
    }
    const filterOf = (pid: number) => readFileSync(`/proc/${pid}/coredump_filter`, 'utf8');
    expect(filterOf(program.pid)).toBe(filterOf(direct.pid));
    const children = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8');
    expect(children).toBe('');
  });

  it('keeps its own memory out of dumps while it waits for a command that it can’t become', async () => {
    const large = { LARGE: 'x'.repeat(100_000) };
    const direct = startProgram('/bin/sh', ['-c', sleeper]);
    const program = start(['/bin/sh', '-c', `echo "$$ started"; exec sleep 600`], { env: large });
    await Promise.all([direct.says(/started/), program.says(/started/)]);
    const child = Number.parseInt(program.output(), 10);
    expect(child).not.toBe(program.pid);
    const filterOf = (pid: number) => readFileSync(`/proc/${pid}/coredump_filter`, 'utf8').trim();
    expect(filterOf(child)).toBe(filterOf(direct.pid));
    await eventually(() => filterOf(program.pid) === '00000000', {
      what: 'a filter that lets nothing through',
    });
  });

  it('tells of a command whose environment is too large for the system', async () => {
    let hasTried = false;
    const ending = await passThrough('/bin/true', [], {
      // Of one variable Linux takes 128 KiB.
      env: { LARGE: 'x'.repeat(200_000) },
      afterSpawn: () => {
        hasTried = true;
      },
    });
    expect(ending).toMatchObject({ error: { code: 'E2BIG' } });
    expect(hasTried).toBe(true);
  });

  it('has no secret on its own command line, and none in its own environment before', async () => {
    const search = new SecretSearch([{ name: 'secret', value: shop.secret }]);
    // Neither it nor the owner goes on while the owner is stopped.
    process.kill(owner.host.pid, 'SIGSTOP');
    const program = start(['/bin/sh', '-c', sleeper]);
    await eventually(() => readFileSync(`/proc/${program.pid}/cmdline`, 'utf8').includes('latchkey.mjs'));
    const environ = readFileSync(`/proc/${program.pid}/environ`);
    const cmdline = readFileSync(`/proc/${program.pid}/cmdline`);
    process.kill(owner.host.pid, 'SIGCONT');
    expect([...search.inBytes('environ', environ), ...search.inBytes('cmdline', cmdline)]).toEqual([]);
    // The control: the command's own environment has it.
    await program.says(/started/);
    const own = readFileSync(`/proc/${program.pid}/environ`);
    expect(search.inBytes('environ', own)).toHaveLength(1);
  });

  it('writes a pipe’s end as a signal, as programs expect', async () => {
    const { complaints, ended } = await exec('sh', '-c', 'yes | head -n 1');
    expect({ complaints, ended }).toEqual({ complaints: '', ended: 0 });
  });
});

const trap = (signal: string) =>
  `trap 'echo got ${signal}; exit 9' ${signal}; echo started; while :; do sleep 0.02; done`;
const passed = ['INT', 'TERM', 'HUP', 'QUIT', 'USR1', 'USR2'] as const;

/** Those that this process can't become: the command is a child of it, and every one of these has to pass through. */
describe.each([
  ['becomes', (script: string) => ['/bin/sh', '-c', script]],
  ['has as a child', (script: string) => [newCommand('no-interpreter', `${script}\n`)]],
])('a command that the process %s', (_how, commandFor) => {
  it.each(passed)('gets SIG%s', async (signal) => {
    const program = start(commandFor(trap(signal)));
    await program.says(/started/);
    program.signal(`SIG${signal}`);
    expect(await program.ended).toBe(9);
    expect(program.output()).toBe(`started\ngot ${signal}\n`);
    expect(program.complaints()).toBe('');
  });

  it.each(['TERM', 'INT', 'KILL', 'USR1'] as const)('ends by SIG%s as without Latchkey', async (signal) => {
    const program = start(commandFor(`echo $$; kill -${signal} $$; sleep 600`));
    expect(await program.ended).toBe(`SIG${signal}`);
  });

  it('ends with its exit code', async () => {
    expect(await start(commandFor('exit 3')).ended).toBe(3);
    expect(await start(commandFor('exit 0')).ended).toBe(0);
  });

  it('has its variables', async () => {
    const program = start(commandFor('printf %s "$PUSHER_APP_SECRET"'));
    expect(await program.ended).toBe(0);
    expect(program.output()).toBe(shop.secret);
  });
});

describe('what a process can’t change into', () => {
  it('is a child of it: a large environment', async () => {
    const env = { LARGE: 'x'.repeat(100_000) };
    const program = start(['sh', '-c', 'printf %s "$LARGE$PUSHER_APP_SECRET" | wc -c'], { env });
    expect(await program.ended).toBe(0);
    expect(Number(program.output())).toBe(100_000 + shop.secret.length);
  });

  it('is said to be none, when it is none', async () => {
    const path = newCommand('interpreter-is-gone', '#!/nonexistent/interpreter\n');
    expect(await exec(path)).toMatchObject({
      ended: 127,
      complaints: expect.stringContaining('can’t be run'),
    });
  });
});

describe('nothing is left', () => {
  it('on disk, wherever Latchkey or Node could write', async () => {
    const search = new SecretSearch([
      { name: 'secret', value: shop.secret },
      { name: 'master key', value: shop.masterKey },
    ]);
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    const { output } = await latchkey(argumentsFor('printenv', 'PUSHER_APP_SECRET'), {
      env: { TMPDIR: temporary },
    });
    expect(output.trim()).toBe(shop.secret);
    for (const place of [dataFolder, temporary, 'node_modules/.cache/latchkey']) {
      const { findings, fileCount } = await search.inFolder(place);
      expect(findings, place).toEqual([]);
      if (place !== temporary) expect(fileCount, place).toBeGreaterThan(0);
    }
    // The control: it finds what is there.
    writeFileSync(join(temporary, 'control'), shop.secret);
    expect((await search.inFolder(temporary)).findings).toHaveLength(1);
  });

  it('running, when the command is gone', async () => {
    const program = start(['sh', '-c', 'echo $PPID; exit 0']);
    await program.ended;
    expect(isRunning(program.pid)).toBe(false);
  });
});

const otherNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  const version = existsSync(path) ? spawnSync(path, ['-p', 'process.versions.node']).stdout.toString() : '';
  return Number(version.split('.')[0]) >= 20 && Number(version.split('.')[0]) < 24;
});

describe.runIf(otherNode !== undefined)('on a system whose own Node is older', () => {
  const startOlder = (...command: string[]) =>
    startProgram(otherNode ?? '', [launcher, ...argumentsFor(...command)]);

  it('goes on in the project’s, and passes everything through', async () => {
    const program = startOlder('sh', '-c', trap('TERM'));
    await program.says(/started/);
    program.signal('SIGTERM');
    expect(await program.ended).toBe(9);
    expect(await startOlder('sh', '-c', 'kill -INT $$; sleep 600').ended).toBe('SIGINT');
    expect(await startOlder('sh', '-c', 'exit 5').ended).toBe(5);
  });
});
