/** The sandbox's service over its real process, when it is stopped, or loses something, at the wrong moment. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Profile } from '#shared/contract/profiles.ts';
import type { SandboxStatus } from '#shared/contract/sandbox.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import type { ChildPort } from '../../electron/processes/port.ts';
import { Sandbox } from '../../electron/sandbox/index.ts';
import { eventually } from '../support/conditions.ts';
import { startLatchkey } from '../support/latchkey.ts';
import { temporaryFolder } from '../support/temporary.ts';

const entry = new URL('../../electron/sandbox/process.ts', import.meta.url);

/** With a vault that takes a secret only when the test lets it. */
function slowSandbox() {
  const handedOver = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  const children: ChildPort[] = [];
  const connected: string[] = [];
  const states: SandboxStatus['state'][] = [];
  const saved: Profile[] = [];
  const sandbox = new Sandbox({
    spawn: (url, options) => {
      const child = spawnNodeChild(url, options);
      children.push(child);
      return child;
    },
    entry,
    vault: {
      status: {
        state: 'unlocked',
        store: 'session',
        reason: null,
        hint: null,
        hasVaultFile: false,
        isKeychainSealed: false,
      },
      handOver: async () => {
        handedOver.resolve();
        await taken.promise;
      },
      removeSlot: async () => {},
    },
    profiles: {
      list: () => saved,
      save: (input) => {
        const profile: Profile = { ...input, profileId: randomUUID(), createdAt: 0, updatedAt: 0 };
        saved.splice(0, 1, profile);
        return profile;
      },
    },
    live: {
      connect: (profileId) => connected.push(profileId),
      disconnect: () => {},
      subscribe: () => {},
    },
    onNewCredentials: () => {},
    onChanged: ({ state }) => states.push(state),
  });
  onTestFinished(() => sandbox.close());
  return { sandbox, handedOver: handedOver.promise, take: taken.resolve, children, connected, states, saved };
}

const hasExited = (child: ChildPort | undefined) =>
  new Promise<boolean>((resolve) => child?.onExit(() => resolve(true)));

describe('the sandbox', () => {
  it('that is stopped while it starts stays stopped', async () => {
    const { sandbox, handedOver, take, children, connected } = slowSandbox();
    const starting = sandbox.start().catch((error: unknown) => error);
    await handedOver;
    expect(await sandbox.stop()).toMatchObject({ state: 'stopped' });
    take();
    expect(await starting).toMatchObject({ code: 'cancelled', retryable: true });
    expect(sandbox.status).toMatchObject({ state: 'stopped', port: null });
    expect(connected).toEqual([]);
    expect(await hasExited(children[0])).toBe(true);
  });

  it('that is stopped before its process has answered stays stopped, and says nothing of a failure', async () => {
    const { sandbox, states } = slowSandbox();
    const starting = sandbox.start().catch((error: unknown) => error);
    await sandbox.stop();
    await starting;
    expect(states).toEqual(['starting', 'stopped']);
  });

  it('that is started again while it stops runs', async () => {
    const { sandbox, take, children } = slowSandbox();
    take();
    await sandbox.start();
    const [, started] = await Promise.all([sandbox.stop(), sandbox.start()]);
    expect(started).toMatchObject({ state: 'running' });
    expect(sandbox.status).toMatchObject({ state: 'running' });
    expect(children).toHaveLength(2);
  });

  it('that loses its process while it starts has failed, and does not run', async () => {
    const { sandbox, handedOver, take, children, connected } = slowSandbox();
    const starting = sandbox.start().catch((error: unknown) => error);
    await handedOver;
    children[0]?.kill();
    await eventually(() => sandbox.status.state === 'failed');
    take();
    expect(await starting).toMatchObject({ code: 'cancelled' });
    expect(sandbox.status).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('unexpectedly'),
    });
    expect(connected).toEqual([]);
  });

  it('stops when its profile is removed while it starts', async () => {
    const { sandbox, handedOver, take, children, saved } = slowSandbox();
    const starting = sandbox.start().catch((error: unknown) => error);
    await handedOver;
    const [removed] = saved.splice(0);
    await sandbox.profileRemoved(removed?.profileId ?? '');
    take();
    await starting;
    expect(sandbox.status).toMatchObject({ state: 'stopped', profileId: null });
    expect(await hasExited(children[0])).toBe(true);
  });

  it('stops when its profile is removed, and not when another is', async () => {
    const latchkey = await startLatchkey(temporaryFolder());
    onTestFinished(() => latchkey.close());
    const { client } = latchkey;
    await client.call('vault.chooseStore', { store: 'session' });
    const { profileId } = await client.call('sandbox.start', {});
    if (!profileId) throw new Error('The sandbox has no profile');
    const sandboxProfile = (await client.call('profiles.list', {})).profiles[0];
    if (!sandboxProfile) throw new Error('The sandbox’s profile is not listed');
    const { profileId: _, createdAt: __, updatedAt: ___, ...profile } = sandboxProfile;
    const other = await client.call('profiles.save', { profile: { ...profile, dialect: 'pusher' } });
    await client.call('profiles.remove', { profileId: other.profileId });
    expect(await client.call('sandbox.status', {})).toMatchObject({ state: 'running', profileId });
    await client.call('profiles.remove', { profileId });
    await eventually(async () => (await client.call('sandbox.status', {})).state === 'stopped');
    expect(await client.call('sandbox.status', {})).toMatchObject({ profileId: null, port: null });
    expect(latchkey.bugs).toEqual([]);
  });
});
