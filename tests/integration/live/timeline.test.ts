/** What a connection tells of itself: what happened, what the client does next, what it hangs on, and which server it is. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/conditions.ts';
import { connectedLive, profileFor, signWith, startLive, startScripted } from '../../support/live.ts';
import type { ScriptedServerOptions } from '../../support/scripted-server.ts';

async function refusedBy(options: ScriptedServerOptions) {
  const server = await startScripted(options);
  const harness = startLive();
  const profile = profileFor(server, { key: 'unknown' });
  harness.add(profile, signWith('unknown', randomBytes(10).toString('hex')));
  harness.live.connect(profile.profileId);
  await eventually(() => harness.state(profile.profileId).state === 'failed', { what: 'the refusal' });
  return { server, state: harness.state(profile.profileId) };
}

describe('the timeline', () => {
  it('tells a loss, each attempt with its delay, the gap and the return', async () => {
    const { server, live, profileId, harness, state } = await connectedLive();
    await server.stop();
    await eventually(() => live.timeline({ profileId }).some(({ times }) => times >= 2));
    await server.listen();
    await harness.connected(profileId);
    const entries = live.timeline({ profileId });
    const kinds = entries.map(({ kind }) => kind);
    expect(kinds.slice(0, 4)).toEqual(['connecting', 'connected', 'closed', 'connecting']);
    expect(kinds.slice(-2)).toEqual(['connected', 'gap']);
    expect(entries[2]).toMatchObject({
      text: 'The connection was lost without a closing message.',
      next: expect.stringMatching(/^Tries again after 1\.\d s\.$/),
    });
    const attempts = entries.filter(({ kind }) => kind === 'attempt');
    expect(attempts.map(({ next }) => next)).toEqual([
      'Tries again after 250 ms.',
      'Tries again after 500 ms.',
      'Tries again after 1.0 s.',
    ]);
    expect(attempts.every(({ text }) => text.includes('Nothing listens'))).toBe(true);
    // The same again is one entry, with the times of the first and the last.
    const last = attempts.at(-1);
    expect(last?.times).toBeGreaterThanOrEqual(2);
    expect((last?.until ?? 0) - (last?.at ?? 0)).toBeGreaterThan(900);
    expect(entries.at(-1)?.text).toMatch(/^Connection lost for \d/);
    expect(state().stuck).toBeNull();
  });

  it.each([
    [4100, /^Tries again after 1\.\d s\.$/, 1000],
    [4200, /^Tries again after 250 ms\.$/, 240],
    [1001, /^Tries again after 1\.\d s\.$/, 1000],
  ])('says what the client does after code %i, and so it does', async (code, next, leastMs) => {
    const { server, live, profileId, harness } = await connectedLive();
    server.closeAll(code);
    await eventually(() => live.timeline({ profileId }).some(({ kind }) => kind === 'closed'));
    await harness.connected(profileId);
    const entries = live.timeline({ profileId });
    const closed = entries.find(({ kind }) => kind === 'closed');
    const back = entries.findLast(({ kind }) => kind === 'connected');
    expect(closed?.next).toMatch(next);
    expect((back?.at ?? 0) - (closed?.at ?? 0)).toBeGreaterThanOrEqual(leastMs);
  });

  it('says that it does not connect again after a refusal', async () => {
    const { server, live, profileId, state } = await connectedLive();
    server.closeAll(4004);
    await eventually(() => state().state === 'failed');
    expect(live.timeline({ profileId }).at(-2)).toMatchObject({
      kind: 'closed',
      text: 'Closed with code 4004: The app is over its connection quota.',
      next: 'Does not connect again by itself.',
    });
    expect(state().stuck?.title).toBe('The app is over its connection quota.');
  });

  it('keeps the last round trips', async () => {
    const { state } = await connectedLive({ timing: { activityTimeoutMs: 20, pongTimeoutMs: 5000 } });
    await eventually(() => state().roundTrips.length >= 3, { what: 'three round trips' });
    expect(state().roundTrips.at(-1)).toBe(state().roundTripMs);
    await eventually(() => state().roundTrips.length === 30, { what: 'all that are kept' });
  });

  it('tells of a watchlist, without its names', async () => {
    const { server, live, profileId } = await connectedLive();
    const data = JSON.stringify({ events: [{ name: 'online', user_ids: ['ben', 'cleo'] }] });
    server.sendRaw(JSON.stringify({ event: 'pusher_internal:watchlist_events', data }));
    await eventually(() => live.timeline({ profileId }).some(({ kind }) => kind === 'sign-in'));
    expect(live.timeline({ profileId }).at(-1)?.text).toBe(
      'The watchlist told: 2 users online. The log says who.',
    );
  });
});

describe('what is stuck', () => {
  it('is a subscription without an answer', async () => {
    const { live, profileId, state, server } = await connectedLive({
      secret: randomBytes(10).toString('hex'),
      timing: { answerTimeoutMs: 50 },
    });
    live.subscribe({ profileId, channel: 'private-orders' });
    await eventually(() => state().stuck);
    expect(state().stuck).toMatchObject({
      title: 'A subscription has no answer.',
      action: 'check-credentials',
    });
    live.unsubscribe({ profileId, channel: 'private-orders' });
    expect(state().stuck).toBeNull();
    expect(server.accepted).toBe(1);
  });

  it('is a clock that is off, when the HTTP API refuses a signature', async () => {
    const { live, profileId, state } = await connectedLive();
    const answer = { headers: {}, body: '{}' };
    live.observeAnswer(profileId, { ...answer, status: 401, clockOffsetMs: 20_000 });
    expect(state().stuck).toBeNull();
    live.observeAnswer(profileId, { ...answer, status: 401, clockOffsetMs: -700_000 });
    expect(state().stuck?.title).toBe('This machine’s clock is 11 min 40 s ahead of the server’s.');
    live.observeAnswer(profileId, { ...answer, status: 200, clockOffsetMs: -700_000 });
    expect(state().stuck).toBeNull();
  });

  it('is a web server in place of a WebSocket', async () => {
    const { server, profile, profileId, harness, live } = await connectedLive();
    if (profile.location.kind !== 'endpoints') throw new Error('No endpoints');
    const { createServer } = await import('node:http');
    const web = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => web.once('listening', resolve));
    const { port } = web.address() as { port: number };
    const webSocket = { ...profile.location.webSocket, port };
    harness.add({ ...profile, location: { ...profile.location, webSocket } }, signWith(server.key, ''));
    live.profileChanged(profileId);
    await eventually(() => harness.state(profileId).stuck);
    expect(harness.state(profileId).stuck).toMatchObject({
      title: 'A web server answers here, not a WebSocket: HTTP 404.',
      advice: expect.stringContaining('path prefix'),
    });
    await new Promise((resolve) => web.close(resolve));
  });
});

describe('the dialect', () => {
  it('of Laravel Reverb is told by a header, and changes what is said', async () => {
    const { state, server, recorder } = await connectedLive({
      upgradeHeaders: ['X-Powered-By: Laravel Reverb'],
      activityTimeoutSeconds: 30,
    });
    expect(state().dialect).toMatchObject({ detected: 'reverb', used: 'reverb', isSetByHand: false });
    expect(state().dialect.evidence).toHaveLength(2);
    server.sendRaw('{"event":"pusher:error","data":"{\\"code\\":4200}"}');
    await eventually(() => recorder.notesOf('error').length === 1);
    expect(recorder.notesOf('error')[0]).toContain('Laravel Reverb did not understand a message');
  });

  it('of soketi is told by how it refuses an unknown key, and the client stays away', async () => {
    const { server, state } = await refusedBy({
      activityTimeoutSeconds: 30,
      upgradeHeaders: ['uWebSockets: 20'],
      onUnknownKey:
        '{"event":"pusher:error","data":{"code":4001,"message":"App key unknown does not exist."}}',
    });
    expect(state.dialect).toMatchObject({ detected: 'soketi', used: 'soketi' });
    expect(state.stuck?.title).toMatch(/^No app on 127\.0\.0\.1:\d+ has this key\.$/);
    expect(server.accepted).toBe(1);
  });

  it('is not guessed from little, and is what was set by hand where it was', async () => {
    const unknown = await connectedLive({ activityTimeoutSeconds: 30 });
    expect(unknown.state().dialect).toMatchObject({ detected: null, used: 'other' });
    const set = await connectedLive({
      upgradeHeaders: ['X-Powered-By: Laravel Reverb'],
      profile: { dialect: 'soketi' },
    });
    expect(set.state().dialect).toMatchObject({ detected: 'reverb', used: 'soketi', isSetByHand: true });
  });

  it('is learned from the HTTP API too, and forgotten with the address', async () => {
    const { live, profileId, state, profile, harness, server } = await connectedLive();
    const answer = { status: 200, headers: {}, clockOffsetMs: 0 };
    live.observeAnswer(profileId, { ...answer, body: '{"ok":true}' });
    live.observeAnswer(profileId, { ...answer, headers: { uwebsockets: '20' }, body: '{}' });
    expect(state().dialect.detected).toBe('soketi');
    expect(live.withDialect(profile).dialect).toBe('soketi');
    if (profile.location.kind !== 'endpoints') throw new Error('No endpoints');
    const webSocket = { ...profile.location.webSocket, host: 'localhost' };
    harness.add({ ...profile, location: { ...profile.location, webSocket } }, signWith(server.key, ''));
    live.profileChanged(profileId);
    expect(state().dialect.detected).toBeNull();
  });
});
