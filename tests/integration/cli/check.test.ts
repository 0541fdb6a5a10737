/** `latchkey check`: the doctor at the command line, next to the sandbox, which is a server that can be asked. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latchkey, Owner, profileNamed } from '../../support/command-line.ts';
import { eventually } from '../../support/conditions.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import { temporaryFolder } from '../../support/temporary.ts';

function newFolder(): string {
  const folder = join(temporaryFolder(), 'data');
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}
const check = (dataFolder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  latchkey(['check', '--data-folder', dataFolder, ...args], { env });
const nowhere = { host: '127.0.0.1', port: 1, tls: false, path: '' };

describe('with Latchkey running', { timeout: 120_000 }, () => {
  const dataFolder = newFolder();
  let owner: Owner;

  beforeAll(async () => {
    owner = await Owner.start(dataFolder);
    await owner.choose('session');
  });
  afterAll(() => owner.stop());

  it('says that it works, what does not, and what to do, by its exit code as well', async () => {
    const { client } = owner;
    await client.call('sandbox.start', {});
    const sandbox = await eventually(
      async () =>
        (await client.call('profiles.list', {})).profiles.find(({ dialect }) => dialect === 'sandbox'),
      { withinMs: 30_000 },
    );
    const works = await check(dataFolder, []);
    expect(works).toMatchObject({ ended: 0, complaints: '' });
    expect(works.output).toContain(`${sandbox.name}, Key and secret: works\n`);

    const { name: _, environment: __, profileId: ___, createdAt: ____, updatedAt: _____, ...place } = sandbox;
    const wrong = await owner.add(profileNamed('wrong', { ...place, dialect: 'other' }));
    const told = await check(dataFolder, ['wrong']);
    expect(told).toMatchObject({ ended: 1, complaints: '' });
    expect(told.output).toMatch(/^wrong, Key and secret: wrong-secret\n {2}\S.*\n {2}\S/);
    expect(told.output).not.toContain(wrong.secret);
    expect((await check(dataFolder, [])).ended).toBe(1);

    const json = JSON.parse((await check(dataFolder, ['wrong', '--json'])).output);
    expect(json).toMatchObject([{ app: 'wrong', diagnoses: [{ verdict: 'wrong-secret' }, {}] }]);
  });

  it('fails for what is not there, and says what is not checked without its secret', async () => {
    expect((await check(dataFolder, ['nothing'])).ended).toBe(1);
    await owner.client.call('vault.lock', { forget: true });
    const { output } = await check(dataFolder, ['wrong']);
    expect(output).toMatch(/^wrong, Key: works\n.*There is no secret in the vault, so nothing was signed\./);
  });
});

describe('where nobody runs', { timeout: 120_000 }, () => {
  const dataFolder = newFolder();
  let service: SecretService;

  beforeAll(async () => {
    service = await startSecretService();
    await service.startKeyring();
    const owner = await Owner.start(dataFolder, service.env);
    await owner.untilState('unlocked');
    const location = { kind: 'endpoints', http: nowhere, webSocket: nowhere } as const;
    await owner.add(profileNamed('shop', { dialect: 'other', location }));
    await owner.stop();
  });
  afterAll(() => service.close());

  it('the command checks by itself', async () => {
    const { ended, output, complaints } = await check(dataFolder, [], service.env);
    expect({ ended, complaints }).toEqual({ ended: 1, complaints: '' });
    expect(output).toMatch(/^shop, Key and secret: unreachable\n/);
    // And again: it has left the folder, and no thread behind.
    expect((await check(dataFolder, ['shop'], service.env)).output).toBe(output);
  });
});
