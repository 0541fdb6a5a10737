/** The command line as it is read, and how a batch file's arguments are quoted on Windows. */
import { describe, expect, it } from 'vitest';
import { choiceOf, chosenApp } from '../../../electron/cli/app-choice.ts';
import { isCommandLine, readArguments, UsageError } from '../../../electron/cli/arguments.ts';
import { commands } from '../../../electron/cli/command-table.ts';
import { completionScript, completionShells } from '../../../electron/cli/completion.ts';
import { helpText } from '../../../electron/cli/help.ts';
import { programName } from '../../../electron/cli/program.ts';
import { encodeRequest } from '../../../electron/cli/request.ts';
import { windowsCommand } from '../../../electron/cli/windows-command.ts';
import { roundsInTurn } from '../../support/soak.ts';

describe('the arguments', () => {
  it('are a command, its words, its options, and another program’s words', () => {
    const read = readArguments([
      ...['--data-folder', '/d', 'exec', 'shop', '--format', 'next', '--'],
      ...['npm', '--help', '--', '-x'],
    ]);
    expect(read).toEqual({
      kind: 'command',
      name: 'exec',
      positionals: ['shop'],
      program: ['npm', '--help', '--', '-x'],
      options: { 'data-folder': '/d', format: 'next' },
    });
    expect(
      readArguments(['sign', 'http', 'a', 'GET', '/x', '--query', 'b=1', '--query', 'c=2']),
    ).toMatchObject({
      name: 'sign http',
      positionals: ['a', 'GET', '/x'],
      options: { query: ['b=1', 'c=2'] },
    });
  });

  it.each([
    [['--help'], undefined],
    [['-h'], undefined],
    [['help'], undefined],
    [['help', 'sign', 'user'], 'sign user'],
    [['exec', '--help'], 'exec'],
    [['exec', 'shop', '-h', '--', 'ls'], 'exec'],
  ])('%j asks for help', (args, command) => {
    expect(readArguments(args)).toEqual({ kind: 'help', command });
  });

  it.each([
    [[]],
    [['nothing']],
    [['sign']],
    [['sign', 'nothing']],
    [['exec', 'shop']],
    [['exec', 'shop', '--']],
    [['exec', '--', 'ls']],
    [['exec', 'shop', 'ls']],
    [['env']],
    [['env', 'a', 'b']],
    [['env', 'a', '--format']],
    [['list', '--json=1']],
    [['list', '--forget']],
    [['toString']],
    [['__proto__']],
  ])('%j are not understood', (args) => {
    expect(() => readArguments(args)).toThrow(UsageError);
  });

  it('of the packaged app’s program are the command’s only when they begin with one', () => {
    expect([['list'], ['exec', 'x'], ['sign', 'user'], ['--version'], ['help']].every(isCommandLine)).toBe(
      true,
    );
    expect([[], ['--data', '/d'], ['.'], ['toString'], ['--no-sandbox']].some(isCommandLine)).toBe(false);
  });

  it('are told of in the help, every one', () => {
    const overview = helpText(undefined);
    for (const [name, { options }] of Object.entries(commands)) {
      expect(overview).toContain(`  ${name} `);
      for (const option of Object.keys(options)) expect(helpText(name)).toContain(`--${option}`);
      for (const shell of completionShells) {
        const script = completionScript(shell);
        for (const option of Object.keys(options)) expect(script).toContain(`--${option}`);
      }
    }
  });
});

describe('an app', () => {
  const app = (name: string, environment: 'local' | 'staging', profileId: string) => ({
    name,
    environment,
    profileId,
  });
  const one = app('shop', 'local', '11111111-1111-4111-8111-111111111111');
  const two = app('Shop', 'staging', '22222222-2222-4222-8222-222222222222');
  const odd = app('shop@local', 'staging', '33333333-3333-4333-8333-333333333333');
  const dash = app('--yes', 'local', '44444444-4444-4444-8444-444444444444');
  const apps = [one, two, odd, dash, app('twin', 'local', '5'), app('twin', 'local', '6')];

  it('is found by what it is listed as, whatever the others are called', () => {
    for (const each of apps) expect(chosenApp(apps, choiceOf(each, apps))).toBe(each);
    expect(choiceOf(one, apps)).toBe('shop');
    expect(choiceOf(two, apps)).toBe('Shop');
    expect(choiceOf(dash, apps)).toBe(dash.profileId);
    expect(chosenApp([one], 'SHOP@local')).toBe(one);
    expect(() => chosenApp(apps, 'SHOP')).toThrow('2 apps');
    expect(() => chosenApp(apps, 'twin')).toThrow('2 apps');
    expect(() => chosenApp([], 'twin')).toThrow('no such app');
  });
});

describe('what is told of a command', () => {
  it('is the last part of its path, as far as it can be shown', () => {
    expect(programName('/usr/bin/npm')).toBe('npm');
    expect(programName('./a\u202eb\n')).toBe('a?b?');
    expect(programName('x'.repeat(500))).toHaveLength(40);
    expect(programName('/')).toBe('?');
  });
});

describe('a passphrase on its way to the owner', () => {
  it('is JSON whatever is in it', async () => {
    await roundsInTurn({ inTest: 200, inSoak: 20_000 }, async (random) => {
      const text = Array.from({ length: random.integer(0, 20) }, () =>
        random.pick(['"', '\\', '\n', '\0', '\x1f', '\x7f', 'é', '☕', '😀', ' ', 'a', '/']),
      ).join('');
      const line = encodeRequest({ type: 'unlockVault', passphrase: Buffer.from(text) });
      expect(JSON.parse(Buffer.from(line).toString())).toEqual({
        protocol: 1,
        type: 'unlockVault',
        passphrase: text,
      });
    });
  });
});

describe('on Windows', () => {
  it('a batch file is run by cmd.exe, with nothing in its arguments that it reads', () => {
    const [file, environment] = ['C:\\Program Files\\nodejs\\npm.cmd', { ComSpec: 'C:\\cmd.exe' }];
    const command = windowsCommand(file, ['a b', '%PATH%', 'x"&calc', 'c:\\d\\'], environment);
    expect(command).toEqual({
      file: 'C:\\cmd.exe',
      args: [
        '/d',
        '/s',
        '/c',
        '"C:\\Program^ Files\\nodejs\\npm.cmd ^^^"a^^^ b^^^" ^^^"^^^%PATH^^^%^^^" ^^^"x\\^^^"^^^&calc^^^" ^^^"c:\\d\\\\^^^""',
      ],
    });
    expect(windowsCommand('C:\\node.exe', ['x'], environment)).toBeUndefined();
  });
});
