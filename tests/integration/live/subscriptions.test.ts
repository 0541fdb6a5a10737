/** Subscriptions: what a signature, the vault and other members do to them. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { eventually } from '../../support/conditions.ts';
import { connectedLive, profileFor, signWith, startLive, startScripted } from '../../support/live.ts';

const wrongSecret = randomBytes(10).toString('hex');

describe('a subscription', () => {
  it('is remembered until there is a connection', async () => {
    const server = await startScripted();
    const harness = startLive();
    const profile = profileFor(server);
    harness.add(profile, signWith(server.key, server.secret));
    const { profileId } = profile;
    const { subscriptions, state } = harness.live.subscribe({ profileId, channel: 'private-orders' });
    expect(state).toBe('initialized');
    expect(subscriptions).toEqual([
      { channel: 'private-orders', state: 'waiting-for-connection', reason: null, count: null },
    ]);
    harness.live.connect(profileId);
    await harness.subscribed(profileId, 'private-orders');
  });

  it('ends when asked to, on the server as well', async () => {
    const { server, live, profileId, subscribe, subscription, recorder } = await connectedLive();
    await subscribe('private-orders');
    live.unsubscribe({ profileId, channel: 'private-orders' });
    expect(subscription('private-orders')).toBeUndefined();
    await eventually(() => server.framesOf('pusher:unsubscribe').length === 1);
    await subscribe('private-orders');
    server.publish('private-orders', 'again', '{}');
    await eventually(() => recorder.incoming.some((text) => text.includes('"again"')));
  });

  it('can end and begin again before the server answered', async () => {
    const { live, profileId, harness, subscription } = await connectedLive();
    for (let round = 0; round < 5; round++) {
      live.subscribe({ profileId, channel: 'private-orders' });
      live.unsubscribe({ profileId, channel: 'private-orders' });
    }
    live.subscribe({ profileId, channel: 'private-orders' });
    await harness.subscribed(profileId, 'private-orders');
    expect(subscription('private-orders')?.reason).toBeNull();
  });

  it.each(['', 'a b', '#server-to-user-7', 'x'.repeat(201), '__proto__', 'constructor', 'hasOwnProperty'])(
    'is refused for the name “%s”',
    async (channel) => {
      const { live, profileId, state, subscribe } = await connectedLive();
      const attempt = () => live.subscribe({ profileId, channel });
      expect(attempt).toThrow(AppError);
      expect(attempt).toThrow(expect.objectContaining({ code: 'invalid_input' }));
      expect(state().subscriptions).toEqual([]);
      await subscribe('orders');
    },
  );

  it('of an encrypted channel never takes the real shared secret to the client library', async () => {
    const masterKey = randomBytes(32).toString('base64');
    const server = await startScripted();
    const harness = startLive();
    const profile = profileFor(server);
    const sign = signWith(server.key, server.secret);
    // Whatever an authorizer adds to its answer stays where it is.
    const recorder = harness.add(profile, async (input) => ({
      ...(await sign(input)),
      shared_secret: masterKey,
    }));
    harness.live.connect(profile.profileId);
    harness.live.subscribe({ profileId: profile.profileId, channel: 'private-encrypted-orders' });
    await harness.subscribed(profile.profileId, 'private-encrypted-orders');
    const everything = [
      recorder.outgoing,
      JSON.stringify(server.received),
      JSON.stringify(harness.changes),
    ].join();
    expect(everything).not.toContain(masterKey);
    expect(everything).not.toContain('shared_secret');
  });
});

describe('a signature made with another secret', () => {
  it('is explained on a server that says nothing', async () => {
    const { live, profileId, subscription, subscribe } = await connectedLive({
      secret: wrongSecret,
      profile: { dialect: 'pusher' },
      timing: { answerTimeoutMs: 50 },
    });
    live.subscribe({ profileId, channel: 'private-orders' });
    await eventually(() => subscription('private-orders')?.reason);
    expect(subscription('private-orders')).toMatchObject({
      state: 'pending',
      reason: expect.stringMatching(/has not answered.*probably made with another secret/s),
    });
    await subscribe('orders');
  });

  it.each(['error-without-code', 'error-4009'] as const)(
    'is explained after an %s',
    async (onBadSignature) => {
      const { live, profileId, subscription, recorder, state, harness, server } = await connectedLive({
        secret: wrongSecret,
        onBadSignature,
      });
      live.subscribe({ profileId, channel: 'private-orders' });
      await eventually(() => subscription('private-orders')?.state === 'failed');
      expect(subscription('private-orders')?.reason).toContain('another secret');
      expect(state().state).toBe('connected');
      expect(recorder.notesOf('error')).toHaveLength(1);
      // The right secret arrives.
      harness.add(profileFor(server, { profileId }), signWith(server.key, server.secret));
      live.credentialsChanged(profileId);
      await harness.subscribed(profileId, 'private-orders');
      expect(subscription('private-orders')?.reason).toBeNull();
    },
  );

  it('is told to each that waits when it is not clear whose it is', async () => {
    const { live, profileId, state } = await connectedLive({
      secret: wrongSecret,
      onBadSignature: 'error-without-code',
    });
    live.subscribe({ profileId, channel: 'private-one' });
    live.subscribe({ profileId, channel: 'private-two' });
    await eventually(() => state().subscriptions.every(({ reason }) => reason?.includes('another secret')));
  });

  it('is explained where the server names the channel, as soketi does', async () => {
    const { live, profileId, subscription } = await connectedLive({
      onSubscribe: (channel) =>
        JSON.stringify({
          event: 'pusher:subscription_error',
          channel,
          data: { type: 'AuthError', status: 401 },
        }),
    });
    live.subscribe({ profileId, channel: 'private-orders' });
    await eventually(() => subscription('private-orders')?.state === 'failed');
    expect(subscription('private-orders')?.reason).toContain('status 401');
  });
});

describe('a vault', () => {
  async function withVault() {
    const server = await startScripted();
    const harness = startLive();
    const profile = profileFor(server);
    const { profileId } = profile;
    const vault = { failure: new AppError('vault_locked', 'The vault is locked.') as AppError | undefined };
    const sign = signWith(server.key, server.secret);
    harness.add(profile, async (input) => {
      if (vault.failure) throw vault.failure;
      return sign(input);
    });
    harness.live.connect(profileId);
    await harness.connected(profileId);
    return { harness, live: harness.live, profileId, vault, server };
  }

  it('that is locked is waited for, and the subscription follows when it opens', async () => {
    const { harness, live, profileId, vault, server } = await withVault();
    live.subscribe({ profileId, channel: 'private-orders' });
    live.subscribe({ profileId, channel: 'orders' });
    await harness.subscribed(profileId, 'orders');
    const waiting = await eventually(() =>
      harness.state(profileId).subscriptions.find(({ state }) => state === 'waiting-for-vault'),
    );
    expect(waiting).toMatchObject({ channel: 'private-orders', reason: 'The vault is locked.' });
    vault.failure = undefined;
    live.vaultUnlocked();
    await harness.subscribed(profileId, 'private-orders');
    expect(server.framesOf('pusher:subscribe')).toHaveLength(2);
  });

  it('that is locked during a reconnect is waited for as well', async () => {
    const { harness, live, profileId, vault, server } = await withVault();
    vault.failure = undefined;
    live.subscribe({ profileId, channel: 'private-orders' });
    await harness.subscribed(profileId, 'private-orders');
    vault.failure = new AppError('vault_locked', 'The vault is locked.');
    await server.stop();
    await server.listen();
    await eventually(() => harness.state(profileId).subscriptions[0]?.state === 'waiting-for-vault');
    vault.failure = undefined;
    live.vaultUnlocked();
    await harness.subscribed(profileId, 'private-orders');
  });

  it('without the app’s secret fails the subscription with what to do, until one is entered', async () => {
    const { harness, live, profileId, vault } = await withVault();
    vault.failure = new AppError('no_credential', 'This app has no app secret.', { hint: 'Enter it.' });
    live.subscribe({ profileId, channel: 'private-orders' });
    await eventually(() => harness.state(profileId).subscriptions[0]?.state === 'failed');
    expect(harness.state(profileId).subscriptions[0]?.reason).toBe('This app has no app secret. Enter it.');
    vault.failure = undefined;
    live.credentialsChanged(profileId);
    await harness.subscribed(profileId, 'private-orders');
  });
});

describe('a presence channel', () => {
  it('is joined as a member that others can tell, and shows who joins and leaves', async () => {
    const { server, harness, live, profileId, subscribe } = await connectedLive();
    await subscribe('presence-room');
    const where = { profileId, channel: 'presence-room' };
    const own = live.members(where).ownUserId ?? '';
    expect(own).toMatch(/^latchkey-[0-9a-f]{4}$/);
    expect(live.members(where).members).toEqual([
      { userId: own, userInfo: '{"name":"Latchkey"}', joinedAt: expect.any(Number) },
    ]);
    const other = profileFor(server);
    harness.add(other, signWith(server.key, server.secret));
    harness.live.connect(other.profileId);
    const member = { userId: 'ana', userInfo: '{"name":"Ana"}' };
    live.subscribe({ profileId: other.profileId, channel: 'presence-room', member });
    await eventually(() => live.members(where).members.length === 2);
    expect(live.members(where).members[1]).toMatchObject({ userId: 'ana', userInfo: '{"name":"Ana"}' });
    await harness.subscribed(other.profileId, 'presence-room');
    expect(live.members({ profileId: other.profileId, channel: 'presence-room' }).ownUserId).toBe('ana');
    live.unsubscribe({ profileId: other.profileId, channel: 'presence-room' });
    await eventually(() => live.members(where).members.length === 1);
    await eventually(() => harness.presenceChanges.some((told) => told.channel === 'presence-room'));
  });

  it('is joined anew as another member', async () => {
    const { live, profileId, harness, server, subscribe } = await connectedLive();
    await subscribe('presence-room');
    const member = { userId: 'ana' };
    live.subscribe({ profileId, channel: 'presence-room', member });
    await harness.subscribed(profileId, 'presence-room');
    const { members, ownUserId } = live.members({ profileId, channel: 'presence-room' });
    expect([ownUserId, members.map(({ userId }) => userId)]).toEqual(['ana', ['ana']]);
    // Asking again without saying who keeps who it is.
    live.subscribe({ profileId, channel: 'presence-room' });
    expect(live.members({ profileId, channel: 'presence-room' }).ownUserId).toBe('ana');
    expect(server.framesOf('pusher:subscribe')).toHaveLength(2);
  });

  it('is unknown when it is not subscribed to, and info that is not JSON is refused', async () => {
    const { live, profileId } = await connectedLive();
    const where = { profileId, channel: 'presence-room' };
    expect(live.members(where)).toEqual({ isSubscribed: false, ownUserId: null, members: [] });
    expect(() => live.subscribe({ ...where, member: { userId: 'a', userInfo: '{' } })).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
  });
});
