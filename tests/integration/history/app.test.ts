/** The log in the whole app: what becomes of an app's when it is removed, and where a replay goes. */
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSandboxServer } from '../../../electron/sandbox/server/sandbox-server.ts';
import { eventually } from '../../support/conditions.ts';
import { type Latchkey, startLatchkey } from '../../support/latchkey.ts';
import { temporaryFolder } from '../../support/temporary.ts';

process.env.DBUS_SESSION_BUS_ADDRESS = 'unix:path=/nonexistent/latchkey';

async function start(folder: string): Promise<Latchkey> {
  const latchkey = await startLatchkey(folder);
  await eventually(async () => (await latchkey.client.call('vault.status', {})).state === 'choose');
  await latchkey.client.call('vault.chooseStore', { store: 'session' });
  return latchkey;
}

const endpointsAt = (port: number) => {
  const endpoint = { host: '127.0.0.1', port, tls: false, path: '' };
  return { kind: 'endpoints', http: endpoint, webSocket: endpoint } as const;
};

/** Events in the log of an app. */
async function recorded({ client }: Latchkey, profileId: string): Promise<number> {
  const { sessions } = await client.call('history.sessions', { profileId });
  return sessions.reduce((sum, { events }) => sum + events, 0);
}

describe('what was recorded of an app that keeps nothing', () => {
  it('is gone after the run also when the app was removed while it recorded', async () => {
    const folder = temporaryFolder();
    const latchkey = await start(folder);
    const { client } = latchkey;
    const server = await createSandboxServer();
    onTestFinished(() => server.close());
    const { appId, oldestPair } = server.createApp();
    const save = async (name: string, environment: 'production' | 'staging') => {
      const { profileId } = await client.call('profiles.save', {
        profile: {
          name,
          environment,
          dialect: 'other',
          appId,
          key: oldestPair.key,
          location: endpointsAt(server.port),
        },
      });
      await client.call('live.connect', { profileId });
      await eventually(async () => (await recorded(latchkey, profileId)) > 0);
      return profileId;
    };
    const removed = await save('Shop', 'production');
    const kept = await save('Shop, staging', 'staging');
    const logOf = (profileId: string) => existsSync(join(folder, 'history', profileId));
    await client.call('profiles.remove', { profileId: removed });
    expect(logOf(removed)).toBe(true);
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
    const hasSession = (profileId: string) =>
      existsSync(join(folder, 'history', profileId)) &&
      readdirSync(join(folder, 'history', profileId)).length > 0;
    expect([hasSession(removed), hasSession(kept)]).toEqual([false, true]);
  });
});

describe('a replay', () => {
  it('goes to the sandbox’s own port, whatever address its app was given', async () => {
    const latchkey = await start(temporaryFolder());
    const { client } = latchkey;
    const status = await client.call('sandbox.start', {});
    const profileId = status.profileId ?? expect.fail();
    await client.call('sandbox.setDemo', { isRunning: true });
    await eventually(async () => (await recorded(latchkey, profileId)) > 20);
    await client.call('sandbox.setDemo', { isRunning: false });
    const hits: string[] = [];
    const stranger = createServer((request, response) => {
      hits.push(`${request.method} ${request.url}`);
      response.end('{}');
    });
    stranger.on('upgrade', (_, socket) => socket.destroy());
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void stranger.close());
    const address = stranger.address();
    const port = typeof address === 'object' && address ? address.port : expect.fail();
    const { profiles } = await client.call('profiles.list', {});
    const sandbox = profiles.find((each) => each.profileId === profileId) ?? expect.fail();
    const { profileId: _, createdAt: __, updatedAt: ___, ...profile } = sandbox;
    await client.call('profiles.save', { profileId, profile: { ...profile, location: endpointsAt(port) } });
    const replayed = await client.call('history.replay', { profileId, filter: '', speed: null });
    expect(replayed.sent).toBeGreaterThan(0);
    expect(replayed.refused).toBe(0);
    expect(hits.filter((hit) => hit.startsWith('POST'))).toEqual([]);
    // And not to what took the sandbox's place, once it is gone.
    await client.call('sandbox.stop', {});
    const after = client.call('history.replay', { profileId, filter: '', speed: null });
    await expect(after).rejects.toMatchObject({ code: 'sandbox_failed' });
    expect(hits.filter((hit) => hit.startsWith('POST'))).toEqual([]);
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
  });
});
