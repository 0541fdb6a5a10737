/**
 * The packaged app's program as the `latchkey` command: the real Electron entry, on the recording stand-in for Electron.
 * What Electron itself makes of it, a display's absence for one, is not seen here.
 */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Owner, profileNamed, type TestApp } from '../../support/command-line.ts';
import { type ElectronProgram, startElectronWith } from '../../support/electron-program.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const dataFolder = join(temporaryFolder(), 'data');
let service: SecretService;
let shop: TestApp;

const run = ([command = '', ...rest]: readonly string[]) =>
  startElectronWith([command, '--data-folder', dataFolder, ...rest], service.env);

async function ended(program: ElectronProgram) {
  return { ended: await program.ended, output: program.output(), complaints: program.complaints() };
}
const profilesOf = ({ records }: ElectronProgram) =>
  records.flatMap(({ call, input }) => (call === 'setPath' ? [String((input as string[])[1])] : []));
const exec = ['exec', 'shop', '--', 'sh', '-c', 'printf %s "$PUSHER_APP_SECRET"; exit 4'];

beforeAll(async () => {
  mkdirSync(dataFolder, { mode: 0o700 });
  service = await startSecretService();
  await service.startKeyring();
  const owner = await Owner.start(dataFolder, service.env);
  await owner.untilState('unlocked');
  shop = await owner.add(profileNamed('shop'));
  await owner.stop();
});
afterAll(() => service.close());

describe('the packaged app’s program', () => {
  it('tells about the command, and which version it is', async () => {
    expect(await ended(startElectronWith(['--version']))).toMatchObject({ ended: 0, output: '1.2.3\n' });
    expect((await ended(startElectronWith(['exec', '--help']))).output).toContain('latchkey exec APP');
    expect(await ended(startElectronWith(['sign']))).toMatchObject({ ended: 2 });
  });

  it('asks the Latchkey that runs before it is ready, and opens no window', async () => {
    const owner = await Owner.start(dataFolder, service.env);
    await owner.untilState('unlocked');
    const program = run(exec);
    expect(await ended(program)).toEqual({ ended: 4, output: shop.secret, complaints: '' });
    expect(program.calls()).toEqual([]);
    await owner.stop();
  });

  it('opens the vault itself once it is ready, where nobody runs, with files of its own for Chromium', async () => {
    const program = run(exec);
    expect(await ended(program)).toEqual({ ended: 4, output: shop.secret, complaints: '' });
    const calls = program.calls();
    expect(calls).toContain('ready');
    expect(calls).not.toContain('window.open');
    expect(profilesOf(program)).toHaveLength(2);
    for (const path of profilesOf(program)) {
      expect(path).not.toContain(dataFolder);
      expect(existsSync(path)).toBe(false);
    }
    expect(existsSync(join(dataFolder, 'chromium'))).toBe(false);
    expect(calls.indexOf('setPath')).toBeLessThan(calls.indexOf('ready'));
  });

  it('has nothing of the folder’s while the command runs', async () => {
    const program = run(['exec', 'shop', '--', 'sh', '-c', 'echo started; while :; do sleep 0.02; done']);
    await program.says(/started/);
    const profiles = profilesOf(program);
    expect(profiles).toHaveLength(2);
    for (const path of profiles) {
      expect(path).not.toContain(dataFolder);
      expect(statSync(path).mode & 0o777).toBe(0o700);
    }
    const owner = await Owner.start(dataFolder, service.env);
    await owner.untilState('unlocked');
    await owner.stop();
    program.signal('SIGTERM');
    expect((await ended(program)).ended).toBe('SIGTERM');
    expect(profiles.map((path) => existsSync(path))).toEqual([false, false]);
  });

  it('passes signals on, and ends by the one that ended the command', async () => {
    const script = `trap 'echo got; kill -KILL $$' TERM; cat /proc/self/coredump_filter; echo started; while :; do sleep 0.02; done`;
    const program = run(['exec', 'shop', '--', 'sh', '-c', script]);
    await program.says(/started/);
    program.signal('SIGTERM');
    expect(await ended(program)).toMatchObject({ ended: 'SIGKILL', output: expect.stringMatching(/got\n$/) });
    // The command may dump its memory as it could without Latchkey.
    expect(program.output().split('\n')[0]).toBe(readFileSync('/proc/self/coredump_filter', 'utf8').trim());
  });
});
