/** Live connections in a test: real sockets, a signer in place of the vault, and a log in memory. */
import { createHmac, randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Connection } from '#shared/contract/live.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { Live, type LiveTiming, type Recorder } from '../../electron/live/index.ts';
import { eventually } from './conditions.ts';
import { ScriptedServer, type ScriptedServerOptions } from './scripted-server.ts';

export interface RecordedFrame {
  readonly direction: 'in' | 'out';
  readonly bytes: Buffer;
  readonly text: string;
  readonly atMs: number;
}

export class MemoryRecorder implements Recorder {
  readonly frames: RecordedFrame[] = [];
  readonly notes: { kind: string; text: string }[] = [];

  /** Set to a promise: the log is behind until it is fulfilled. */
  behindUntil: Promise<void> | undefined;

  frame(direction: 'in' | 'out', bytes: Uint8Array, atMs: number): boolean {
    const copy = Buffer.from(bytes);
    this.frames.push({ direction, bytes: copy, text: copy.toString(), atMs });
    return this.behindUntil === undefined;
  }

  async whenReady(): Promise<void> {
    await this.behindUntil;
    this.behindUntil = undefined;
  }

  note(kind: string, text: string): void {
    this.notes.push({ kind, text });
  }

  /** Texts of what came in. */
  get incoming(): string[] {
    return this.frames.filter(({ direction }) => direction === 'in').map(({ text }) => text);
  }

  get outgoing(): string[] {
    return this.frames.filter(({ direction }) => direction === 'out').map(({ text }) => text);
  }

  notesOf(kind: string): string[] {
    return this.notes.filter((note) => note.kind === kind).map(({ text }) => text);
  }
}

/** Signs what is to be signed, whatever it is of. */
type Sign = (text: string) => Promise<{ auth: string }>;

/** What the vault would answer. */
export function signWith(key: string, secret: string): Sign {
  return async (text) => ({ auth: `${key}:${createHmac('sha256', secret).update(text).digest('hex')}` });
}

export function profileFor(
  { port, key, appId }: { port: number; key: string; appId: string },
  changes: Partial<Profile> = {},
): Profile {
  const endpoint = { host: '127.0.0.1', port, tls: false, path: '' };
  return {
    profileId: randomUUID(),
    name: 'test',
    environment: 'local',
    dialect: 'other',
    appId,
    key,
    location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    createdAt: 0,
    updatedAt: 0,
    ...changes,
  };
}

export interface LiveHarness {
  readonly live: Live;
  readonly changes: Connection[];
  readonly presenceChanges: { channel: string; connection: number }[];
  /** Puts a profile in, or another one in its place. */
  add(profile: Profile, sign: Sign): MemoryRecorder;
  /** Of one of an app's connections. */
  recorder(profileId: string, connection?: number): MemoryRecorder;
  state(profileId: string, connection?: number): Connection;
  connected(profileId: string, connection?: number): Promise<Connection>;
  subscribed(profileId: string, channel: string, connection?: number): Promise<void>;
  readonly closed: { profileId: string; connection: number }[];
}

export function startLive(
  timing: Partial<LiveTiming> = {},
  recorderOf?: (profileId: string, connection: number) => Recorder,
): LiveHarness {
  const profiles = new Map<string, Profile>();
  const signers = new Map<string, Sign>();
  const recorders = new Map<string, MemoryRecorder>();
  const changes: Connection[] = [];
  const presenceChanges: LiveHarness['presenceChanges'] = [];
  const closed: { profileId: string; connection: number }[] = [];
  const recorder = (profileId: string, connection = 1) => {
    const key = `${profileId} ${connection}`;
    const known = recorders.get(key) ?? new MemoryRecorder();
    recorders.set(key, known);
    return known;
  };
  const signer = (profileId: string) => {
    const sign = signers.get(profileId);
    if (!sign) throw new Error('No signer');
    return sign;
  };
  const live = new Live({
    profiles: { get: (profileId) => profiles.get(profileId) },
    authorizer: {
      signChannel: ({ profileId, socketId, channel, channelData }) =>
        signer(profileId)([socketId, channel, ...(channelData === undefined ? [] : [channelData])].join(':')),
      signUser: ({ profileId, socketId, userData }) => signer(profileId)(`${socketId}::user::${userData}`),
    },
    recorder: recorderOf ?? recorder,
    onChanged: (connection) => changes.push(connection),
    onClosed: (which) => closed.push(which),
    onPresenceChanged: ({ channel, connection }) => presenceChanges.push({ channel, connection }),
    timing,
  });
  onTestFinished(() => live.close());
  const find = (profileId: string, number: number) =>
    live.list().find((each) => each.profileId === profileId && each.connection === number);
  const state = (profileId: string, connection = 1) => {
    const found = find(profileId, connection);
    if (!found) throw new Error('Not connected yet');
    return found;
  };
  return {
    live,
    changes,
    presenceChanges,
    closed,
    recorder,
    add(profile, sign) {
      profiles.set(profile.profileId, profile);
      signers.set(profile.profileId, sign);
      return recorder(profile.profileId);
    },
    state,
    connected: (profileId, number = 1) =>
      eventually(
        () => {
          const found = find(profileId, number);
          return found?.state === 'connected' && found;
        },
        { what: 'a connection' },
      ),
    async subscribed(profileId, channel, number = 1) {
      await eventually(
        () =>
          state(profileId, number).subscriptions.find((each) => each.channel === channel)?.state ===
          'subscribed',
        { what: `the subscription to ${channel}` },
      );
    },
  };
}

/** A scripted server that ends with the test. */
export async function startScripted(options?: ScriptedServerOptions): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(options);
  onTestFinished(() => server.stop());
  return server;
}

/** Live, connected to a scripted server. */
export async function connectedLive(
  options: ScriptedServerOptions & {
    readonly timing?: Partial<LiveTiming>;
    readonly profile?: Partial<Profile>;
    readonly secret?: string;
  } = {},
) {
  const server = await startScripted(options);
  const harness = startLive(options.timing);
  const profile = profileFor(server, options.profile);
  const recorder = harness.add(profile, signWith(server.key, options.secret ?? server.secret));
  const { profileId } = profile;
  harness.live.connect(profileId);
  await harness.connected(profileId);
  return {
    server,
    harness,
    live: harness.live,
    profile,
    profileId,
    recorder,
    state: () => harness.state(profileId),
    subscription: (channel: string) =>
      harness.state(profileId).subscriptions.find((each) => each.channel === channel),
    subscribe: async (channel: string) => {
      harness.live.subscribe({ profileId, channel });
      await harness.subscribed(profileId, channel);
    },
  };
}
