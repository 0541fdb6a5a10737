/** Which channels each app has: the contract's calls, and what other features tell. */
import {
  type ChannelsStatus,
  type Pace,
  rateBarCount,
  rateBarMs,
  type ShownChannels,
} from '#shared/contract/channels.ts';
import type { CallOutput } from '#shared/contract/index.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { isCache } from '#shared/protocol/channels.ts';
import type { ChannelRates, RateQuestion } from '../history/index.ts';
import type { HttpApi } from '../http-api/index.ts';
import type { Preferences } from '../storage/index.ts';
import { AppChannels, ownConnection, type Subscriber } from './app-channels.ts';
import { buildTree, type TreeLine, toLine, treeLines } from './channel-tree.ts';
import { ChoiceBook } from './choices.ts';

export type { Subscriber } from './app-channels.ts';

export interface ChannelsOptions {
  readonly profiles: { get(profileId: string): Profile };
  readonly api: Pick<HttpApi, 'request'>;
  readonly live: Subscriber;
  readonly history: {
    channelRates(profileId: string, question: RateQuestion): Promise<ChannelRates>;
    lastSeen(profileId: string, channel: string, event: string): Promise<number | null>;
  };
  readonly preferences: Preferences;
  /** At most five times a second for each app. */
  readonly onChanged: (status: ChannelsStatus) => void;
  readonly onBug: (error: unknown) => void;
  readonly secondMs?: number;
  readonly now?: () => number;
}

export interface LinesQuestion {
  readonly profileId: string;
  readonly search: string;
  readonly show: ShownChannels;
  readonly toggled: readonly string[];
  readonly start: number;
  readonly count: number;
}

interface ByUser {
  readonly profileId: string;
  readonly connection?: number | undefined;
  readonly channel: string;
}

/** Windows, or screens in turn, that ask for different lines of one app. */
const shapesPerApp = 4;
/** Rates are counted anew after this. */
const ratesForMs = 1000;

interface Shape {
  readonly revision: number;
  readonly lines: readonly TreeLine[];
  readonly matched: number;
  readonly known: number;
}

interface Kept {
  readonly app: AppChannels;
  readonly shapes: Map<string, Shape>;
  rates:
    | { readonly atMs: number; readonly bars: Promise<ReadonlyMap<string, readonly number[]>> }
    | undefined;
}

export class Channels {
  readonly #options: ChannelsOptions;
  readonly #choices: ChoiceBook;
  readonly #now: () => number;
  readonly #apps = new Map<string, Kept>();

  constructor(options: ChannelsOptions) {
    this.#options = options;
    this.#choices = new ChoiceBook(options.preferences);
    this.#now = options.now ?? Date.now;
  }

  watch(profileId: string): ChannelsStatus {
    const { app } = this.#kept(profileId);
    app.watch();
    return app.status();
  }

  unwatch(profileId: string): void {
    this.#apps.get(profileId)?.app.unwatch();
  }

  choose({
    profileId,
    ...changes
  }: {
    profileId: string;
    paceSeconds?: Pace | undefined;
    prefix?: string | undefined;
  }): ChannelsStatus {
    const { app } = this.#kept(profileId);
    app.choose(changes);
    return app.status();
  }

  async askNow(profileId: string): Promise<ChannelsStatus> {
    const { app } = this.#kept(profileId);
    await app.ask();
    return app.status();
  }

  async lines({
    profileId,
    start,
    count,
    ...question
  }: LinesQuestion): Promise<CallOutput<'channels.lines'>> {
    const kept = this.#kept(profileId);
    const rates = await this.#rates(profileId, kept);
    const { app } = kept;
    const { lines, matched, known } = this.#shape(kept, question);
    const factsOf = (channel: string) => {
      const facts = app.facts(channel);
      return { ...facts, rate: facts.state === null ? null : [...(rates.get(channel) ?? quiet)] };
    };
    return {
      start,
      lines: lines.slice(start, start + count).map((line) => toLine(line, factsOf)),
      total: lines.length,
      matched,
      known,
    };
  }

  async describe(
    { profileId, channel }: { profileId: string; channel: string },
    signal: AbortSignal,
  ): Promise<CallOutput<'channels.describe'>> {
    const described = await this.#kept(profileId).app.describe(channel, signal);
    return { at: this.#now(), ...described };
  }

  async cacheMiss({ profileId, channel }: { profileId: string; channel: string }): Promise<{
    at: number | null;
  }> {
    if (!isCache(channel)) return { at: null };
    return { at: await this.#options.history.lastSeen(profileId, channel, 'pusher:cache_miss') };
  }

  setFavourite(input: { profileId: string; channel: string; isFavourite: boolean }): ChannelsStatus {
    const { app } = this.#kept(input.profileId);
    app.setFavourite(input.channel, input.isFavourite);
    return app.status();
  }

  addPattern({ profileId, pattern }: { profileId: string; pattern: string }): ChannelsStatus {
    const { app } = this.#kept(profileId);
    app.addPattern(pattern);
    return app.status();
  }

  removePattern(input: { profileId: string; pattern: string; isUnsubscribing: boolean }): ChannelsStatus {
    const { app } = this.#kept(input.profileId);
    app.removePattern(input.pattern, input.isUnsubscribing);
    return app.status();
  }

  /** By the user, and not by a pattern. */
  subscribed({ profileId, connection = ownConnection, channel }: ByUser): void {
    if (connection === ownConnection) this.#apps.get(profileId)?.app.subscribed(channel);
  }

  /** By the user: a pattern does not subscribe to it again. */
  unsubscribed({ profileId, connection = ownConnection, channel }: ByUser): void {
    if (connection === ownConnection) this.#apps.get(profileId)?.app.unsubscribed(channel);
  }

  /** An app with patterns is begun with its first connection, whether its channels are looked at or not. */
  connectionChanged({ profileId }: { readonly profileId: string }): void {
    const known = this.#apps.get(profileId);
    if (known) known.app.connectionChanged();
    else if (this.#choices.read(profileId).patterns.length > 0) this.#kept(profileId);
  }

  vaultUnlocked(): void {
    for (const { app } of this.#apps.values()) app.mayBeAnswered();
  }

  credentialsChanged(profileId: string): void {
    this.#apps.get(profileId)?.app.mayBeAnswered();
  }

  profileChanged(profile: Profile): void {
    this.#apps.get(profile.profileId)?.app.profileChanged(profile);
  }

  /** The app was removed, and may come back. */
  forget(profileId: string): void {
    this.#apps.get(profileId)?.app.close();
    this.#apps.delete(profileId);
  }

  /** The app is gone for good, and what was chosen for it as well. */
  purge(profileId: string): void {
    this.forget(profileId);
    this.#choices.remove(profileId);
  }

  close(): void {
    for (const profileId of [...this.#apps.keys()]) this.forget(profileId);
  }

  #kept(profileId: string): Kept {
    const known = this.#apps.get(profileId);
    if (known) return known;
    const { profiles, api, live, onChanged, onBug, secondMs = 1000 } = this.#options;
    const app = new AppChannels(profiles.get(profileId), {
      api,
      live,
      choices: this.#choices,
      onChanged,
      onBug,
      secondMs,
      now: this.#now,
    });
    const kept: Kept = { app, shapes: new Map(), rates: undefined };
    this.#apps.set(profileId, kept);
    return kept;
  }

  #shape(
    { app, shapes }: Kept,
    { search, show, toggled }: Pick<LinesQuestion, 'search' | 'show' | 'toggled'>,
  ): Shape {
    const key = JSON.stringify([show, search, toggled]);
    const known = shapes.get(key);
    if (known?.revision === app.revision) return known;
    const names = app.names(show);
    const wanted = search.trim().toLowerCase();
    const found = wanted === '' ? names : [...names].filter((name) => name.toLowerCase().includes(wanted));
    const tree = buildTree(found);
    const shape: Shape = {
      revision: app.revision,
      lines: treeLines(tree, new Set(toggled), wanted !== ''),
      matched: tree.reduce((sum, { channels }) => sum + channels, 0),
      known: names.size,
    };
    shapes.delete(key);
    shapes.set(key, shape);
    const [oldest] = shapes.keys();
    if (shapes.size > shapesPerApp && oldest !== undefined) shapes.delete(oldest);
    return shape;
  }

  #rates(profileId: string, kept: Kept): Promise<ReadonlyMap<string, readonly number[]>> {
    if (!kept.app.isConnected) return Promise.resolve(new Map());
    const nowMs = this.#now();
    if (kept.rates && nowMs - kept.rates.atMs < ratesForMs) return kept.rates.bars;
    const bars = this.#options.history
      .channelRates(profileId, { barMs: rateBarMs, barCount: rateBarCount, nowMs })
      .then(
        (found) => new Map(found),
        (error: unknown) => {
          // Without the log there is no rate; the channels are there all the same.
          if (!(error instanceof AppError)) this.#options.onBug(error);
          return new Map<string, readonly number[]>();
        },
      );
    kept.rates = { atMs: nowMs, bars };
    return bars;
  }
}

const quiet: readonly number[] = Array.from({ length: rateBarCount }, () => 0);
