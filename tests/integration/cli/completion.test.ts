/** The completions, in the shells themselves, with apps whose names would do harm if a shell read them. */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latchkey, launcher, Owner, profileNamed, variablesOf } from '../../support/command-line.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { startAtTerminal } from '../../support/terminal-program.ts';

const home = temporaryFolder();
const dataFolder = join(home, 'latchkey');
const commands = join(home, 'bin');
const env = {
  HOME: home,
  ZDOTDIR: home,
  XDG_DATA_HOME: home,
  XDG_CONFIG_HOME: home,
  HISTFILE: undefined,
  LC_ALL: 'C.UTF-8',
  PATH: [commands, join(process.execPath, '..'), process.env.PATH].join(delimiter),
};
/** Each has a beginning of its own, and what follows would make a file. */
const hostile = [
  `h1 $(touch ${join(home, 'made-1')})`,
  `h2\`touch ${join(home, 'made-2')}\``,
  `h3"; touch ${join(home, 'made-3')}; "`,
  `h4'; touch ${join(home, 'made-4')}; '`,
  `h5\\'; touch ${join(home, 'made-5')} #`,
  `h6 & touch ${join(home, 'made-6')} | cat`,
  `h7 > ${join(home, 'made-7')}`,
  'h8 * ? [a-z] {a,b} ~ !! $HOME %s \\n',
  'h9 é☕=x:y',
].map((name) => name.slice(0, 80));
const names = `${Object.keys(variablesOf({ profileId: '', profile: profileNamed('x'), secret: 'x', masterKey: 'x' })).join('\n')}\n`;
let owner: Owner;

beforeAll(async () => {
  mkdirSync(dataFolder, { mode: 0o700 });
  mkdirSync(commands);
  symlinkSync(launcher, join(commands, 'latchkey'));
  // A folder of an app's name: a completion for files would go there.
  mkdirSync(join(home, 'plain-app'));
  owner = await Owner.start(dataFolder);
  await owner.choose('session');
  for (const name of [...hostile, 'plain-app', 'unlike']) await owner.add(profileNamed(name));
  for (const environment of ['staging', 'local'] as const) {
    await owner.add(profileNamed('twice', { environment, appId: environment }));
  }
});
afterAll(() => owner.stop());

const shells = {
  bash: ['bash', '--norc', '--noprofile', '-i'],
  zsh: ['zsh', '-f', '-i'],
  fish: ['fish', '--no-config', '-i'],
} as const;
const load = {
  bash: (file: string) =>
    `PS1='ready> '; bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; source ${file}`,
  zsh: (file: string) =>
    `PS1='ready> '; unsetopt ZLE_BEEP prompt_sp 2>/dev/null; autoload -Uz compinit; compinit -u -D; source ${file}`,
  fish: (file: string) => `function fish_prompt; echo 'ready> '; end; source ${file}`,
};

describe.each(['bash', 'zsh', 'fish'] as const)('in %s', (shell) => {
  async function open(): Promise<(typed: string, rest?: string) => Promise<string>> {
    const script = join(home, `completion.${shell}`);
    writeFileSync(script, (await latchkey(['completion', shell])).output);
    const terminal = startAtTerminal(shells[shell], { env, cwd: home });
    terminal.type(`${load[shell](script)}; echo lo''aded\r`);
    await terminal.shows(/loaded/);
    let count = 0;
    /** Types it with a tab after it, and then the rest; gives what the command that came of it has printed. */
    return async (typed, rest = '') => {
      count++;
      terminal.type(`echo be''gin-${count}-; ${typed}\t${rest}; echo e''nd-${count}-\r`);
      const [, printed = ''] = await terminal.shows(new RegExp(`begin-${count}-\r\n([^]*?)end-${count}-`));
      return printed.replaceAll('\r', '');
    };
  }

  it('completes commands, options, formats and apps', async () => {
    const run = await open();
    expect(await run('latchkey env plain', ' --names-only')).toBe(names);
    expect(await run('latchkey env plain-app --nam')).toBe(names);
    expect(await run('latchkey en', 'plain-app --names-only')).toBe(names);
    expect(await run('latchkey env plain-app --names-only --format laravel-p')).toContain('VITE_');
    expect(await run('latchkey env --names-only unl')).toBe(names);
    expect(await run('latchkey sign us', '--help')).toContain('latchkey sign user APP');
    expect(await run('latchkey completion fi', '| head -n 1')).toContain('Has fish complete');
    expect(await run(`latchkey env --data-folder ${dataFolder} plain`, '--names-only')).toBe(names);
    // The environment tells two of one name apart.
    expect(await run('latchkey sign http twice@st', 'GET /x')).toContain('/apps/staging/x');
    expect(await run('latchkey sign http twice@lo', 'GET /x')).toContain('/apps/local/x');
    // What follows is another program's.
    expect(await run('latchkey exec plain-app -- printen', 'PUSHER_APP_ID')).toBe('1234\n');
    expect(await run('latchkey exec plain-app -- env --he', '| head -n 1')).not.toContain('latchkey');
  });

  it('puts any name on the line as one word, and runs none of it', async () => {
    const run = await open();
    for (const name of hostile) {
      expect(await run(`latchkey env ${name.slice(0, 2)}`, ' --names-only'), name).toBe(names);
    }
    expect(readdirSync(home).filter((name) => name.startsWith('made'))).toEqual([]);
  });

  it.runIf(shell === 'bash')('completes inside of quotes what needs none', async () => {
    const run = await open();
    expect(await run("latchkey env 'plai", '--names-only')).toBe(names);
    expect(await run('latchkey env "plai', '--names-only')).toBe(names);
    // The quote is left open, and closed here: there was nothing to complete.
    expect(await run("latchkey env 'h1", "' --names-only")).not.toContain('PUSHER');
    expect(readdirSync(home).filter((name) => name.startsWith('made'))).toEqual([]);
  });
});
