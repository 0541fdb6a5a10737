/** The whole app, whose vault is locked by what the user does not do; and connections that need it meanwhile. */
import { randomBytes } from 'node:crypto';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppError } from '#shared/lib/app-error.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import type { SpawnChild } from '../../electron/processes/port.ts';
import { eventually } from '../support/conditions.ts';
import { wholeImport } from '../support/import-files.ts';
import { type Latchkey, startLatchkey } from '../support/latchkey.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { noSessionBus } from '../support/secret-service.ts';
import { temporaryFolder } from '../support/temporary.ts';

const minute = 60_000;

describe('a vault that nobody uses', () => {
  const clock = new ManualClock();
  const passphrase = randomBytes(12).toString('base64');
  let latchkey: Latchkey;
  let profileId: string;

  /** Set: imported secrets wait here on their way to the vault process. */
  let holding: (() => void)[] | undefined;
  const spawnProcess: SpawnChild = (entry, options) => {
    const child = spawnNodeChild(entry, options);
    const send: typeof child.send = (message, transfer) => {
      const isHeld = holding && (message as { method?: string }).method === 'putImported';
      if (isHeld) holding?.push(() => child.send(message, transfer));
      else child.send(message, transfer);
    };
    return { ...child, send };
  };

  beforeAll(async () => {
    const vaultEnv = noSessionBus(temporaryFolder());
    latchkey = await startLatchkey(temporaryFolder(), { clock, vaultEnv, spawnProcess });
    const { client } = latchkey;
    await eventually(async () => (await status()).state === 'choose');
    await client.secrets.passphrase({ how: 'choose', value: passphrase });
    profileId = (await client.call('sandbox.start', {})).profileId ?? '';
    await disconnect();
  });
  afterAll(async () => {
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
  });

  const status = () => latchkey.client.call('vault.status', {});
  const unlock = () => latchkey.client.secrets.passphrase({ how: 'unlock', value: passphrase });
  const connection = async () => {
    const { connections } = await latchkey.client.call('live.list', {});
    return connections.find((each) => each.profileId === profileId);
  };
  /** Until it is told: changes are told of together, some time after. */
  const disconnect = async () => {
    const { client } = latchkey;
    const told = new Promise<void>((resolve) =>
      client.on('live.changed', (each) => each.state === 'disconnected' && resolve()),
    );
    await client.call('live.disconnect', { profileId });
    await told;
  };
  const stateOf = async (channel: string) =>
    (await connection())?.subscriptions.find((each) => each.channel === channel)?.state;
  const becomes = (channel: string, state: string) =>
    eventually(async () => (await stateOf(channel)) === state, { what: `${channel}: ${state}` });

  const isLockedFiveMinutesLater = async () => {
    clock.pass(5 * minute - 1);
    expect(await status()).toMatchObject({ state: 'unlocked' });
    clock.pass(1);
    expect(await status()).toMatchObject({ state: 'locked' });
  };

  it('is locked after five minutes, and says why', async () => {
    clock.pass(5 * minute - 1);
    expect(await status()).toMatchObject({ state: 'unlocked' });
    clock.pass(1);
    expect(await status()).toMatchObject({
      state: 'locked',
      store: 'file',
      reason: 'The vault was locked as it was not used for the time that is set.',
      hint: 'Enter the passphrase to unlock the vault.',
    });
    await unlock();
  });

  it('stays open for one who is there, and by what was chosen', async () => {
    const { client } = latchkey;
    clock.pass(4 * minute);
    await client.call('vault.touch', {});
    clock.pass(4 * minute);
    expect(await status()).toMatchObject({ state: 'unlocked' });
    await client.call('settings.update', { lockAfterMinutes: 0 });
    clock.pass(48 * 60 * minute);
    expect(await status()).toMatchObject({ state: 'unlocked' });
    await client.call('vault.touch', {});
    await client.call('settings.update', { lockAfterMinutes: 1 });
    clock.pass(minute);
    expect(await status()).toMatchObject({ state: 'locked' });
    await client.call('settings.update', { lockAfterMinutes: 5 });
  });

  it('has private subscriptions wait and say so, and completes them when it is unlocked', async () => {
    const { client } = latchkey;
    await client.call('live.connect', { profileId });
    await client.call('live.subscribe', { profileId, channel: 'private-while-locked' });
    await client.call('live.subscribe', { profileId, channel: 'open-while-locked' });
    await becomes('open-while-locked', 'subscribed');
    await becomes('private-while-locked', 'waiting-for-vault');
    await unlock();
    await becomes('private-while-locked', 'subscribed');
  });

  it('stays open for a live subscription, and has its time when that has ended', async () => {
    clock.pass(12 * 60 * minute);
    expect(await status()).toMatchObject({ state: 'unlocked' });
    await disconnect();
    clock.pass(5 * minute - 1);
    expect(await status()).toMatchObject({ state: 'unlocked' });
    clock.pass(1);
    expect(await status()).toMatchObject({ state: 'locked' });
  });

  it('stays open for a sweep, and has its time when that has ended', async () => {
    const { client } = latchkey;
    await unlock();
    await client.call('vault.touch', {});
    const folder = temporaryFolder();
    const endless = join(folder, 'endless');
    writeFileSync(endless, '');
    truncateSync(endless, 2 ** 42);
    const begun = new Promise<void>((resolve) => client.on('sweep.progress', () => resolve()));
    const cancelling = new AbortController();
    const sweeping = client.call('sweep.start', { path: folder, history: false }, cancelling);
    await begun;
    clock.pass(12 * 60 * minute);
    expect(await status()).toMatchObject({ state: 'unlocked' });
    cancelling.abort();
    await expect(sweeping).rejects.toMatchObject({ code: 'cancelled' });
    // It has ended when there can be another one.
    const small = { path: temporaryFolder(), history: false };
    await eventually(() =>
      client.call('sweep.start', small).then(
        () => true,
        (error: AppError) => error.code !== 'conflict' && Promise.reject(error),
      ),
    );
    await isLockedFiveMinutesLater();
  });

  it('stays open for an import that is being applied, and has its time when that is done', async () => {
    const { client } = latchkey;
    await unlock();
    await client.call('vault.touch', {});
    const names = Array.from({ length: 3 }, (_, index) => `PUSHER_P${index}`);
    const value = names
      .map((name) => `${name}_KEY=${name}\n${name}_SECRET=${randomBytes(10).toString('hex')}`)
      .join('\n');
    const order = wholeImport(await client.call('imports.open', { value }));
    holding = [];
    const applying = client.call('imports.apply', order);
    await eventually(() => holding?.length === 1, { what: 'a secret on its way' });
    clock.pass(12 * 60 * minute);
    expect(await status()).toMatchObject({ state: 'unlocked' });
    for (const send of holding.splice(0)) send();
    holding = undefined;
    expect((await applying).apps.map(({ failure }) => failure)).toEqual([null, null, null]);
    await isLockedFiveMinutesLater();
  });

  it('is locked as the user goes away, watched or not', async () => {
    await unlock();
    await latchkey.client.call('live.connect', { profileId });
    await becomes('private-while-locked', 'subscribed');
    latchkey.app.lockVault('screen');
    expect(await status()).toMatchObject({
      state: 'locked',
      reason: 'The vault was locked with the screen.',
    });
    expect(await stateOf('private-while-locked')).toBe('subscribed');
  });
});
