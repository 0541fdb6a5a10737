/**
 * Who is subscribed to what in one app, and what they are told: members, counts, cached events. Knows no sockets:
 * a subscriber is anything that takes a frame.
 */
import { isCache, isPresence } from '#shared/protocol/channels.ts';
import { eventFrame, protocolFrame } from './frames.ts';

/** Cached events are kept this long, and this many of them. Source: the Channels docs, "cache channels". */
const cacheLifetimeMs = 30 * 60_000;
const cachedEventsLimit = 1000;
/** Above this many subscribers the count is told only now and then. */
const exactCountLimit = 100;
const countIntervalMs = 5000;

export interface Subscriber {
  readonly socketId: string;
  send(frame: string): void;
}

export interface Member {
  readonly userId: string;
  readonly userInfo: unknown;
}

export interface CachedEvent {
  readonly data: string;
  /** Seconds that it is still kept. */
  readonly ttl: number;
}

interface Channel {
  readonly subscribers: Map<Subscriber, Member | undefined>;
  /** Presence channels only. One user may have several connections; the first one's info is shown. */
  readonly members: Map<string, { readonly userInfo: unknown; connections: number }>;
  countToldAt: number;
  isCountDue: boolean;
}

export type SubscribeOutcome = 'subscribed' | 'already-subscribed' | 'full';

export interface ChannelRegistryOptions {
  readonly now: () => number;
  /** Tell subscribers how many they are, on channels without presence. An option of the app on hosted servers too. */
  readonly hasSubscriptionCounts: boolean;
  /** Of each presence channel. */
  readonly memberLimit: number;
}

export class ChannelRegistry {
  readonly #channels = new Map<string, Channel>();
  readonly #cache = new Map<
    string,
    { readonly frame: string; readonly data: string; readonly until: number }
  >();
  readonly #now: () => number;
  readonly #hasSubscriptionCounts: boolean;
  readonly #memberLimit: number;

  constructor(options: ChannelRegistryOptions) {
    this.#now = options.now;
    this.#hasSubscriptionCounts = options.hasSubscriptionCounts;
    this.#memberLimit = options.memberLimit;
  }

  /** @param member Who joins, on presence channels. */
  subscribe(name: string, subscriber: Subscriber, member?: Member): SubscribeOutcome {
    const channel = this.#channels.get(name) ?? newChannel();
    if (channel.subscribers.has(subscriber)) return 'already-subscribed';
    const isNewMember = member !== undefined && !channel.members.has(member.userId);
    if (isNewMember && channel.members.size >= this.#memberLimit) return 'full';

    if (member && isNewMember) {
      this.#tell(channel, protocolFrame('pusher_internal:member_added', memberData(member), name));
    }
    this.#channels.set(name, channel);
    channel.subscribers.set(subscriber, member);
    if (member) countIn(channel, member);

    const data = isPresence(name) ? { presence: presenceData(channel) } : {};
    subscriber.send(protocolFrame('pusher_internal:subscription_succeeded', data, name));
    this.#tellCount(name, channel);
    if (isCache(name)) {
      subscriber.send(this.#cached(name)?.frame ?? protocolFrame('pusher:cache_miss', {}, name));
    }
    return 'subscribed';
  }

  /** Does nothing for someone who is not subscribed. */
  unsubscribe(name: string, subscriber: Subscriber): void {
    const channel = this.#channels.get(name);
    if (!channel?.subscribers.has(subscriber)) return;
    const member = channel.subscribers.get(subscriber);
    channel.subscribers.delete(subscriber);
    if (member && countOut(channel, member)) {
      this.#tell(channel, protocolFrame('pusher_internal:member_removed', { user_id: member.userId }, name));
    }
    if (channel.subscribers.size === 0) this.#channels.delete(name);
    else this.#tellCount(name, channel);
  }

  isSubscribed(name: string, subscriber: Subscriber): boolean {
    return this.#channels.get(name)?.subscribers.has(subscriber) ?? false;
  }

  member(name: string, subscriber: Subscriber): Member | undefined {
    return this.#channels.get(name)?.subscribers.get(subscriber);
  }

  /** An event of the HTTP API: kept, if the channel is a cache channel, and sent to all but one. */
  publish(name: string, event: string, data: string, exceptSocketId?: string): void {
    const frame = eventFrame(event, name, data);
    if (isCache(name)) this.#remember(name, frame, data);
    this.broadcast(name, frame, exceptSocketId);
  }

  broadcast(name: string, frame: string, exceptSocketId?: string): void {
    const channel = this.#channels.get(name);
    if (channel) this.#tell(channel, frame, exceptSocketId);
  }

  /** Names of channels with subscribers. A user's own channel is not one of them. */
  occupied(prefix = ''): string[] {
    return [...this.#channels.keys()].filter((name) => name.startsWith(prefix) && !name.startsWith('#'));
  }

  isOccupied(name: string): boolean {
    return this.#channels.has(name);
  }

  subscriptionCount(name: string): number {
    return this.#channels.get(name)?.subscribers.size ?? 0;
  }

  userIds(name: string): string[] {
    return [...(this.#channels.get(name)?.members.keys() ?? [])];
  }

  cachedEvent(name: string): CachedEvent | undefined {
    const entry = this.#cached(name);
    return entry && { data: entry.data, ttl: Math.ceil((entry.until - this.#now()) / 1000) };
  }

  /** Tells counts that were held back, and forgets cached events that are too old. */
  sweep(): void {
    for (const [name, channel] of this.#channels) if (channel.isCountDue) this.#tellCount(name, channel);
    for (const name of [...this.#cache.keys()]) this.#cached(name);
  }

  #tell(channel: Channel, frame: string, exceptSocketId?: string): void {
    for (const subscriber of channel.subscribers.keys()) {
      if (subscriber.socketId !== exceptSocketId) subscriber.send(frame);
    }
  }

  #tellCount(name: string, channel: Channel): void {
    if (!this.#hasSubscriptionCounts || isPresence(name) || name.startsWith('#')) return;
    const now = this.#now();
    channel.isCountDue =
      channel.subscribers.size > exactCountLimit && now - channel.countToldAt < countIntervalMs;
    if (channel.isCountDue) return;
    channel.countToldAt = now;
    const data = { subscription_count: channel.subscribers.size };
    this.#tell(channel, protocolFrame('pusher_internal:subscription_count', data, name));
  }

  #remember(name: string, frame: string, data: string): void {
    this.#cache.delete(name);
    this.#cache.set(name, { frame, data, until: this.#now() + cacheLifetimeMs });
    const oldest = this.#cache.keys().next();
    if (this.#cache.size > cachedEventsLimit && !oldest.done) this.#cache.delete(oldest.value);
  }

  #cached(name: string) {
    const entry = this.#cache.get(name);
    if (!entry || entry.until > this.#now()) return entry;
    this.#cache.delete(name);
    return undefined;
  }
}

function newChannel(): Channel {
  return { subscribers: new Map(), members: new Map(), countToldAt: 0, isCountDue: false };
}

function countIn(channel: Channel, member: Member): void {
  const known = channel.members.get(member.userId);
  if (known) known.connections++;
  else channel.members.set(member.userId, { userInfo: member.userInfo, connections: 1 });
}

/** @returns That was the user's last connection. */
function countOut(channel: Channel, member: Member): boolean {
  const known = channel.members.get(member.userId);
  if (!known) return false;
  known.connections--;
  return known.connections === 0 && channel.members.delete(member.userId);
}

function memberData(member: Member): unknown {
  const { userId, userInfo } = member;
  return userInfo === undefined ? { user_id: userId } : { user_id: userId, user_info: userInfo };
}

/** `fromEntries` keeps a user id such as `__proto__` a plain property. */
function presenceData(channel: Channel): unknown {
  const ids = [...channel.members.keys()];
  const hash = Object.fromEntries([...channel.members].map(([id, { userInfo }]) => [id, userInfo ?? null]));
  return { count: ids.length, ids, hash };
}
