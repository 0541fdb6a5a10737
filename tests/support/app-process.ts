/**
 * The whole app, used as fast as it answers until it is killed: sandbox with demo traffic, profiles, settings, secrets
 * and rotations. It tells each call before it is made and when it was answered, and how many lines of the log it has
 * shown.
 */
import type { ContractCall } from '#shared/contract/index.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import type { AppProgress } from './app-work.ts';
import { eventually } from './conditions.ts';
import { argument, tell, untilToldToGo } from './killed-child.ts';
import { startLatchkey } from './latchkey.ts';
import { SeededRandom } from './seeded-random.ts';

const { folder, seed } = argument<{ folder: string; seed: number }>();
const told = (progress: AppProgress) => tell(progress);
process.env.DBUS_SESSION_BUS_ADDRESS = 'unix:path=/nonexistent/latchkey';
await untilToldToGo();
const { client } = await startLatchkey(folder, {
  spawnProcess: (entry, options) => {
    const child = spawnNodeChild(entry, options);
    void told({ state: 'started', pid: child.pid ?? 0 });
    return child;
  },
});
/** `call`, told before and after. */
const callAndTell = async (
  method: ContractCall,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> => {
  await told({ state: 'about', method, input });
  const output = (await client.call(method, input as never)) as Record<string, unknown>;
  await told({ state: 'done', method, input, output });
  return output;
};
await eventually(async () => (await client.call('vault.status', {})).state !== 'opening');
await client.call('vault.chooseStore', { store: 'session' });
const { profileId } = await client.call('sandbox.start', {});
if (profileId === null) throw new Error('The sandbox made no profile.');
client.on('history.grew', ({ total }) => void told({ state: 'shown', profileId, lines: total }));
await client.call('history.openView', { profileId, viewId: 'all', filter: '' });
await client.call('sandbox.setDemo', { isRunning: true });

const random = new SeededRandom(seed);
const endpoint = { host: '127.0.0.1', port: 1, tls: false, path: '' };
const profileOf = (name: string) => ({
  name,
  environment: 'local',
  dialect: 'other',
  appId: String(random.integer(1, 1e6)),
  key: random.text('abcdef', 10, 20),
  location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
});
for (let turn = 0; ; turn++) {
  const saved = await callAndTell('profiles.save', { profile: profileOf(`app ${turn}`) });
  await callAndTell('settings.update', { sidebarWidthPx: random.integer(160, 480) });
  await callAndTell('profiles.save', { profileId: saved.profileId, profile: profileOf(`app ${turn} again`) });
  await client.call('vault.enterSecret', {
    profileId: String(saved.profileId),
    kind: 'secret',
    slot: 'current',
    value: random.text('0123456789abcdef', 20, 20),
  });
  const { undoToken } = await callAndTell('profiles.remove', { profileId: saved.profileId });
  if (turn % 2 === 0) await callAndTell('profiles.restore', { undoToken });
  const { rotationId } = await callAndTell('rotation.start', { profileId, planId: 'key-pair' });
  await callAndTell('rotation.perform', { rotationId, stepId: 'new-pair' });
  await callAndTell('rotation.check', { rotationId, stepId: 'new-pair-works' });
  await callAndTell('rotation.setDone', { rotationId, stepId: 'deploy', isDone: true });
  await callAndTell('rotation.abandon', { rotationId });
  // What an abandoned rotation left would be in the way of the next one.
  const { credentials } = await client.call('vault.credentials', { profileId });
  for (const { credentialId, slot } of credentials) {
    if (slot === 'next') await client.call('vault.removeSecret', { credentialId });
  }
  await callAndTell('history.clear', { profileId });
}
