/** The apps of a sandbox: their key pairs, channels, connections and signed-in users. */
import { randomBytes, randomInt } from 'node:crypto';
import { AppError } from '#shared/lib/app-error.ts';
import { presenceMemberLimit } from '#shared/protocol/limits.ts';
import { ChannelRegistry } from './channels.ts';

export interface KeyPair {
  readonly key: string;
  readonly secret: string;
}

/** What an app needs of a connection. */
export interface AppConnection {
  readonly key: string;
  readonly userId: string | undefined;
  closeWith(code: number, message: string): void;
  /** Looks at the clock: pings, or closes what has been silent for too long. */
  sweep(): void;
}

export interface AppOptions {
  /** Tell subscribers how many they are. Off by default, as on hosted servers. */
  readonly hasSubscriptionCounts?: boolean;
  /** Of each presence channel. Hosted servers have 100; dedicated ones differ. */
  readonly memberLimit?: number;
}

export class SandboxApp {
  readonly appId: string;
  readonly channels: ChannelRegistry;
  readonly connections = new Set<AppConnection>();
  readonly #pairs = new Map<string, string>();
  #isEnabled = true;

  constructor(now: () => number, options: AppOptions = {}) {
    this.appId = String(randomInt(1_000_000, 10_000_000));
    this.channels = new ChannelRegistry({
      now,
      hasSubscriptionCounts: options.hasSubscriptionCounts ?? false,
      memberLimit: options.memberLimit ?? presenceMemberLimit,
    });
    this.createPair();
  }

  /** Oldest first. Never empty. */
  get pairs(): readonly KeyPair[] {
    return [...this.#pairs].map(([key, secret]) => ({ key, secret }));
  }

  /** The pair that was made first among those that are left. */
  get oldestPair(): KeyPair {
    const [oldest] = this.pairs;
    if (!oldest) throw new Error('An app has always one pair.');
    return oldest;
  }

  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  readonly findSecret = (key: string): string | undefined => this.#pairs.get(key);

  createPair(): KeyPair {
    const pair = { key: randomBytes(10).toString('hex'), secret: randomBytes(10).toString('hex') };
    this.#pairs.set(pair.key, pair.secret);
    return pair;
  }

  /**
   * From now on requests signed with the pair get 401, and its connections are closed with 4001: what a new
   * connection with that key gets too, so a client sees one answer whenever it looks.
   */
  revokePair(key: string): void {
    if (!this.#pairs.has(key)) throw new AppError('not_found', 'The sandbox has no pair with this key.');
    if (this.#pairs.size === 1) {
      throw new AppError('conflict', 'This is the only pair of the app. Create another one before.');
    }
    this.#pairs.delete(key);
    for (const connection of [...this.connections]) {
      if (connection.key === key) connection.closeWith(4001, `App key ${key} was revoked.`);
    }
  }

  /** A disabled app answers 403, and closes with 4003. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
    if (isEnabled) return;
    for (const connection of [...this.connections]) connection.closeWith(4003, 'The app is disabled.');
  }

  /** Only users who signed in have connections that can be ended by their id. */
  terminateUser(userId: string): void {
    for (const connection of [...this.connections]) {
      if (connection.userId === userId)
        connection.closeWith(4009, 'The app ended the connections of this user.');
    }
  }

  sweep(): void {
    for (const connection of [...this.connections]) connection.sweep();
    this.channels.sweep();
  }
}

export class AppStore {
  readonly #apps = new Map<string, SandboxApp>();

  add(app: SandboxApp): void {
    this.#apps.set(app.appId, app);
  }

  get all(): readonly SandboxApp[] {
    return [...this.#apps.values()];
  }

  findById(appId: string): SandboxApp | undefined {
    return this.#apps.get(appId);
  }

  findByKey(key: string): SandboxApp | undefined {
    return this.all.find((app) => app.findSecret(key) !== undefined);
  }
}
