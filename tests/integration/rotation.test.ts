/** Rotations of an app whose pairs this test makes and revokes itself: what the evidence proves, and what it can't. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Pusher from 'pusher';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProfileInput } from '#shared/contract/profiles.ts';
import type { RotationRecord, Step } from '#shared/contract/rotation.ts';
import type { SandboxApp } from '../../electron/sandbox/server/app-store.ts';
import { createSandboxServer, type SandboxServer } from '../../electron/sandbox/server/sandbox-server.ts';
import { eventually } from '../support/conditions.ts';
import { type Latchkey, startLatchkey } from '../support/latchkey.ts';
import { temporaryFolder } from '../support/temporary.ts';

const newMasterKey = () => randomBytes(32).toString('base64');

describe('a rotation', () => {
  let latchkey: Latchkey;
  let server: SandboxServer;
  let app: SandboxApp;
  let profileId: string;
  let input: ProfileInput;

  beforeAll(async () => {
    process.env.DBUS_SESSION_BUS_ADDRESS = 'unix:path=/nonexistent/latchkey';
    latchkey = await startLatchkey(temporaryFolder());
    await eventually(async () => (await latchkey.client.call('vault.status', {})).state === 'choose');
    await latchkey.client.call('vault.chooseStore', { store: 'session' });
    server = await createSandboxServer();
  });
  afterAll(async () => {
    await latchkey.close();
    await server.close();
    expect(latchkey.bugs).toEqual([]);
  });

  beforeEach(async () => {
    app = server.createApp();
    const endpoint = { host: '127.0.0.1', port: server.port, tls: false, path: '' };
    input = {
      name: 'shop',
      environment: 'staging',
      dialect: 'other',
      appId: app.appId,
      key: app.oldestPair.key,
      location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    };
    ({ profileId } = await latchkey.client.call('profiles.save', { profile: input }));
    await enter('secret', 'current', app.oldestPair.secret, app.oldestPair.key);
  });

  const enter = (
    kind: 'secret' | 'masterKey',
    slot: 'current' | 'next' | 'previous',
    value: string,
    key?: string,
  ) =>
    latchkey.client.call('vault.enterSecret', {
      profileId,
      kind,
      slot,
      value,
      ...(key === undefined ? {} : { key }),
    });

  function stepOf(record: RotationRecord, stepId: string): Step {
    const found = record.steps.find((step) => step.stepId === stepId);
    if (!found) throw new Error(`No step ${stepId}`);
    return found;
  }

  async function begin(planId: string) {
    const { client } = latchkey;
    const { rotationId } = await client.call('rotation.start', { profileId, planId });
    const at = (stepId: string) => ({ rotationId, stepId });
    return {
      rotationId,
      tick: (stepId: string, isDone = true) => client.call('rotation.setDone', { ...at(stepId), isDone }),
      check: async (stepId: string) =>
        stepOf(await client.call('rotation.check', at(stepId)), stepId).evidence,
      perform: (stepId: string, confirmation?: string) =>
        client.call('rotation.perform', { ...at(stepId), ...(confirmation ? { confirmation } : {}) }),
      record: async () => {
        const { rotations } = await client.call('rotation.list', { profileId });
        const found = rotations.find((each) => each.rotationId === rotationId);
        if (!found) throw new Error('The rotation is gone');
        return found;
      },
    };
  }

  /** Up to where Latchkey uses the new pair. */
  async function rotateHalf() {
    const next = app.createPair();
    const rotation = await begin('key-pair');
    await enter('secret', 'next', next.secret, next.key);
    await rotation.tick('new-pair');
    await rotation.check('new-pair-works');
    await rotation.tick('deploy');
    await rotation.perform('use-here');
    return { rotation, next };
  }

  it('of a pair ends with the old one refused, and asks by name for what can’t be undone', async () => {
    const old = app.oldestPair;
    const { rotation, next } = await rotateHalf();
    await rotation.tick('wait');
    app.revokePair(old.key);
    await rotation.tick('delete-old');
    expect(await rotation.check('old-pair-refused')).toMatchObject({ outcome: 'holds' });
    await expect(rotation.perform('forget-old')).rejects.toMatchObject({ code: 'confirmation_required' });
    expect((await rotation.perform('forget-old', 'shop')).state).toBe('finished');
    const { profiles } = await latchkey.client.call('profiles.list', {});
    expect(profiles.find((each) => each.profileId === profileId)?.key).toBe(next.key);
  });

  it('keeps the pairs that it began with, whatever is ticked again', async () => {
    const { rotation } = await rotateHalf();
    const third = app.createPair();
    await enter('secret', 'next', third.secret, third.key);
    await expect(rotation.tick('new-pair')).rejects.toMatchObject({ code: 'conflict' });
    await expect(rotation.tick('new-pair', false)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('takes a tick back with the evidence that stood on it', async () => {
    const next = app.createPair();
    const rotation = await begin('key-pair');
    await enter('secret', 'next', next.secret, next.key);
    await rotation.tick('new-pair');
    await rotation.check('new-pair-works');
    const record = await rotation.tick('new-pair', false);
    expect(stepOf(record, 'new-pair-works').evidence).toBeNull();
  });

  it('makes the check again before it switches, so another secret entered since is caught', async () => {
    const next = app.createPair();
    const rotation = await begin('key-pair');
    await enter('secret', 'next', next.secret, next.key);
    await rotation.tick('new-pair');
    await rotation.check('new-pair-works');
    await rotation.tick('deploy');
    await enter('secret', 'next', randomBytes(10).toString('hex'), next.key);
    await expect(rotation.perform('use-here')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('no longer holds'),
    });
    expect(stepOf(await rotation.record(), 'new-pair-works').evidence?.outcome).toBe('fails');
  });

  it('closes the irreversible step again when the new pair stops being accepted', async () => {
    const { rotation, next } = await rotateHalf();
    await rotation.tick('wait');
    app.revokePair(next.key);
    await expect(rotation.tick('delete-old')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('does not take a server that refuses everybody for one that refuses the old pair', async () => {
    const { rotation, next } = await rotateHalf();
    await rotation.tick('wait');
    await rotation.tick('delete-old');
    expect(await rotation.check('old-pair-refused')).toMatchObject({ outcome: 'fails' });
    app.createPair();
    app.revokePair(app.oldestPair.key);
    app.revokePair(next.key);
    expect(await rotation.check('old-pair-refused')).toMatchObject({ outcome: 'unknown' });
  });

  it('ends when its app is pointed elsewhere', async () => {
    const { rotation } = await rotateHalf();
    const { profiles } = await latchkey.client.call('profiles.list', {});
    const now = profiles.find((each) => each.profileId === profileId);
    await latchkey.client.call('profiles.save', {
      profileId,
      profile: { ...input, key: now?.key ?? '', appId: '999' },
    });
    await expect(rotation.tick('wait')).rejects.toMatchObject({ code: 'conflict' });
    expect(await rotation.record()).toMatchObject({ state: 'abandoned' });
  });

  it('does not begin while what an earlier one replaced is still kept', async () => {
    const { rotation } = await rotateHalf();
    await latchkey.client.call('rotation.abandon', { rotationId: rotation.rotationId });
    await expect(begin('key-pair')).rejects.toMatchObject({
      code: 'no_credential',
      message: expect.stringContaining('retiring'),
    });
  });

  it('can’t be abandoned in the middle of a step, nor come back once it is', async () => {
    const slow = await slowServer();
    const endpoint = { host: '127.0.0.1', port: slow.port, tls: false, path: '' };
    await latchkey.client.call('profiles.save', {
      profileId,
      profile: { ...input, location: { kind: 'endpoints', http: endpoint, webSocket: endpoint } },
    });
    const rotation = await begin('key-pair');
    await enter('secret', 'next', randomBytes(10).toString('hex'), 'nextkey');
    await rotation.tick('new-pair');
    const checking = rotation.check('new-pair-works');
    await slow.asked;
    const { rotationId } = rotation;
    await expect(latchkey.client.call('rotation.abandon', { rotationId })).rejects.toMatchObject({
      code: 'conflict',
    });
    slow.answer();
    await checking;
    await latchkey.client.call('rotation.abandon', { rotationId });
    await expect(rotation.tick('new-pair', false)).rejects.toMatchObject({ code: 'conflict' });
    expect((await rotation.record()).state).toBe('abandoned');
    slow.server.close();
  });

  it('of a master key counts each server’s event, and none of Latchkey’s own', async () => {
    const [oldKey, newKey] = [newMasterKey(), newMasterKey()];
    const channel = 'private-encrypted-orders';
    const publishWith = (masterKey: string) =>
      new Pusher({
        appId: app.appId,
        ...app.oldestPair,
        host: '127.0.0.1',
        port: String(server.port),
        useTLS: false,
        encryptionMasterKeyBase64: masterKey,
      }).trigger(channel, 'order', {});
    await enter('masterKey', 'current', oldKey);
    await latchkey.client.call('live.connect', { profileId });
    await latchkey.client.call('live.subscribe', { profileId, channel });
    await eventually(async () => {
      const { connections } = await latchkey.client.call('live.list', {});
      const connection = connections.find((each) => each.profileId === profileId);
      return connection?.subscriptions[0]?.state === 'subscribed';
    });
    const rotation = await begin('master-key');
    await expect(rotation.tick('new-key')).rejects.toMatchObject({ code: 'no_credential' });
    await enter('masterKey', 'next', newKey);
    await rotation.tick('new-key');
    await rotation.tick('deploy');
    const settled = () => eventually(() => Date.now() > deployedAt + 1100);
    let deployedAt = Date.now();
    await settled();
    await latchkey.client.call('publishing.publish', { profileId, channel, event: 'own', data: '{}' });
    expect(await rotation.check('opens-with-new')).toMatchObject({ outcome: 'unknown' });

    await publishWith(oldKey);
    for (let index = 0; index < 250; index++) await publishWith(newKey);
    const failing = await eventually(async () => {
      const evidence = await rotation.check('opens-with-new');
      return evidence?.finding.includes('251') && evidence;
    });
    expect(failing).toMatchObject({
      outcome: 'fails',
      finding: expect.stringContaining('1 with an older key'),
    });

    await rotation.tick('deploy', false);
    await rotation.tick('deploy');
    deployedAt = Date.now();
    await settled();
    await publishWith(newKey);
    await eventually(async () => (await rotation.check('opens-with-new'))?.outcome === 'holds');
    await rotation.perform('use-here');
    expect((await rotation.perform('forget-old', 'shop')).state).toBe('finished');
    await latchkey.client.call('live.disconnect', { profileId });
  });
});

async function slowServer() {
  let answer = () => {};
  let wasAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    wasAsked = resolve;
  });
  const server: Server = createServer((_request, response) => {
    answer = () => response.end('{"channels":{}}');
    wasAsked();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port, asked, answer: () => answer() };
}
