/** The whole path, without a page: sandbox → vault → socket → log → rows; publish; presence; both rotations. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Pusher from 'pusher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RotationRecord } from '#shared/contract/rotation.ts';
import { eventually } from '../support/conditions.ts';
import { type Latchkey, startLatchkey } from '../support/latchkey.ts';
import { temporaryFolder } from '../support/temporary.ts';

describe('first light', () => {
  const folder = temporaryFolder();
  let latchkey: Latchkey;
  let profileId: string;
  const viewId = 'test';

  beforeAll(async () => {
    // No Secret Service: the user is asked, and chooses this session only.
    process.env.DBUS_SESSION_BUS_ADDRESS = 'unix:path=/nonexistent/latchkey';
    latchkey = await startLatchkey(folder);
    const { client } = latchkey;
    await eventually(async () => (await client.call('vault.status', {})).state === 'choose');
    await client.call('vault.chooseStore', { store: 'session' });
    const status = await client.call('sandbox.start', {});
    if (!status.profileId) throw new Error('The sandbox made no profile');
    profileId = status.profileId;
    await client.call('history.openView', { profileId, viewId, filter: '' });
    await client.call('sandbox.setDemo', { isRunning: true });
  });
  afterAll(async () => {
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
  });

  const connection = async () =>
    (await latchkey.client.call('live.list', {})).connections.find((each) => each.profileId === profileId);

  const allRows = async () => {
    const { status } = await latchkey.client.call('history.rows', { profileId, viewId, start: 0, count: 1 });
    const start = Math.max(0, status.matched - 200);
    return (await latchkey.client.call('history.rows', { profileId, viewId, start, count: 300 })).rows;
  };

  it('shows a decrypted event of an encrypted channel', async () => {
    const row = await eventually(
      async () =>
        (await allRows()).find(
          ({ channel, encryption }) =>
            channel === 'private-encrypted-orders' && encryption?.state === 'decrypted',
        ),
      { what: 'a decrypted event' },
    );
    const detail = await latchkey.client.call('history.detail', { profileId, sequence: row.sequence });
    expect(detail.isJson).toBe(true);
    expect(JSON.parse(detail.data ?? '')).toMatchObject({ demo: true });
    expect(detail.ciphertext?.ciphertext).toBeTruthy();
    expect(detail.raw).toContain(detail.ciphertext?.nonce);
    expect(detail.raw).not.toContain('demo traffic');
  });

  it('knows its connection, its socket id and how its subscriptions are', async () => {
    const state = await eventually(async () => {
      const found = await connection();
      return found?.subscriptions.every(({ state }) => state === 'subscribed') && found;
    });
    expect(state).toMatchObject({ state: 'connected', socketId: expect.stringMatching(/^\d+\.\d+$/) });
    expect(state.subscriptions.map(({ channel }) => channel).sort()).toEqual([
      'demo-prices',
      'presence-demo-room',
      'private-demo-chat',
      'private-encrypted-orders',
    ]);
  });

  it('publishes, encrypted where the channel wants it, and sees its own event arrive', async () => {
    const marker = randomBytes(6).toString('hex');
    const answer = await latchkey.client.call('publishing.publish', {
      profileId,
      channel: 'private-encrypted-orders',
      event: 'order.test',
      data: JSON.stringify({ marker }),
    });
    expect(answer).toMatchObject({ isAccepted: true, status: 200, isEncrypted: true });
    const row = await eventually(async () =>
      (await allRows()).find(({ preview }) => preview.includes(marker)),
    );
    expect(row.encryption).toEqual({ state: 'decrypted', slot: 'current' });
  });

  it('finds decrypted text with a filter', async () => {
    const marker = `naïve "${randomBytes(4).toString('hex')}"`;
    await latchkey.client.call('publishing.publish', {
      profileId,
      channel: 'private-encrypted-orders',
      event: 'order.test',
      data: JSON.stringify({ marker }),
    });
    await latchkey.client.call('history.openView', { profileId, viewId: 'filtered', filter: 'NAÏVE' });
    const rows = await eventually(async () => {
      const found = await latchkey.client.call('history.rows', {
        profileId,
        viewId: 'filtered',
        start: 0,
        count: 10,
      });
      return found.rows.length > 0 && found.rows;
    });
    expect(rows.every(({ preview }) => preview.includes('naïve'))).toBe(true);
  });

  it('says what a refusal means', async () => {
    const refused = await latchkey.client.call('publishing.publish', {
      profileId,
      channel: 'demo-prices',
      event: 'too.large',
      data: 'x'.repeat(10_241),
    });
    expect(refused).toMatchObject({ isAccepted: false, status: 413 });
    expect(refused.hint).toContain('10240');
    await expect(
      latchkey.client.call('publishing.publish', { profileId, channel: 'a b', event: 'x', data: '' }),
    ).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining('a space') });
  });

  it('has an app key that a wrong secret can’t publish with', async () => {
    const status = await latchkey.client.call('sandbox.status', {});
    const { profiles } = await latchkey.client.call('profiles.list', {});
    const profile = profiles.find((each) => each.profileId === profileId);
    const pusher = new Pusher({
      appId: profile?.appId ?? '',
      key: profile?.key ?? '',
      secret: randomBytes(20).toString('hex'),
      host: '127.0.0.1',
      port: String(status.port),
      useTLS: false,
    });
    await expect(pusher.trigger('demo-prices', 'x', {})).rejects.toMatchObject({ status: 401 });
  });

  it('shows who is on a presence channel, from its subscription and by asking', async () => {
    const where = { profileId, channel: 'presence-demo-room' };
    const known = await eventually(async () => {
      const answer = await latchkey.client.call('presence.members', {
        ...where,
        source: 'own',
        search: '',
        start: 0,
        count: 100,
      });
      return answer.members.length > 1 && answer;
    });
    expect(known.isKnown).toBe(true);
    expect(known.members.map(({ userId }) => userId)).toContain(known.ownUserId);
    expect(await latchkey.client.call('presence.poll', where)).toMatchObject({
      users: known.total,
      came: null,
    });
    const silent = await latchkey.client.call('presence.members', {
      ...where,
      source: 'silent',
      search: known.ownUserId ?? '',
      start: 0,
      count: 100,
    });
    expect(silent).toMatchObject({ matched: 1, members: [{ userId: known.ownUserId, userInfo: null }] });
    await expect(
      latchkey.client.call('presence.poll', { profileId, channel: 'demo-prices' }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });

  const step = (record: RotationRecord, stepId: string) => {
    const found = record.steps.find((each) => each.stepId === stepId);
    if (!found) throw new Error(`No step ${stepId}`);
    return found;
  };

  it('rotates a pair on evidence, with the old one really refused at the end', async () => {
    const { client } = latchkey;
    const oldKey = (await client.call('profiles.list', {})).profiles[0]?.key;
    let record = await client.call('rotation.start', { profileId, planId: 'key-pair' });
    const { rotationId } = record;
    const at = (stepId: string) => ({ rotationId, stepId });
    await expect(client.call('rotation.perform', at('delete-old'))).rejects.toMatchObject({
      code: 'conflict',
    });
    await client.call('rotation.perform', at('new-pair'));
    record = await client.call('rotation.check', at('new-pair-works'));
    expect(step(record, 'new-pair-works').evidence).toMatchObject({ outcome: 'holds' });
    await client.call('rotation.setDone', { ...at('deploy'), isDone: true });
    await client.call('rotation.perform', at('use-here'));
    const newKey = (await client.call('profiles.list', {})).profiles[0]?.key;
    expect(newKey).not.toBe(oldKey);
    await eventually(async () => (await connection())?.state === 'connected');
    await client.call('rotation.setDone', { ...at('wait'), isDone: true });
    await client.call('rotation.perform', at('delete-old'));
    record = await client.call('rotation.check', at('old-pair-refused'));
    expect(step(record, 'old-pair-refused').evidence).toMatchObject({ outcome: 'holds' });
    record = await client.call('rotation.perform', at('forget-old'));
    expect(record.state).toBe('finished');
    const { credentials } = await client.call('vault.credentials', { profileId });
    expect(credentials.filter(({ kind }) => kind === 'secret').map(({ slot, key }) => [slot, key])).toEqual([
      ['current', newKey],
    ]);
    const answer = await client.call('publishing.publish', {
      profileId,
      channel: 'demo-prices',
      event: 'after.rotation',
      data: '{}',
    });
    expect(answer.status).toBe(200);
  });

  it('rotates a master key, and closes the last step until captured events open with the new one', async () => {
    const { client } = latchkey;
    let record = await client.call('rotation.start', { profileId, planId: 'master-key' });
    const { rotationId } = record;
    const at = (stepId: string) => ({ rotationId, stepId });
    await client.call('rotation.perform', at('new-key'));
    await expect(client.call('rotation.check', at('opens-with-new'))).rejects.toMatchObject({
      code: 'conflict',
    });
    await client.call('rotation.perform', at('deploy'));
    record = await eventually(async () => {
      const checked = await client.call('rotation.check', at('opens-with-new'));
      return step(checked, 'opens-with-new').evidence?.outcome === 'holds' && checked;
    });
    const opened = await eventually(async () =>
      (await allRows()).find(
        ({ encryption }) => encryption?.state === 'decrypted' && encryption.slot === 'next',
      ),
    );
    expect(opened.channel).toBe('private-encrypted-orders');
    await client.call('rotation.perform', at('use-here'));
    record = await client.call('rotation.perform', at('forget-old'));
    expect(record.state).toBe('finished');
  });

  it('stores encrypted events as they came, and never the plaintext', async () => {
    const files = readdirSync(join(folder, 'history'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ndjson'))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    const text = files.join('');
    expect(text).toContain('ciphertext');
    const encryptedLines = text.split('\n').filter((line) => line.includes('private-encrypted-orders'));
    expect(encryptedLines.length).toBeGreaterThan(0);
    expect(encryptedLines.some((line) => line.includes('order.test') && line.includes('marker'))).toBe(false);
  });

  it('keeps profiles and rotations over a restart, and says that session-only secrets are gone', async () => {
    const unfinished = await latchkey.client.call('rotation.start', { profileId, planId: 'key-pair' });
    await latchkey.close();
    latchkey = await startLatchkey(folder);
    const { rotations } = await latchkey.client.call('rotation.list', { profileId });
    expect(rotations.map(({ state }) => state).sort()).toEqual(['active', 'finished', 'finished']);
    expect(rotations.find(({ rotationId }) => rotationId === unfinished.rotationId)?.state).toBe('active');
    expect((await latchkey.client.call('vault.credentials', { profileId })).credentials).toEqual([]);
  });
});
