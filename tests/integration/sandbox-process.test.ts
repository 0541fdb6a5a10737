/** The sandbox in its own process, and its demo traffic. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import type { ChildPort, SpawnChild } from '../../electron/processes/port.ts';
import { demoChannels, SandboxProcess } from '../../electron/sandbox/index.ts';
import { decryptEvent, parseMasterKey } from '../../electron/signing/index.ts';
import { eventually } from '../support/conditions.ts';
import { officialClient, officialServer, rawClient, subscribed } from '../support/sandbox.ts';

const entry = new URL('../../electron/sandbox/process.ts', import.meta.url);

async function startProcess() {
  const children: ChildPort[] = [];
  const sandbox = new SandboxProcess((url, options) => {
    const child = spawnNodeChild(url, options);
    children.push(child);
    return child;
  }, entry);
  onTestFinished(() => sandbox.stop());
  const credentials = await sandbox.start();
  return { sandbox, credentials, children };
}

describe('the sandbox process', () => {
  it('starts with random credentials that work, and new ones every time', async () => {
    const { sandbox, credentials } = await startProcess();
    const server = officialServer(credentials, credentials.masterKeyBase64);
    const { events } = await subscribed(
      await officialClient(credentials, { auth: server }),
      'private-encrypted-x',
    );
    await server.trigger('private-encrypted-x', 'e', { id: 1 });
    await eventually(() => events.length === 1);
    expect(events).toEqual([{ event: 'e', data: { id: 1 } }]);

    await expect(sandbox.start()).rejects.toMatchObject({ code: 'conflict' });
    await sandbox.stop();
    const again = await sandbox.start();
    for (const name of ['key', 'secret', 'masterKeyBase64'] as const) {
      expect(again[name] === credentials[name], name).toBe(false);
    }
  });

  it('holds two pairs and revokes one', async () => {
    const { sandbox, credentials } = await startProcess();
    const next = { ...credentials, ...(await sandbox.createPair()) };
    const client = await rawClient(credentials);
    await sandbox.revokePair(credentials.key);
    expect(await client.closed()).toBe(4001);
    await expect(officialServer(credentials).trigger('a', 'e', {})).rejects.toMatchObject({ status: 401 });
    expect((await officialServer(next).trigger('a', 'e', {})).status).toBe(200);
    await expect(sandbox.revokePair(next.key)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('says that it is not running, and notices when it was ended from outside', async () => {
    const { sandbox, children } = await startProcess();
    const exited = Promise.withResolvers<void>();
    sandbox.onUnexpectedExit(() => exited.resolve());
    children[0]?.kill();
    await exited.promise;
    expect(sandbox.isRunning).toBe(false);
    await expect(async () => sandbox.createPair()).rejects.toMatchObject({ code: 'sandbox_failed' });
    await sandbox.start();
    expect(sandbox.isRunning).toBe(true);
  });

  it('fails to start with a reason when its process ends at once', async () => {
    const spawnEnded: SpawnChild = () => ({
      pid: undefined,
      send: () => {},
      onMessage: () => () => {},
      onExit(listener) {
        queueMicrotask(() => listener({ code: 1, signal: null }));
        return () => {};
      },
      kill: () => {},
    });
    const sandbox = new SandboxProcess(spawnEnded, entry);
    await expect(sandbox.start()).rejects.toMatchObject({ code: 'sandbox_failed' });
    expect(sandbox.isRunning).toBe(false);
  });
});

describe('demo traffic', () => {
  it('begins with an encrypted order, comes on every demo channel, and says what it is', async () => {
    const { sandbox, credentials } = await startProcess();
    const auth = officialServer(credentials, credentials.masterKeyBase64);
    const client = await officialClient(credentials, { auth });
    const { chat, orders, prices, room } = demoChannels;
    const order: string[] = [];
    const seen = await Promise.all(
      [orders, prices, chat].map(async (name) => {
        const { channel, events } = await subscribed(client, name);
        channel.bind_global((event: string) => event.startsWith('pusher:') || order.push(event));
        return { name, events };
      }),
    );
    const presence = await subscribed(client, room);
    await sandbox.setDemo(true);
    await eventually(() => seen.every(({ events }) => events.length >= 2));
    expect(order[0]).toBe('order.created');
    for (const { name, events } of seen) {
      for (const { data } of events) {
        expect(data, name).toMatchObject({ demo: true, note: expect.stringContaining('Demo traffic') });
      }
    }
    await eventually(
      () => presence.events.filter(({ event }) => event === 'pusher:member_added').length >= 3,
    );
    expect(presence.events[0]?.data).toMatchObject({ info: { demo: true } });

    await sandbox.setDemo(false);
    await eventually(async () => {
      const answer = await auth.get({ path: `/channels/${room}/users` });
      return (await answer.json()).users.length === 1;
    });
  });

  it('goes on with another master key and another pair when they are rotated', async () => {
    const { sandbox, credentials } = await startProcess();
    const old = { slot: 'current', masterKey: parseMasterKey(credentials.masterKeyBase64) } as const;
    const pair = await sandbox.createPair();
    const watcher = await rawClient({ ...credentials, ...pair });
    const channel = demoChannels.orders;
    const { auth } = officialServer({ ...credentials, ...pair }).authorizeChannel(watcher.socketId, channel);
    watcher.send({ event: 'pusher:subscribe', data: { channel, auth } });
    await watcher.next('pusher_internal:subscription_succeeded');
    await sandbox.setDemo(true);

    const next = {
      slot: 'next',
      masterKey: parseMasterKey((await sandbox.createMasterKey()).masterKeyBase64),
    } as const;
    const slots = () =>
      watcher.frames
        .filter(({ event }) => event.startsWith('order.'))
        .map(({ data }) => decryptEvent({ channel, data, keys: [old, next] }));
    await eventually(() => slots().length >= 2);
    expect(slots().every((opened) => opened.state === 'decrypted' && opened.slot === 'current')).toBe(true);

    await sandbox.useMasterKey();
    await sandbox.revokePair(credentials.key);
    await eventually(
      () => slots().filter((one) => one.state === 'decrypted' && one.slot === 'next').length >= 2,
    );
  });
});
