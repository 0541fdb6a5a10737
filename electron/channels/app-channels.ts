/** One app's channels: asks for them while somebody looks or a pattern waits for names, and keeps the last answer. */
import {
  type ChannelFacts,
  type ChannelsStatus,
  favouriteLimit,
  type Pace,
  patternLimit,
  type QuestionFailure,
} from '#shared/contract/channels.ts';
import type { Connection, Subscription } from '#shared/contract/live.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { AppError, type ErrorCode } from '#shared/lib/app-error.ts';
import { channelNameProblem } from '#shared/protocol/channels.ts';
import { matchesPattern, patternProblem } from '#shared/protocol/patterns.ts';
import type { HttpApi } from '../http-api/index.ts';
import { Throttle } from '../live/index.ts';
import type { Counts } from './answers.ts';
import type { ChannelChoices, ChoiceBook } from './choices.ts';
import { ChannelQuestions } from './questions.ts';

/** Of one answer. */
export const keptLimit = 20_000;
/** Subscriptions that patterns make; the rest of a connection's is the user's own. */
export const patternSubscriptionLimit = 500;
const backOffLimitMs = 300_000;
const changeIntervalMs = 200;
/** The app's own: what its other connections are subscribed to is theirs. */
export const ownConnection = 1;

const vaultCodes: readonly ErrorCode[] = [
  'vault_locked',
  'vault_waiting',
  'keychain_locked',
  'keychain_unavailable',
];

/** What this needs of the live connections. */
export interface Subscriber {
  list(): readonly Pick<Connection, 'profileId' | 'connection' | 'state' | 'subscriptions'>[];
  subscribe(input: { profileId: string; channel: string }): unknown;
  unsubscribe(input: { profileId: string; channel: string }): unknown;
}

export interface AppChannelsOptions {
  readonly api: Pick<HttpApi, 'request'>;
  readonly live: Subscriber;
  readonly choices: ChoiceBook;
  readonly onChanged: (status: ChannelsStatus) => void;
  /** Told of what nobody expected. */
  readonly onBug: (error: unknown) => void;
  /** Of the pace; for tests, a second may be shorter. */
  readonly secondMs: number;
  readonly now: () => number;
}

interface Answer {
  readonly at: number;
  readonly prefix: string;
  readonly found: number;
  readonly channels: ReadonlyMap<string, Counts>;
}

export class AppChannels {
  readonly #options: AppChannelsOptions;
  readonly #questions: ChannelQuestions;
  readonly #changes: Throttle;
  #profile: Profile;
  #choices: ChannelChoices;
  #watchers = 0;
  #answer: Answer | undefined;
  #failure: QuestionFailure | undefined;
  #failuresInARow = 0;
  #asking: { readonly done: Promise<void>; readonly abort: AbortController } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #subscriptions: ReadonlyMap<string, Subscription> = new Map();
  #subscriptionsText = '';
  #isConnected = false;
  /** Channels that a pattern subscribed to. */
  readonly #byPattern = new Map<string, string>();
  /** Channels that match a pattern, and that the user unsubscribed from all the same. */
  readonly #declined = new Set<string>();
  #leftOut = 0;
  #revision = 0;
  #isClosed = false;

  constructor(profile: Profile, options: AppChannelsOptions) {
    this.#profile = profile;
    this.#options = options;
    this.#questions = new ChannelQuestions(options.api);
    this.#choices = options.choices.read(profile.profileId);
    this.#changes = new Throttle(changeIntervalMs, () => options.onChanged(this.status()));
    this.connectionChanged();
  }

  get revision(): number {
    return this.#revision;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  status(): ChannelsStatus {
    const { paceSeconds, prefix, favourites, patterns } = this.#choices;
    const perPattern = new Map<string, number>();
    for (const pattern of this.#byPattern.values()) {
      perPattern.set(pattern, (perPattern.get(pattern) ?? 0) + 1);
    }
    return {
      profileId: this.#profile.profileId,
      paceSeconds,
      prefix,
      isAsking: this.#asking !== undefined,
      isRunning: this.#isRunning,
      answeredAt: this.#answer?.at ?? null,
      found: this.#answer?.found ?? 0,
      kept: this.#answer?.channels.size ?? 0,
      failure: this.#failure ?? null,
      requests: this.#questions.requests,
      requestsPerMinute: this.#isRunning
        ? (60 / (this.#delayMs / this.#options.secondMs)) * this.#questions.requestsPerAnswer
        : 0,
      areCountsRefused: this.#questions.areCountsRefused,
      favourites: favourites.length,
      patterns: patterns.map((pattern) => ({ pattern, subscribed: perPattern.get(pattern) ?? 0 })),
      leftOut: this.#leftOut,
      revision: this.#revision,
    };
  }

  /** Every channel that is known, whether it is occupied now or not. */
  names(show: 'all' | 'subscribed' | 'favourites'): Set<string> {
    if (show === 'subscribed') return new Set(this.#subscriptions.keys());
    if (show === 'favourites') return new Set(this.#choices.favourites);
    return new Set([
      ...(this.#answer?.channels.keys() ?? []),
      ...this.#subscriptions.keys(),
      ...this.#choices.favourites,
    ]);
  }

  facts(channel: string): Omit<ChannelFacts, 'rate'> {
    const answer = this.#answer;
    const counts = answer?.channels.get(channel);
    const subscription = this.#subscriptions.get(channel);
    const isCovered = answer && channel.startsWith(answer.prefix) && answer.found === answer.channels.size;
    return {
      channel,
      isOccupied: counts ? true : isCovered ? false : null,
      subscriptions: counts?.subscriptions ?? null,
      users: counts?.users ?? null,
      isFavourite: this.#choices.favourites.includes(channel),
      state: subscription?.state ?? null,
      reason: subscription?.reason ?? null,
      pattern: this.#byPattern.get(channel) ?? null,
    };
  }

  watch(): void {
    this.#watchers++;
    this.#reschedule();
  }

  unwatch(): void {
    // The app may have been removed and come back since.
    this.#watchers = Math.max(0, this.#watchers - 1);
    this.#reschedule();
  }

  choose(changes: { readonly paceSeconds?: Pace | undefined; readonly prefix?: string | undefined }): void {
    const { paceSeconds = this.#choices.paceSeconds, prefix = this.#choices.prefix } = changes;
    const isOtherPrefix = prefix !== this.#choices.prefix;
    this.#save({ ...this.#choices, paceSeconds, prefix });
    this.#retry();
    if (isOtherPrefix) void this.ask();
  }

  /** Never throws: how it went is in the status. */
  ask(): Promise<void> {
    this.#asking?.abort.abort();
    clearTimeout(this.#timer);
    const abort = new AbortController();
    const asking = { abort, done: this.#ask(abort.signal) };
    this.#asking = asking;
    this.#tell();
    return asking.done.finally(() => {
      if (this.#asking !== asking) return;
      this.#asking = undefined;
      this.#tell();
      this.#reschedule();
    });
  }

  describe(channel: string, signal: AbortSignal) {
    return this.#questions.describe(this.#profile, channel, signal);
  }

  setFavourite(channel: string, isFavourite: boolean): void {
    const others = this.#choices.favourites.filter((each) => each !== channel);
    if (isFavourite && others.length >= favouriteLimit) {
      throw new AppError('conflict', `At most ${favouriteLimit} favourites are kept for an app.`, {
        hint: 'Take one out first.',
      });
    }
    this.#save({ ...this.#choices, favourites: isFavourite ? [...others, channel].sort() : others });
  }

  addPattern(pattern: string): void {
    const problem = patternProblem(pattern);
    if (problem !== undefined) throw new AppError('invalid_input', problem);
    const { patterns } = this.#choices;
    if (patterns.includes(pattern)) return;
    if (patterns.length >= patternLimit) {
      throw new AppError('conflict', `At most ${patternLimit} patterns are kept for an app.`, {
        hint: 'Remove one first.',
      });
    }
    for (const channel of this.#declined) {
      if (matchesPattern(pattern, channel)) this.#declined.delete(channel);
    }
    this.#save({ ...this.#choices, patterns: [...patterns, pattern] });
    this.connectionChanged();
    this.#applyPatterns();
    this.#reschedule();
  }

  removePattern(pattern: string, isUnsubscribing: boolean): void {
    const patterns = this.#choices.patterns.filter((each) => each !== pattern);
    this.#save({ ...this.#choices, patterns });
    const { profileId } = this.#profile;
    for (const [channel, by] of [...this.#byPattern]) {
      if (by !== pattern) continue;
      const other = patterns.find((each) => matchesPattern(each, channel));
      if (other !== undefined) this.#byPattern.set(channel, other);
      else {
        this.#byPattern.delete(channel);
        if (isUnsubscribing) this.#options.live.unsubscribe({ profileId, channel });
      }
    }
    this.#applyPatterns();
    this.connectionChanged();
    this.#reschedule();
  }

  /** By the user: a pattern leaves this channel alone from now on. */
  unsubscribed(channel: string): void {
    this.#byPattern.delete(channel);
    if (this.#choices.patterns.some((pattern) => matchesPattern(pattern, channel))) {
      this.#declined.add(channel);
    }
    this.connectionChanged();
  }

  subscribed(channel: string): void {
    this.#byPattern.delete(channel);
    this.#declined.delete(channel);
    this.connectionChanged();
  }

  /** Told of each change a moment later than it happens, so it is also called where that would be too late. */
  connectionChanged(): void {
    const { profileId } = this.#profile;
    const own = this.#options.live
      .list()
      .filter((each) => each.profileId === profileId && each.connection === ownConnection);
    const isConnected = own.some(({ state }) => state === 'connected');
    const subscriptions = own.flatMap((connection) => connection.subscriptions);
    const text = JSON.stringify(subscriptions.map(({ channel, state, reason }) => [channel, state, reason]));
    if (text === this.#subscriptionsText && isConnected === this.#isConnected) return;
    const hasConnected = isConnected && !this.#isConnected;
    this.#subscriptionsText = text;
    this.#subscriptions = new Map(subscriptions.map((each) => [each.channel, each]));
    this.#isConnected = isConnected;
    for (const channel of this.#byPattern.keys()) {
      if (!this.#subscriptions.has(channel)) this.#byPattern.delete(channel);
    }
    this.#changed();
    if (hasConnected) this.#applyPatterns();
    this.#reschedule();
  }

  profileChanged(profile: Profile): void {
    const before = this.#profile;
    this.#profile = profile;
    const of = ({ appId, key, location }: Profile) => JSON.stringify([appId, key, location]);
    if (of(before) === of(profile)) return;
    this.#answer = undefined;
    this.#changed();
    this.#retry();
  }

  /** The vault was opened, or a secret entered: what failed for want of it may be answered now. */
  mayBeAnswered(): void {
    if (this.#failure && this.#failure.next !== 'later') this.#retry();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#asking?.abort.abort();
    this.#changes.cancel();
  }

  get #isRunning(): boolean {
    const { paceSeconds, patterns } = this.#choices;
    const isWanted = this.#watchers > 0 || (patterns.length > 0 && this.#isConnected);
    const isStuck = this.#failure !== undefined && this.#failure.next !== 'later';
    return paceSeconds > 0 && isWanted && !isStuck && !this.#isClosed;
  }

  get #delayMs(): number {
    const paceMs = this.#choices.paceSeconds * this.#options.secondMs;
    return Math.min(paceMs * 2 ** Math.min(this.#failuresInARow, 16), Math.max(backOffLimitMs, paceMs));
  }

  #retry(): void {
    this.#failure = undefined;
    this.#failuresInARow = 0;
    this.#tell();
    this.#reschedule();
  }

  #reschedule(): void {
    clearTimeout(this.#timer);
    if (!this.#isRunning || this.#asking) return;
    const lastAt = Math.max(this.#answer?.at ?? 0, this.#failure?.at ?? 0);
    const waitMs = Math.min(Math.max(0, lastAt + this.#delayMs - this.#options.now()), this.#delayMs);
    this.#timer = setTimeout(() => void this.ask(), waitMs);
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { prefix } = this.#choices;
    try {
      const channels = await this.#questions.list(this.#profile, prefix, signal);
      if (signal.aborted) return;
      const kept = channels.size > keptLimit ? new Map([...channels].slice(0, keptLimit)) : channels;
      this.#answer = { at: this.#options.now(), prefix, found: channels.size, channels: kept };
      this.#failure = undefined;
      this.#failuresInARow = 0;
      this.#changed();
      this.connectionChanged();
      this.#applyPatterns();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof AppError)) this.#options.onBug(error);
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failuresInARow++;
    const at = this.#options.now();
    if (!(error instanceof AppError) || error.code === 'internal') {
      const message = 'Something went wrong inside Latchkey while it asked.';
      this.#failure = { at, message, hint: null, next: 'by-hand' };
      return;
    }
    const next = vaultCodes.includes(error.code) ? 'vault' : error.retryable ? 'later' : 'by-hand';
    this.#failure = { at, message: error.message, hint: error.hint ?? null, next };
  }

  /** Names come from what the server told last: a channel is subscribed to when it has been seen there. */
  #applyPatterns(): void {
    const { profileId } = this.#profile;
    this.#leftOut = 0;
    if (!this.#isConnected || this.#choices.patterns.length === 0) return;
    for (const channel of this.#answer?.channels.keys() ?? []) {
      const pattern = this.#choices.patterns.find((each) => matchesPattern(each, channel));
      if (pattern === undefined || this.#subscriptions.has(channel) || this.#byPattern.has(channel)) continue;
      if (this.#declined.has(channel) || channelNameProblem(channel)?.severity === 'error') continue;
      if (this.#byPattern.size >= patternSubscriptionLimit) {
        this.#leftOut++;
        continue;
      }
      try {
        this.#options.live.subscribe({ profileId, channel });
        this.#byPattern.set(channel, pattern);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        // No more subscriptions are kept, or it is a name that can't be subscribed to: said as a number.
        this.#leftOut++;
      }
    }
    this.connectionChanged();
  }

  #save(choices: ChannelChoices): void {
    this.#options.choices.write(this.#profile.profileId, choices);
    this.#choices = choices;
    this.#changed();
  }

  /** What the lines show has changed. */
  #changed(): void {
    this.#revision++;
    this.#tell();
  }

  #tell(): void {
    if (!this.#isClosed) this.#changes.request();
  }
}
