/** Several connections of one app, as several users: on the app's own sandbox, and on a server that shares no code. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { HttpApi } from '../../../electron/http-api/index.ts';
import { Presence, PresencePoll } from '../../../electron/presence/index.ts';
import { eventually } from '../../support/conditions.ts';
import { connectedLive, profileFor, signWith, startLive } from '../../support/live.ts';
import { officialServer, startSandbox } from '../../support/sandbox.ts';

async function onSandbox({ secret }: { secret?: string } = {}) {
  const { address, server } = await startSandbox();
  const harness = startLive();
  const profile = profileFor(address, { dialect: 'sandbox' });
  const { profileId } = profile;
  harness.add(profile, signWith(address.key, secret ?? address.secret));
  harness.live.connect(profileId);
  await harness.connected(profileId);
  return { ...harness, profileId, profile, address, server };
}

const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof AppError ? error.code : 'internal';
  }
};

describe('connections of one app', () => {
  it('join one presence channel as two users, each with a log of its own', async () => {
    const { live, profileId, connected, subscribed, recorder, state, address } = await onSandbox();
    const { connection } = live.open({ profileId, label: 'as ben' });
    expect(connection).toBe(2);
    await connected(profileId, 2);
    const channel = 'presence-room';
    live.subscribe({ profileId, channel, member: { userId: 'ana' } });
    await subscribed(profileId, channel);
    live.subscribe({ profileId, connection, channel, member: { userId: 'ben', userInfo: '{"n":1}' } });
    await subscribed(profileId, channel, 2);
    const ids = (number: number) =>
      live
        .members({ profileId, channel, connection: number })
        .members.map(({ userId }) => userId)
        .sort();
    await eventually(() => ids(1).length === 2);
    expect(ids(1)).toEqual(['ana', 'ben']);
    expect(ids(2)).toEqual(['ana', 'ben']);
    expect(live.members({ profileId, channel, connection: 2 }).ownUserId).toBe('ben');
    const presence = new Presence({
      profiles: { get: () => expect.fail() },
      poll: new PresencePoll(new HttpApi({ signRequest: async () => expect.fail() })),
      live,
      describe: async () => expect.fail(),
      onChanged: () => {},
    });
    const question = { profileId, channel, source: 'own', search: '', start: 0, count: 10 } as const;
    const own = [
      { connection: 1, userId: 'ana' },
      { connection: 2, userId: 'ben' },
    ];
    const asBen = presence.members({ ...question, connection: 2 });
    expect(asBen).toMatchObject({ isKnown: true, ownUserId: 'ben', own, total: 2 });
    // Oneself first: as whom one looks.
    expect(asBen.members.map(({ userId }) => userId)).toEqual(['ben', 'ana']);
    expect(presence.members(question)).toMatchObject({ ownUserId: 'ana', own });
    const seenByAna = presence.timeline(question).entries.map(({ what, userId }) => [what, userId]);
    expect(seenByAna).toContainEqual(['joined', 'ben']);
    const seenByBen = presence.timeline({ ...question, connection: 2 }).entries;
    expect(seenByBen.map(({ what }) => what)).toEqual(['watching']);
    expect(recorder(profileId, 1).incoming.join()).toContain('member_added');
    expect(recorder(profileId, 2).incoming.join()).not.toContain('member_added');
    expect(state(profileId, 1)).toMatchObject({ label: null, hasOthers: true });
    expect(state(profileId, 2)).toMatchObject({ label: 'as ben', hasOthers: true });
    expect(state(profileId, 2).socketId).not.toBe(state(profileId, 1).socketId);
    await officialServer(address).trigger(
      channel,
      'hello',
      {},
      {
        socket_id: state(profileId, 1).socketId ?? '',
      },
    );
    await eventually(() => recorder(profileId, 2).incoming.some((text) => text.includes('"hello"')));
    expect(recorder(profileId, 1).incoming.join()).not.toContain('"hello"');
  });

  it('have the lowest number that is free, up to eight, and the first one stays', async () => {
    const { live, profileId, closed, server } = await onSandbox();
    for (let number = 2; number <= 8; number++) expect(live.open({ profileId }).connection).toBe(number);
    expect(codeOf(() => live.open({ profileId }))).toBe('conflict');
    live.closeConnection({ profileId, connection: 3 });
    expect(closed).toEqual([{ profileId, connection: 3 }]);
    expect(live.list().map(({ connection }) => connection)).not.toContain(3);
    for (const work of [
      () => live.closeConnection({ profileId, connection: 3 }),
      () => live.connect({ profileId, connection: 3 }),
      () => live.subscribe({ profileId, connection: 3, channel: 'orders' }),
    ]) {
      expect(codeOf(work)).toBe('not_found');
    }
    expect(live.open({ profileId }).connection).toBe(3);
    expect(codeOf(() => live.closeConnection({ profileId, connection: 1 }))).toBe('conflict');
    for (let number = 2; number <= 8; number++) live.closeConnection({ profileId, connection: number });
    expect(live.list()).toMatchObject([{ connection: 1, hasOthers: true }]);
    live.forget(profileId);
    expect(live.list()).toEqual([]);
    expect(closed.at(-1)).toEqual({ profileId, connection: 1 });
    await server.close();
  });

  it('leave the first one to those who name none, and presence is told with its connection', async () => {
    const { live, profileId, connected, subscribed, state, presenceChanges } = await onSandbox();
    live.open({ profileId });
    await connected(profileId, 2);
    live.subscribe({ profileId, connection: 2, channel: 'presence-two' });
    await subscribed(profileId, 'presence-two', 2);
    live.subscribe({ profileId, channel: 'presence-one' });
    await subscribed(profileId, 'presence-one');
    const told = (channel: string) => presenceChanges.filter((each) => each.channel === channel);
    await eventually(() => told('presence-one').length > 0 && told('presence-two').length > 0);
    expect(new Set(told('presence-one').map(({ connection }) => connection))).toEqual(new Set([1]));
    expect(new Set(told('presence-two').map(({ connection }) => connection))).toEqual(new Set([2]));
    expect(state(profileId).subscriptions.map(({ channel }) => channel)).toEqual(['presence-one']);
    live.disconnect(profileId);
    expect(state(profileId, 2).state).toBe('connected');
  });
});

describe('a user', () => {
  it('is signed in, hears what is sent to it, and is again after a reconnect', async () => {
    const { live, profileId, state, recorder, connected, address } = await onSandbox();
    live.signIn({ profileId, userId: 'ana', userInfo: '{"name":"Ana"}', watchlist: ['ben'] });
    await eventually(() => state(profileId).user?.isListening);
    expect(state(profileId).user).toEqual({
      userId: 'ana',
      state: 'signed-in',
      reason: null,
      isListening: true,
    });
    const sent = recorder(profileId).outgoing.find((text) => text.includes('pusher:signin')) ?? '';
    expect(JSON.parse(JSON.parse(sent).data.user_data)).toEqual({
      id: 'ana',
      user_info: { name: 'Ana' },
      watchlist: ['ben'],
    });
    await officialServer(address).sendToUser('ana', 'just-for-you', { a: 1 });
    await eventually(() => recorder(profileId).incoming.some((text) => text.includes('just-for-you')));
    live.disconnect(profileId);
    expect(state(profileId).user).toMatchObject({ state: 'waiting', isListening: false });
    live.connect(profileId);
    await connected(profileId);
    await eventually(() => state(profileId).user?.isListening);
  });

  it('is asked for once, also when the vault opens while that is being signed', async () => {
    const { address } = await startSandbox();
    const harness = startLive();
    const profile = profileFor(address, { dialect: 'sandbox' });
    const { profileId } = profile;
    const isOpen = Promise.withResolvers<void>();
    const sign = signWith(address.key, address.secret);
    harness.add(profile, async (text) => {
      await isOpen.promise;
      return sign(text);
    });
    harness.live.connect(profileId);
    await harness.connected(profileId);
    harness.live.signIn({ profileId, userId: 'ana' });
    harness.live.vaultUnlocked();
    harness.live.credentialsChanged(profileId);
    isOpen.resolve();
    await eventually(() => harness.state(profileId).user?.isListening);
    const sent = harness.recorder(profileId).outgoing.filter((text) => text.includes('pusher:signin'));
    expect(sent).toHaveLength(1);
  });

  it('is another one after a new socket, and nobody after signing out', async () => {
    const { live, profileId, state, connected } = await onSandbox();
    live.signIn({ profileId, userId: 'ana' });
    await eventually(() => state(profileId).user?.isListening);
    const before = state(profileId).socketId;
    live.signIn({ profileId, userId: 'ben' });
    await eventually(() => state(profileId).user?.isListening && state(profileId).user?.userId === 'ben');
    expect(state(profileId).socketId).not.toBe(before);
    live.signOut({ profileId });
    expect(state(profileId).user).toBeNull();
    const { socketId } = await connected(profileId);
    expect(socketId).not.toBe(before);
  });

  it('is refused where the secret is another one: the connection ends, and says why', async () => {
    const { live, profileId, state } = await onSandbox({ secret: randomBytes(10).toString('hex') });
    live.signIn({ profileId, userId: 'ana' });
    await eventually(() => state(profileId).state === 'failed');
    expect(state(profileId)).toMatchObject({
      user: { state: 'failed', reason: expect.stringContaining('another secret') },
      stuck: { title: 'The server refused the sign-in.', action: 'check-credentials' },
    });
    // Not sent again with the next connection: that would only be ended again.
    live.connect(profileId);
    await eventually(() => state(profileId).state === 'connected');
    expect(state(profileId).user?.state).toBe('failed');
  });

  it('is not known to Laravel Reverb, which says so with 4200', async () => {
    const data = JSON.stringify({ code: 4200, message: 'Invalid message format' });
    const { live, profileId, state, subscribe, subscription } = await connectedLive({
      onSignIn: JSON.stringify({ event: 'pusher:error', data }),
    });
    live.signIn({ profileId, userId: 'ana' });
    await eventually(() => state().user?.state === 'failed');
    expect(state().user?.reason).toContain('Laravel Reverb does not implement it');
    expect(state()).toMatchObject({ state: 'connected', stuck: { title: 'Not signed in as ana.' } });
    expect(state().dialect).toMatchObject({ detected: 'reverb', isSetByHand: false, used: 'reverb' });
    await subscribe('private-orders');
    expect(subscription('private-orders')?.reason).toBeNull();
  });

  it('without an answer is told so', async () => {
    const { live, profileId, state } = await connectedLive({ timing: { answerTimeoutMs: 50 } });
    live.signIn({ profileId, userId: 'ana' });
    await eventually(() => state().user?.reason);
    expect(state().user).toMatchObject({
      state: 'pending',
      reason: expect.stringContaining('has not answered the sign-in'),
    });
  });

  it('waits for the vault, and is signed in when it is open', async () => {
    const { live, profileId, state, add, profile, address } = await onSandbox();
    add(profile, () => Promise.reject(new AppError('vault_locked', 'The vault is locked.')));
    live.signIn({ profileId, userId: 'ana' });
    await eventually(() => state(profileId).user?.reason?.includes('vault is locked'));
    expect(state(profileId).user?.state).toBe('waiting');
    add(profile, signWith(address.key, address.secret));
    live.vaultUnlocked();
    await eventually(() => state(profileId).user?.isListening);
  });

  it('with info that is not JSON is refused at once', async () => {
    const { live, profileId, state } = await connectedLive();
    expect(codeOf(() => live.signIn({ profileId, userId: 'ana', userInfo: '{' }))).toBe('invalid_input');
    expect(state().user).toBeNull();
  });
});
