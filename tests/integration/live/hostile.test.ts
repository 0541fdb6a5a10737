/** Frames that would take pusher-js down, and with it the process: nothing is thrown, and what follows works. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/conditions.ts';
import { hostileFrames } from '../../support/hostile-frames.ts';
import { connectedLive, profileFor, signWith, startLive, startScripted } from '../../support/live.ts';

const [channel, presence, encrypted] = ['orders', 'presence-room', 'private-encrypted-orders'];
const frames = hostileFrames(channel, presence, encrypted);

describe('hostile frames', () => {
  it('are many', () => {
    expect(frames.length).toBeGreaterThanOrEqual(65);
  });

  it('are recorded, and change nothing on a connection that is in use', async () => {
    const { server, recorder, state, subscribe, subscription, live, profileId } = await connectedLive();
    for (const name of [channel, presence, encrypted]) await subscribe(name);
    const { socketId } = state();
    const before = recorder.incoming.length;
    for (const frame of frames) server.sendRaw(frame);
    server.publish(channel, 'afterwards', '{}');
    await eventually(() => recorder.incoming.some((text) => text.includes('"afterwards"')));
    const received = recorder.frames.filter(({ direction }) => direction === 'in').slice(before);
    const sent = frames.map((frame) => Buffer.from(frame));
    expect(received.length).toBeGreaterThan(frames.length);
    expect(sent.filter((bytes) => !received.some((each) => each.bytes.equals(bytes)))).toEqual([]);
    expect(recorder.notesOf('refused').length).toBeGreaterThan(0);
    expect(state()).toMatchObject({ state: 'connected', socketId });
    for (const name of [channel, presence, encrypted]) expect(subscription(name)?.state).toBe('subscribed');
    live.subscribe({ profileId, channel: 'private-later' });
    await eventually(() => subscription('private-later')?.state === 'subscribed');
  });

  it('in place of the welcome keep nothing from connecting later', async () => {
    const harness = startLive({ welcomeTimeoutMs: 100 });
    const connectsAfter = async (frame: string | Uint8Array) => {
      const server = await startScripted({ isWelcomeHeld: true });
      const profile = profileFor(server);
      const recorder = harness.add(profile, signWith(server.key, server.secret));
      harness.live.connect(profile.profileId);
      await eventually(() => server.clientCount === 1);
      server.isWelcomeHeld = false;
      server.sendRaw(frame);
      await eventually(() => recorder.frames.length > 0, { what: 'the frame' });
      await eventually(() => recorder.notesOf('connected').length > 0, { what: 'a connection' });
    };
    const outcomes = await Promise.allSettled(frames.map(connectsAfter));
    const failed = frames.filter((_, index) => outcomes[index]?.status === 'rejected');
    expect(failed.map((frame) => Buffer.from(frame).toString().slice(0, 100))).toEqual([]);
  });

  it('in answer to a subscription leave it waiting, with a reason', async () => {
    const answer = `{"event":"pusher_internal:subscription_succeeded","channel":"${presence}","data":null}`;
    const { live, profileId, subscription } = await connectedLive({ onSubscribe: () => answer });
    live.subscribe({ profileId, channel: presence });
    await eventually(() => subscription(presence)?.reason);
    expect(subscription(presence)).toMatchObject({
      state: 'pending',
      reason: expect.stringContaining('without the data that belongs to it'),
    });
  });

  it('of 20 MB end the connection, which comes back and says why', async () => {
    const { server, recorder, harness, profileId, state } = await connectedLive();
    server.sendRaw('x'.repeat(20_000_000));
    await eventually(() => recorder.notesOf('disconnected').length === 1);
    expect(recorder.notesOf('disconnected')[0]).toContain('larger than 16 MB');
    await eventually(() => state().state === 'connected');
    await harness.connected(profileId);
  });
});
