/** Live connections, up to eight for each app: the contract's calls, and what other features tell them. */
import { type Connection, connectionLimit, type TimelineEntry } from '#shared/contract/live.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { channelNameProblem } from '#shared/protocol/channels.ts';
import { createClock } from './clock.ts';
import { type Authorizer, ProfileConnection, type UserInput } from './connection.ts';
import { DialectEvidence, type ObservedAnswer } from './dialect-evidence.ts';
import type { MemberInput } from './own-member.ts';
import type { Recorder } from './recorder.ts';
import type { KnownMembers, KnownPresence } from './subscriptions.ts';
import { Throttle } from './throttle.ts';
import { defaultTiming, type LiveTiming } from './timing.ts';
import { isSameEndpoint } from './web-socket-endpoint.ts';

/** One connection of an app. Without a number: the app's own. */
export interface Which {
  readonly profileId: string;
  readonly connection?: number | undefined;
}

export interface LiveOptions {
  readonly profiles: { get(profileId: string): Profile | undefined };
  readonly authorizer: Authorizer;
  readonly recorder: (profileId: string, connection: number) => Recorder;
  /** At most ten times a second for each connection. */
  readonly onChanged: (connection: Connection) => void;
  readonly onClosed: (which: { profileId: string; connection: number }) => void;
  /** At most ten times a second for each connection's channel. */
  readonly onPresenceChanged: (where: { profileId: string; channel: string; connection: number }) => void;
  readonly timing?: Partial<LiveTiming>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface Identity {
  readonly connection: number;
  readonly userId: string;
}

interface Kept {
  readonly connection: ProfileConnection;
  readonly changes: Throttle;
  readonly presence: Map<string, Throttle>;
}

/** What is known of one app. */
interface KeptApp {
  readonly connections: Map<number, Kept>;
  readonly evidence: DialectEvidence;
  profile: Profile;
  hadOthers: boolean;
  /** The HTTP API refused the last signed request: by how much its clock differs. */
  refusedWithOffsetMs: number | undefined;
}

/** What the HTTP API answered to a signed request. */
export interface ApiAnswer extends ObservedAnswer {
  readonly status: number;
  /** The server's clock minus this one's. Null: it gave no time. */
  readonly clockOffsetMs: number | null;
}

/** Of the connection that every app has. */
const ownNumber = 1;

export class Live {
  readonly #options: LiveOptions;
  readonly #timing: LiveTiming;
  readonly #now: () => number;
  readonly #apps = new Map<string, KeptApp>();

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#now = options.now ?? createClock();
  }

  /** Of every app that has been connected, or subscribed to something, since the start. */
  list(): Connection[] {
    return [...this.#apps.values()].flatMap(({ connections }) =>
      [...connections.values()].map(({ connection }) => connection.snapshot()),
    );
  }

  /** Another connection of the app, which is connected. @throws AppError `not_found`, `conflict` */
  open({ profileId, label }: { profileId: string; label?: string | undefined }): Connection {
    const app = this.#app(profileId);
    const number = freeNumber(app.connections);
    app.hadOthers = true;
    const { connection } = this.#keep(app, number, label ?? null);
    connection.connect();
    this.#tellAll(app);
    return connection.snapshot();
  }

  /** @throws AppError `not_found`, and `conflict` for the app's own */
  closeConnection({ profileId, connection: number }: { profileId: string; connection: number }): void {
    if (number === ownNumber) {
      throw new AppError('conflict', 'Connection 1 is the app’s own and stays.', {
        hint: 'Disconnect it instead.',
      });
    }
    const app = this.#app(profileId);
    const kept = app.connections.get(number);
    if (!kept) throw noSuchConnection(number);
    app.connections.delete(number);
    this.#end(profileId, number, kept);
    this.#tellAll(app);
  }

  connect(which: Which | string): Connection {
    const connection = this.#connection(asWhich(which));
    connection.connect();
    return connection.snapshot();
  }

  /** Subscriptions are kept for the next connection. */
  disconnect(which: Which | string): Connection {
    const connection = this.#connection(asWhich(which));
    connection.disconnect();
    return connection.snapshot();
  }

  /** Without a connection it is remembered until there is one. */
  subscribe(input: Which & { channel: string; member?: MemberInput | undefined }): Connection {
    const { channel, member } = input;
    requireChannelName(channel);
    const connection = this.#connection(input);
    connection.subscribe(channel, member);
    return connection.snapshot();
  }

  unsubscribe({ channel, ...which }: Which & { channel: string }): Connection {
    const connection = this.#connection(which);
    connection.unsubscribe(channel);
    return connection.snapshot();
  }

  signIn({ profileId, connection: number, ...user }: Which & UserInput): Connection {
    const connection = this.#connection({ profileId, connection: number });
    connection.signIn(user);
    return connection.snapshot();
  }

  signOut(which: Which): Connection {
    const connection = this.#connection(which);
    connection.signOut();
    return connection.snapshot();
  }

  timeline(which: Which): TimelineEntry[] {
    return this.#connection(which).timeline();
  }

  members({ channel, ...which }: Which & { channel: string }): KnownMembers {
    return this.#connection(which).members(channel);
  }

  /** The profile with the server that it is on, as far as that is known, in place of “other”. */
  withDialect(profile: Profile): Profile {
    const evidence = this.#apps.get(profile.profileId)?.evidence;
    return evidence ? { ...profile, dialect: evidence.found(profile).used } : profile;
  }

  /** What the app's HTTP API answered to a signed request tells of its server too. */
  observeAnswer(profileId: string, answer: ApiAnswer): void {
    const app = this.#apps.get(profileId);
    if (!app) return;
    app.evidence.observeAnswer(answer);
    const { status, clockOffsetMs } = answer;
    app.refusedWithOffsetMs = status === 401 && clockOffsetMs !== null ? clockOffsetMs : undefined;
    this.#tellAll(app);
  }

  /** Undefined: not subscribed to this presence channel. */
  presence({ channel, ...which }: Which & { channel: string }): KnownPresence | undefined {
    return this.#connection(which).presence(channel);
  }

  /** The app's connections that are on a presence channel, and as whom. */
  identities({ profileId, channel }: { profileId: string; channel: string }): Identity[] {
    return [...(this.#apps.get(profileId)?.connections ?? [])].flatMap(([number, { connection }]) => {
      const userId = connection.presence(channel)?.ownUserId;
      return userId == null ? [] : [{ connection: number, userId }];
    });
  }

  vaultUnlocked(): void {
    for (const app of this.#apps.values()) {
      for (const { connection } of app.connections.values())
        connection.retrySubscriptions('waiting-for-vault');
    }
  }

  /** The app's secret was entered or replaced: what failed for want of it may succeed now. */
  credentialsChanged(profileId: string): void {
    for (const { connection } of this.#apps.get(profileId)?.connections.values() ?? []) {
      connection.retrySubscriptions('unsubscribed');
    }
  }

  profileChanged(profileId: string): void {
    const profile = this.#options.profiles.get(profileId);
    if (!profile) {
      this.forget(profileId);
      return;
    }
    const app = this.#apps.get(profileId);
    if (!app) return;
    if (!isSameEndpoint(app.profile.location, profile.location)) app.evidence.forget();
    app.profile = profile;
    for (const { connection } of app.connections.values()) connection.changeProfile(profile);
    this.#tellAll(app);
  }

  forget(profileId: string): void {
    const app = this.#apps.get(profileId);
    if (!app) return;
    this.#apps.delete(profileId);
    for (const [number, kept] of app.connections) this.#end(profileId, number, kept);
  }

  async close(): Promise<void> {
    for (const profileId of [...this.#apps.keys()]) this.forget(profileId);
  }

  #end(profileId: string, connection: number, kept: Kept): void {
    kept.connection.dispose();
    kept.changes.cancel();
    for (const throttle of kept.presence.values()) throttle.cancel();
    this.#options.onClosed({ profileId, connection });
  }

  #app(profileId: string): KeptApp {
    const known = this.#apps.get(profileId);
    if (known) return known;
    const profile = this.#options.profiles.get(profileId);
    if (!profile) throw new AppError('not_found', 'There is no such app any more.');
    const app: KeptApp = {
      connections: new Map(),
      evidence: new DialectEvidence(() => this.#tellAll(app)),
      profile,
      hadOthers: false,
      refusedWithOffsetMs: undefined,
    };
    this.#apps.set(profileId, app);
    this.#keep(app, ownNumber, null);
    return app;
  }

  #connection({ profileId, connection: number = ownNumber }: Which): ProfileConnection {
    const kept = this.#app(profileId).connections.get(number);
    if (!kept) throw noSuchConnection(number);
    return kept.connection;
  }

  #tellAll(app: KeptApp): void {
    for (const { connection } of app.connections.values()) connection.sharedChanged();
  }

  #keep(app: KeptApp, number: number, label: string | null): Kept {
    const { profileId } = app.profile;
    const interval = this.#timing.changeIntervalMs;
    const presence = new Map<string, Throttle>();
    const connection = new ProfileConnection(app.profile, {
      number,
      label,
      evidence: app.evidence,
      refusedWithOffsetMs: () => app.refusedWithOffsetMs,
      hasOthers: () => app.hadOthers,
      authorizer: this.#options.authorizer,
      recorder: this.#options.recorder(profileId, number),
      timing: this.#timing,
      now: this.#now,
      onChanged: () => changes.request(),
      onPresenceChanged: (channel) => {
        const where = { profileId, channel, connection: number };
        const throttle =
          presence.get(channel) ?? new Throttle(interval, () => this.#options.onPresenceChanged(where));
        presence.set(channel, throttle);
        throttle.request();
      },
    });
    const changes = new Throttle(interval, () => this.#options.onChanged(connection.snapshot()));
    const kept: Kept = { connection, changes, presence };
    app.connections.set(number, kept);
    return kept;
  }
}

function asWhich(which: Which | string): Which {
  return typeof which === 'string' ? { profileId: which } : which;
}

function freeNumber(connections: ReadonlyMap<number, unknown>): number {
  for (let number = ownNumber; number <= connectionLimit; number++) {
    if (!connections.has(number)) return number;
  }
  throw new AppError('conflict', `An app has ${connectionLimit} connections at most.`, {
    hint: 'Close one of them first.',
  });
}

function noSuchConnection(number: number): AppError {
  return new AppError('not_found', `This app has no connection ${number} any more.`);
}

function requireChannelName(channel: string): void {
  const problem = channelNameProblem(channel);
  if (problem?.severity === 'error') throw new AppError('invalid_input', problem.message);
  // pusher-js keeps its channels in a plain object, and breaks on these.
  if (channel in Object.prototype) {
    throw new AppError(
      'invalid_input',
      `“${channel}” is a name that every JavaScript object has: the client library can’t subscribe to it.`,
      { hint: 'An app that uses pusher-js would break on this name too. Rename the channel.' },
    );
  }
}
