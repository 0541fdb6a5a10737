/**
 * The whole app while its keychain does not answer: live traffic goes on, and every call that needs no secret is answered
 * as quickly as ever. What needs one says that it waits, and comes back with the keychain.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { AppError } from '#shared/lib/app-error.ts';
import { eventually } from '../../support/conditions.ts';
import { type Latchkey, startLatchkey } from '../../support/latchkey.ts';
import { keyringPassword, type SecretService, startSecretService } from '../../support/secret-service.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** What the user may have to wait for anything that needs no secret; the keychain keeps others for many seconds. */
const paceMs = 2500;
/** What draws the log may wait for its keys until the vault is said to wait. */
const logPaceMs = 6000 + paceMs;
const viewId = 'test';

let service: SecretService;
let latchkey: Latchkey;

afterEach(async () => {
  await latchkey?.close();
  await service?.close();
  expect(latchkey.bugs).toEqual([]);
});

test.each([
  {
    name: 'hangs',
    strike: async () => service.freeze(),
    end: async () => service.thaw(),
  },
  {
    name: 'shows a prompt that nobody answers',
    withPrompter: true,
    strike: () => service.lock(),
    end: async () => service.prompter.answer(await service.prompter.shown(), keyringPassword),
  },
])(
  'a keychain that $name holds up nothing else',
  { timeout: 90_000 },
  async ({ strike, end, ...options }) => {
    service = await startSecretService(options);
    await service.startKeyring();
    const folder = temporaryFolder();
    latchkey = await startLatchkey(folder, { vaultEnv: service.env });
    const { client } = latchkey;
    const vaultState = async () => (await client.call('vault.status', {})).state;
    await eventually(async () => (await vaultState()) === 'unlocked');
    const { profileId } = await client.call('sandbox.start', {});
    if (!profileId) throw new Error('The sandbox made no profile');
    await client.call('history.openView', { profileId, viewId, filter: '' });
    await client.call('sandbox.setDemo', { isRunning: true });
    const rows = async () => {
      const page = { profileId, viewId, start: 0, count: 300 };
      return (await client.call('history.rows', page)).rows;
    };
    const isReadable = async () => (await rows()).some(({ encryption }) => encryption?.state === 'decrypted');
    await eventually(isReadable, { what: 'a decrypted event' });
    /** Without the time of the last use, which a lock writes down. */
    const credentials = async () =>
      (await client.call('vault.credentials', { profileId })).credentials.map(
        ({ lastUsedAt: _, ...credential }) => credential,
      );
    const known = await credentials();
    await client.call('vault.lock', {});
    await client.call('vault.unlock', {});
    await strike();

    const value = randomBytes(20).toString('hex');
    const place = { profileId, kind: 'secret', slot: 'next', key: 'nextkey' } as const;
    const entering = client.secrets.enter({ ...place, value }).catch((error: AppError) => error);
    let slowest = 0;
    let slowestLog = 0;
    await eventually(
      async () => {
        const [pace, log] = await Promise.all([slowestOf(), timed(rows)]);
        slowest = Math.max(slowest, pace);
        slowestLog = Math.max(slowestLog, log);
        return (await vaultState()) === 'waiting';
      },
      { what: '“waiting”' },
    );
    for (let round = 0; round < 20; round++) {
      slowest = Math.max(slowest, await slowestOf());
      slowest = Math.max(slowest, await timed(rows));
    }
    expect(slowest).toBeLessThan(paceMs);
    expect(slowestLog).toBeLessThan(logPaceMs);
    const drawn = await rows();
    const received = drawn.filter(({ encryption }) => encryption !== null);
    expect(received.length).toBeGreaterThan(0);
    expect(received.filter(({ encryption }) => encryption?.state === 'decrypted')).toEqual([]);
    expect(await credentials()).toEqual(known);
    const { connections } = await client.call('live.list', {});
    expect(connections.map(({ state }) => state)).toEqual(['connected']);

    expect(await client.call('vault.cancelWaiting', {})).toMatchObject({ state: 'locked' });
    expect(await entering).toMatchObject({ code: 'cancelled' });
    await end();
    expect(await client.call('vault.unlock', {})).toMatchObject({ state: 'unlocked' });
    expect(await credentials()).toEqual(known);
    await eventually(isReadable, { what: 'a decrypted event, again' });
    await client.secrets.enter({ ...place, value });
    for (const file of filesIn(folder)) expect(readFileSync(file).includes(value), file).toBe(false);

    /** One after the other what the page asks for all the time, and some of what it writes. */
    async function slowestOf(): Promise<number> {
      const profileInput = {
        name: 'shop',
        environment: 'local',
        dialect: 'other',
        appId: '1',
        key: 'k',
      } as const;
      const http = { host: '127.0.0.1', port: 1, tls: false, path: '' };
      const location = { kind: 'endpoints', http, webSocket: http } as const;
      const times: number[] = [];
      for (const call of [
        () => client.call('vault.status', {}),
        () => client.call('profiles.list', {}),
        () => client.call('settings.get', {}),
        () => client.call('live.list', {}),
        () => client.call('rotation.list', { profileId: profileId as string }),
        () => client.call('sandbox.status', {}),
        async () => {
          const saved = await client.call('profiles.save', { profile: { ...profileInput, location } });
          await client.call('profiles.remove', { profileId: saved.profileId });
        },
      ]) {
        times.push(await timed(call));
      }
      return Math.max(...times);
    }
  },
);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
