/** The command and the vault: with nobody running, with the vault locked, at a terminal and without one. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  latchkey,
  launcher,
  newPassphrase,
  Owner,
  profileNamed,
  startLatchkeyCommand,
  type TestApp,
} from '../../support/command-line.ts';
import { eventually } from '../../support/conditions.ts';
import { type ProgramOptions, startServe, urlOf } from '../../support/programs.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { startAtTerminal } from '../../support/terminal-program.ts';

function newFolder(): string {
  const folder = join(temporaryFolder(), 'data');
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

const printsSecret = ['--', 'printenv', 'PUSHER_APP_SECRET'];
/** Any arguments, on this data folder. */
const on = (dataFolder: string, [command = '', ...rest]: readonly string[]) => [
  command,
  '--data-folder',
  dataFolder,
  ...rest,
];
const filesIn = (folder: string) => readdirSync(folder).sort();

describe('a data folder that nobody has ever used', () => {
  it('is not made by asking', async () => {
    const dataFolder = join(temporaryFolder(), 'none');
    for (const command of [['list'], ['exec', 'shop', '--', 'true'], ['lock'], ['unlock']]) {
      const { ended, complaints } = await latchkey(on(dataFolder, command));
      expect(ended).toBe(1);
      expect(complaints).toMatch(/has no data|No Latchkey runs/);
    }
    expect(existsSync(dataFolder)).toBe(false);
  });
});

describe('with the secrets in the system keychain', () => {
  const dataFolder = newFolder();
  let service: SecretService;
  let shop: TestApp;
  const run = (args: readonly string[], options: ProgramOptions = {}) =>
    latchkey(on(dataFolder, args), { ...options, env: { ...service.env, ...options.env } });
  const owned = async <T>(work: (owner: Owner) => Promise<T>) => {
    const owner = await Owner.start(dataFolder, service.env);
    try {
      return await work(owner);
    } finally {
      await owner.stop();
    }
  };

  beforeAll(async () => {
    service = await startSecretService();
    await service.startKeyring();
    shop = await owned(async (owner) => {
      await owner.untilState('unlocked');
      return owner.add(profileNamed('shop'));
    });
  });
  afterAll(() => service.close());

  it('the command opens the vault itself where nobody runs, and leaves nothing running', async () => {
    const { output, complaints, ended } = await run(['exec', 'shop', ...printsSecret]);
    expect({ output, complaints, ended }).toEqual({ output: `${shop.secret}\n`, complaints: '', ended: 0 });
    expect(filesIn(dataFolder)).toEqual(['latchkey.db', 'latchkey.lock']);
    const entries = await owned((owner) => owner.audited());
    const exits = entries.filter(({ program }) => program === 'printenv');
    expect(exits.map(({ action, kind }) => `${action} ${kind}`).sort()).toEqual([
      'commandStarted masterKey',
      'commandStarted secret',
    ]);
  });

  it('the vault process is gone before the command is there', async () => {
    const program = startLatchkeyCommand(
      on(dataFolder, ['exec', 'shop', '--', 'sh', '-c', 'echo started; exec sleep 600']),
      { env: service.env },
    );
    await program.says(/started/);
    expect(readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8')).toBe('');
    // And the folder is free: whoever starts now is its owner.
    expect(await owned(async (owner) => owner.host.pid)).toBeGreaterThan(0);
  });

  it('commands that start together all have their turn', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => run(['exec', 'shop', ...printsSecret])));
    for (const each of all) expect(each).toEqual({ ended: 0, output: `${shop.secret}\n`, complaints: '' });
  });

  it('asks the Latchkey that runs, and leaves it open', async () => {
    await owned(async (owner) => {
      await owner.untilState('unlocked');
      const { output } = await run(['exec', 'shop', ...printsSecret]);
      expect(output).toBe(`${shop.secret}\n`);
      expect((await run(['lock'])).output).toBe('The vault is locked.\n');
      await owner.untilState('locked');
      expect(await run(['exec', 'shop', ...printsSecret])).toMatchObject({
        ended: 3,
        output: '',
        complaints: expect.stringContaining('unlock'),
      });
      expect((await run(['unlock'])).output).toBe('The vault is unlocked.\n');
      await owner.untilState('unlocked');
    });
  });

  it('a start of Latchkey waits for a command that has the folder, which waits for the keychain', async () => {
    service.freeze();
    const program = startLatchkeyCommand(on(dataFolder, ['exec', 'shop', ...printsSecret]), {
      env: service.env,
    });
    const note = await eventually(() => {
      const path = join(dataFolder, 'owner.json');
      return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
    });
    expect(note).toMatchObject({ host: 'cli', pid: program.pid });
    // The user is told what it waits for.
    await eventually(() => program.complaints().includes('keychain has not answered'), { withinMs: 20_000 });
    const serve = startServe(dataFolder, ['--no-open'], { env: service.env });
    const other = startLatchkeyCommand(on(dataFolder, ['list', '--names']), { env: service.env });
    // Both go on only when it lets them: it has not ended, and neither has either of them.
    expect([program, serve, other].map(({ child }) => child.exitCode)).toEqual([null, null, null]);
    service.thaw();
    expect(await program.ended).toBe(0);
    expect(program.output()).toBe(`${shop.secret}\n`);
    await urlOf(serve);
    expect(await other.ended).toBe(0);
    expect(other.output()).toBe('shop\n');
    serve.signal('SIGTERM');
    expect(await serve.ended).toBe(0);
  });

  it('says so when the keychain is locked, and nobody is there to unlock it', async () => {
    await service.lock();
    expect(await run(['exec', 'shop', ...printsSecret])).toMatchObject({ ended: 3, output: '' });
    await service.unlock();
    expect((await run(['exec', 'shop', ...printsSecret])).ended).toBe(0);
  });
});

/** A passphrase is asked for in this way only. */
const asks = /Passphrase of Latchkey’s vault in \S+: $/;

describe('with a passphrase for the secrets in the system keychain', () => {
  const dataFolder = newFolder();
  const passphrase = newPassphrase();
  let service: SecretService;
  let shop: TestApp;
  const env = () => service.env;

  beforeAll(async () => {
    service = await startSecretService();
    await service.startKeyring();
    const owner = await Owner.start(dataFolder, service.env);
    await owner.untilState('unlocked');
    shop = await owner.add(profileNamed('shop'));
    await owner.client.secrets.passphrase({ how: 'set', value: passphrase });
    await owner.stop();
  });
  afterAll(() => service.close());

  it.each([
    ['nobody runs', false],
    ['Latchkey runs, locked', true],
  ])('a terminal is asked for it, where %s', async (_where, hasOwner) => {
    const owner = hasOwner ? await Owner.start(dataFolder, env()) : undefined;
    try {
      const command = on(dataFolder, ['exec', 'shop', ...printsSecret]);
      expect(await latchkey(command, { env: env() })).toMatchObject({
        ended: 3,
        output: '',
        complaints: expect.stringContaining('no terminal'),
      });
      const terminal = startAtTerminal([process.execPath, launcher, ...command], { env: env() });
      await terminal.shows(asks);
      terminal.type(`${newPassphrase()}\r`);
      await terminal.shows(asks);
      expect(terminal.shownSince()).toContain('not its passphrase');
      terminal.type(`${passphrase}\r`);
      await terminal.shows(new RegExp(shop.secret));
      expect(await terminal.ended).toBe(0);
      await owner?.untilState('unlocked');
    } finally {
      await owner?.stop();
    }
  });
});

describe('with the secrets in a vault file', () => {
  const dataFolder = newFolder();
  const passphrase = newPassphrase();
  let shop: TestApp;
  const run = (args: readonly string[], options: ProgramOptions = {}) =>
    latchkey(on(dataFolder, args), options);
  const atTerminal = (...args: string[]) =>
    startAtTerminal([process.execPath, launcher, ...on(dataFolder, args)]);

  beforeAll(async () => {
    const owner = await Owner.start(dataFolder);
    await owner.choose('file', passphrase);
    shop = await owner.add(profileNamed('shop'));
    await owner.stop();
  });

  it.each([
    ['nobody runs', false],
    ['Latchkey runs, locked', true],
  ])('a terminal is asked for the passphrase, which it does not show, where %s', async (_where, hasOwner) => {
    const owner = hasOwner ? await Owner.start(dataFolder) : undefined;
    try {
      const terminal = atTerminal('exec', 'shop', ...printsSecret);
      await terminal.shows(asks);
      terminal.type(`${newPassphrase()}\r`);
      await terminal.shows(asks);
      expect(terminal.shownSince()).toContain('not its passphrase');
      // As a user types: with a slip, taken back by one key each time, whatever it takes in bytes.
      terminal.type(`wrong\x15${passphrase}ü☕\x7f\x7f\r`);
      await terminal.shows(new RegExp(shop.secret));
      expect(await terminal.ended).toBe(0);
      const search = new SecretSearch([{ name: 'passphrase', value: passphrase }]);
      expect(search.inText('the terminal', terminal.shown())).toEqual([]);
      if (!owner) return;
      await owner.untilState('unlocked');
      // Nobody is asked again.
      expect((await run(['exec', 'shop', ...printsSecret])).output).toBe(`${shop.secret}\n`);
    } finally {
      await owner?.stop();
    }
  });

  it('what is on standard input, in the environment or an argument is no passphrase', async () => {
    const env = { LATCHKEY_PASSPHRASE: passphrase, PASSPHRASE: passphrase };
    const line = `printf '%s\\n' "$PASSPHRASE" | "$0" "$@"`;
    const { startProgram } = await import('../../support/programs.ts');
    const args = on(dataFolder, ['exec', 'shop', ...printsSecret]);
    const program = startProgram('/bin/sh', ['-c', line, process.execPath, launcher, ...args], { env });
    expect(await program.ended).toBe(3);
    expect(program.output()).toBe('');
    expect(program.complaints()).toContain('no terminal');
    expect(program.complaints()).not.toContain(passphrase);
    expect((await run(['exec', '--passphrase', passphrase, 'shop', ...printsSecret])).ended).toBe(2);
  });

  it('three wrong ones are enough, and Ctrl-C or an empty line ends it', async () => {
    const terminal = atTerminal('env', 'shop', '--yes');
    for (let attempt = 0; attempt < 3; attempt++) {
      await terminal.shows(asks);
      terminal.type(`${newPassphrase()}\r`);
    }
    expect(await terminal.ended).toBe(3);
    for (const key of ['\x03', '\x04', '\r']) {
      const cancelled = atTerminal('env', 'shop', '--yes');
      await cancelled.shows(asks);
      cancelled.type(key);
      expect(await cancelled.ended, JSON.stringify(key)).toBe(130);
    }
  });

  it('the terminal is as it was afterwards, also when the command is ended while it asks', async () => {
    const shell = `"$0" "$@"; stty -a | grep -o -E -- '-?(echo|icanon|isig)\\b' | tr '\\n' ' '; echo done`;
    const args = [process.execPath, launcher, ...on(dataFolder, ['env', 'shop', '--yes'])];
    for (const how of ['typed', 'SIGTERM'] as const) {
      const terminal = startAtTerminal(['sh', '-c', shell, ...args]);
      await terminal.shows(asks);
      if (how === 'typed') terminal.type(`${passphrase}\r`);
      else {
        const { processesNaming } = await import('../../support/process-memory.ts');
        for (const { pid, commandLine } of processesNaming(dataFolder))
          if (commandLine.startsWith(process.execPath)) process.kill(pid, 'SIGTERM');
      }
      const [, modes = ''] = await terminal.shows(/([^\n]*)done/);
      expect(modes.trim().split(/\s+/).sort(), how).toEqual(['echo', 'icanon', 'isig']);
    }
  });

  it('is unlocked for the Latchkey that runs, and locked again', async () => {
    expect((await run(['unlock'])).complaints).toContain('No Latchkey runs');
    expect((await run(['lock'])).output).toBe('The vault is locked.\n');
    const owner = await Owner.start(dataFolder);
    try {
      expect(await run(['unlock'])).toMatchObject({
        ended: 3,
        complaints: expect.stringContaining('no terminal'),
      });
      const terminal = atTerminal('unlock');
      await terminal.shows(asks);
      terminal.type(`${passphrase}\r`);
      await terminal.shows(/The vault is unlocked/);
      await owner.untilState('unlocked');
      expect((await run(['lock'])).ended).toBe(0);
      await owner.untilState('locked');
    } finally {
      await owner.stop();
    }
  });
});

describe('with the secrets kept for one session', () => {
  const dataFolder = newFolder();
  const secrets: string[] = [];

  it('they are given while it lasts, and forgotten only when asked to', async () => {
    const owner = await Owner.start(dataFolder);
    await owner.choose('session');
    const shop = await owner.add(profileNamed('shop'));
    secrets.push(shop.secret);
    expect((await latchkey(on(dataFolder, ['exec', 'shop', ...printsSecret]))).output).toBe(
      `${shop.secret}\n`,
    );
    expect(await latchkey(on(dataFolder, ['lock']))).toMatchObject({
      ended: 1,
      complaints: expect.stringContaining('--forget'),
    });
    expect((await latchkey(on(dataFolder, ['lock', '--forget']))).ended).toBe(0);
    await owner.untilState('locked');
    await owner.stop();
  });

  it('afterwards there is nothing, and that is said', async () => {
    expect(await latchkey(on(dataFolder, ['exec', 'shop', ...printsSecret]))).toMatchObject({
      ended: 3,
      output: '',
      complaints: expect.stringContaining('one session'),
    });
    expect((await latchkey(on(dataFolder, ['list']))).output).toContain('no credentials');
  });
});

describe('an owner that does not answer', () => {
  it('is named', { timeout: 60_000 }, async () => {
    const dataFolder = newFolder();
    const owner = await Owner.start(dataFolder);
    // It has the lock, and its socket is gone.
    const { rmSync } = await import('node:fs');
    rmSync(join(dataFolder, 'latchkey.sock'));
    const { ended, complaints } = await latchkey(on(dataFolder, ['list']));
    expect(ended).toBe(1);
    expect(complaints).toContain(`process ${owner.host.pid}`);
    await owner.stop();
  });
});
