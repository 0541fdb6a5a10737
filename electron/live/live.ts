/** Live connections, one for each app: the contract's calls, and what other features tell them. */
import type { Connection } from '#shared/contract/live.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { channelNameProblem } from '#shared/protocol/channels.ts';
import { createClock } from './clock.ts';
import { type Authorizer, ProfileConnection } from './connection.ts';
import type { MemberInput } from './own-member.ts';
import type { Recorder } from './recorder.ts';
import type { KnownMembers } from './subscriptions.ts';
import { Throttle } from './throttle.ts';
import { defaultTiming, type LiveTiming } from './timing.ts';

export interface LiveOptions {
  readonly profiles: { get(profileId: string): Profile | undefined };
  readonly authorizer: Authorizer;
  readonly recorder: (profileId: string) => Recorder;
  /** At most ten times a second for each connection. */
  readonly onChanged: (connection: Connection) => void;
  /** At most ten times a second for each channel. */
  readonly onPresenceChanged: (where: { profileId: string; channel: string }) => void;
  readonly timing?: Partial<LiveTiming>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface Kept {
  readonly connection: ProfileConnection;
  readonly changes: Throttle;
  readonly presence: Map<string, Throttle>;
}

export class Live {
  readonly #options: LiveOptions;
  readonly #timing: LiveTiming;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#now = options.now ?? createClock();
  }

  /** Of every app that has been connected, or subscribed to something, since the start. */
  list(): Connection[] {
    return [...this.#kept.values()].map(({ connection }) => connection.snapshot());
  }

  connect(profileId: string): Connection {
    const connection = this.#connection(profileId);
    connection.connect();
    return connection.snapshot();
  }

  /** Subscriptions are kept for the next connection. */
  disconnect(profileId: string): Connection {
    const connection = this.#connection(profileId);
    connection.disconnect();
    return connection.snapshot();
  }

  /** Without a connection it is remembered until there is one. */
  subscribe(input: { profileId: string; channel: string; member?: MemberInput | undefined }): Connection {
    const { profileId, channel, member } = input;
    requireChannelName(channel);
    const connection = this.#connection(profileId);
    connection.subscribe(channel, member);
    return connection.snapshot();
  }

  unsubscribe({ profileId, channel }: { profileId: string; channel: string }): Connection {
    const connection = this.#connection(profileId);
    connection.unsubscribe(channel);
    return connection.snapshot();
  }

  members({ profileId, channel }: { profileId: string; channel: string }): KnownMembers {
    return this.#connection(profileId).members(channel);
  }

  vaultUnlocked(): void {
    for (const { connection } of this.#kept.values()) connection.retrySubscriptions('waiting-for-vault');
  }

  /** The app's secret was entered or replaced: what failed for want of it may succeed now. */
  credentialsChanged(profileId: string): void {
    this.#kept.get(profileId)?.connection.retrySubscriptions('unsubscribed');
  }

  profileChanged(profileId: string): void {
    const profile = this.#options.profiles.get(profileId);
    if (profile) this.#kept.get(profileId)?.connection.changeProfile(profile);
    else this.forget(profileId);
  }

  forget(profileId: string): void {
    const kept = this.#kept.get(profileId);
    if (!kept) return;
    this.#kept.delete(profileId);
    kept.connection.dispose();
    kept.changes.cancel();
    for (const throttle of kept.presence.values()) throttle.cancel();
  }

  async close(): Promise<void> {
    for (const profileId of [...this.#kept.keys()]) this.forget(profileId);
  }

  #connection(profileId: string): ProfileConnection {
    const kept = this.#kept.get(profileId);
    if (kept) return kept.connection;
    const profile = this.#options.profiles.get(profileId);
    if (!profile) throw new AppError('not_found', 'There is no such app any more.');
    return this.#keep(profile).connection;
  }

  #keep(profile: Profile): Kept {
    const { profileId } = profile;
    const interval = this.#timing.changeIntervalMs;
    const presence = new Map<string, Throttle>();
    const connection = new ProfileConnection(profile, {
      authorizer: this.#options.authorizer,
      recorder: this.#options.recorder(profileId),
      timing: this.#timing,
      now: this.#now,
      onChanged: () => changes.request(),
      onPresenceChanged: (channel) => {
        const throttle =
          presence.get(channel) ??
          new Throttle(interval, () => this.#options.onPresenceChanged({ profileId, channel }));
        presence.set(channel, throttle);
        throttle.request();
      },
    });
    const changes = new Throttle(interval, () => this.#options.onChanged(connection.snapshot()));
    const kept: Kept = { connection, changes, presence };
    this.#kept.set(profileId, kept);
    return kept;
  }
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
