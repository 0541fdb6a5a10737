/** `latchkey exec`: what a command finds in its environment, and that it is started as if nothing stood between. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  latchkey,
  Owner,
  profileNamed,
  startLatchkeyCommand,
  type TestApp,
  variablesOf,
} from '../../support/command-line.ts';
import { eventually } from '../../support/conditions.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { noSessionBus, type SecretService, startSecretService } from '../../support/secret-service.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const printsEnvironment = [process.execPath, '-e', 'console.log(JSON.stringify(process.env))'];

function newFolder(): string {
  const folder = join(temporaryFolder(), 'data');
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

describe('with Latchkey running', () => {
  let owner: Owner;
  let shop: TestApp;
  const dataFolder = newFolder();
  const run = (args: readonly string[], options = {}) =>
    latchkey([...args.slice(0, 1), '--data-folder', dataFolder, ...args.slice(1)], options);
  const exec = (...command: string[]) => run(['exec', 'shop', '--', ...command]);

  beforeAll(async () => {
    owner = await Owner.start(dataFolder);
    await owner.choose('session');
    shop = await owner.add(profileNamed('shop'));
  });
  afterAll(() => owner.stop());

  it('adds the app’s variables to the command’s environment, and nothing else', async () => {
    const own = { PATH: process.env.PATH, HOME: '/nonexistent', PUSHER_APP_KEY: 'another', EXTRA: 'é\n$x' };
    const { output, complaints, ended } = await latchkey(
      ['exec', '--data-folder', dataFolder, 'shop', '--', ...printsEnvironment],
      { env: { ...blank(), ...own } },
    );
    expect(complaints).toBe('');
    expect(ended).toBe(0);
    expect(JSON.parse(output)).toEqual({
      ...own,
      ...variablesOf(shop),
      DBUS_SESSION_BUS_ADDRESS: expect.any(String),
    });
  });

  it('gives arguments, input, output and the exit code as they are', async () => {
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
    const { ended } = await exec('sh', '-c', 'kill -KILL $$');
    expect(ended).toBe('SIGKILL');
  });
});

/** Nothing of the test's own environment. */
function blank(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
}
