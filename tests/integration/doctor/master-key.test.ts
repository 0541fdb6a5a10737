/** Whether a master key is right: the whole app, beside a server whose events are encrypted by the official library. */
import { randomBytes } from 'node:crypto';
import Pusher from 'pusher';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SandboxApp } from '../../../electron/sandbox/server/app-store.ts';
import { createSandboxServer, type SandboxServer } from '../../../electron/sandbox/server/sandbox-server.ts';
import { eventually } from '../../support/conditions.ts';
import { type Latchkey, startLatchkey } from '../../support/latchkey.ts';
import { noSessionBus } from '../../support/secret-service.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const channel = 'private-encrypted-orders';
const newMasterKey = () => randomBytes(32).toString('base64');

let latchkey: Latchkey;
let server: SandboxServer;
let app: SandboxApp;
let profileId: string;

beforeAll(async () => {
  latchkey = await startLatchkey(temporaryFolder(), { vaultEnv: noSessionBus(temporaryFolder()) });
  await latchkey.client.call('vault.chooseStore', { store: 'session' });
  server = await createSandboxServer();
});
afterAll(async () => {
  await latchkey.close();
  await server.close();
  expect(latchkey.bugs).toEqual([]);
});

beforeEach(async () => {
  const { client } = latchkey;
  app = server.createApp();
  const { key, secret } = app.oldestPair;
  const endpoint = { host: '127.0.0.1', port: server.port, tls: false, path: '' };
  ({ profileId } = await client.call('profiles.save', {
    profile: {
      name: 'shop',
      environment: 'staging',
      dialect: 'other',
      appId: app.appId,
      key,
      location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    },
  }));
  await client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value: secret });
});

const enter = (masterKey: string, slot: 'current' | 'next' = 'current') =>
  latchkey.client.secrets.enter({ profileId, kind: 'masterKey', slot, value: masterKey });

async function watch(): Promise<void> {
  const { client } = latchkey;
  await client.call('live.connect', { profileId });
  await client.call('live.subscribe', { profileId, channel });
  await eventually(async () => {
    const { connections } = await client.call('live.list', {});
    return connections
      .find((connection) => connection.profileId === profileId)
      ?.subscriptions.some((each) => each.channel === channel && each.state === 'subscribed');
  });
}

/** As a server of the user's does. */
async function publish(masterKey: string, times = 1): Promise<void> {
  const { key, secret } = app.oldestPair;
  const pusher = new Pusher({
    appId: app.appId,
    key,
    secret,
    host: '127.0.0.1',
    port: String(server.port),
    useTLS: false,
    encryptionMasterKeyBase64: masterKey,
  });
  for (let count = 0; count < times; count++) await pusher.trigger(channel, 'order', { count });
}

/** Of the master key alone, once as many events were captured. */
async function checked(captured: number, credentialId?: string) {
  const check = async () => {
    const { diagnoses } = await latchkey.client.call('doctor.check', {
      profileId,
      ...(credentialId ? { credentialId } : {}),
    });
    return diagnoses.find(({ subject }) => subject === 'Encryption master key');
  };
  return eventually(async () => {
    const diagnosis = await check();
    const count = / of (\d+) open/.exec(diagnosis?.findings[0]?.result ?? '')?.[1] ?? '0';
    return Number(count) === captured ? diagnosis : undefined;
  });
}

test('nothing can be said before an event was captured', async () => {
  await enter(newMasterKey());
  await watch();
  expect(await checked(0)).toMatchObject({
    verdict: 'unchecked',
    findings: [],
    advice: expect.stringContaining('Stay subscribed'),
  });
});

test('the right one opens what was captured, and another one nothing', async () => {
  const masterKey = newMasterKey();
  await enter(masterKey);
  const next = await enter(newMasterKey(), 'next');
  await watch();
  await publish(masterKey, 3);
  expect(await checked(3)).toMatchObject({
    verdict: 'works',
    findings: [{ result: '3 of 3 open with it.', isGood: true }],
  });
  expect(await checked(3, next.credentialId)).toMatchObject({
    verdict: 'wrong-secret',
    findings: [{ result: '0 of 3 open with it.', isGood: false }],
  });
});

test('a server with another key is told of', async () => {
  const [mine, other] = [newMasterKey(), newMasterKey()];
  await enter(mine);
  await watch();
  await publish(mine, 2);
  await publish(other);
  expect(await checked(3)).toMatchObject({
    verdict: 'unclear',
    findings: [{ result: '2 of 3 open with it.', isGood: null }],
  });
  await publish(mine);
  expect(await checked(4)).toMatchObject({
    verdict: 'works',
    advice: expect.stringContaining('another key'),
  });
});

test('what Latchkey published itself says nothing of the servers', async () => {
  await enter(newMasterKey());
  await watch();
  await latchkey.client.call('publishing.publish', {
    profileId,
    channel,
    event: 'e',
    data: '{}',
  });
  await publish(newMasterKey());
  expect(await checked(1)).toMatchObject({ verdict: 'wrong-secret' });
});

test('one that stands alone is tried on the events of every app', async () => {
  const { client } = latchkey;
  const masterKey = newMasterKey();
  const service = { name: 'shared', environment: 'staging' as const, provider: 'master-key', fields: [] };
  const alone = await client.call('profiles.saveService', { service });
  await client.secrets.enter({
    profileId: alone.profileId,
    kind: 'masterKey',
    slot: 'current',
    value: masterKey,
  });
  const checkAlone = async () => {
    const { diagnoses } = await client.call('doctor.check', { profileId: alone.profileId });
    return diagnoses[0];
  };
  await watch();
  await publish(newMasterKey());
  const before = await eventually(async () => {
    const found = await checkAlone();
    return found?.findings.some(({ tried }) => tried.startsWith('The event of shop')) ? found : undefined;
  });
  expect(before).toMatchObject({ verdict: 'unclear', subject: 'Encryption master key' });
  await publish(masterKey);
  const diagnosis = await eventually(async () => {
    const found = await checkAlone();
    return found?.verdict === 'works' ? found : undefined;
  });
  expect(diagnosis.summary).toBe('It opens events that servers encrypted, of: shop.');
  expect(diagnosis.findings.map(({ result }) => result)).toContain('1 of 2 open with it.');
});
