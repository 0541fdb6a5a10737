/** What one connection is subscribed to, or waits to be: the states of the contract, kept over reconnects. */
import type { Subscription, SubscriptionState } from '#shared/contract/live.ts';
import type { Member } from '#shared/contract/presence.ts';
import { isPresence, needsAuthorization } from '#shared/protocol/channels.ts';
import type { Dialect } from '#shared/protocol/dialects.ts';
import { MemberTable } from './member-table.ts';
import type { OwnMember } from './own-member.ts';
import { PresenceTimeline } from './presence-timeline.ts';
import type { MemberPair, ProtocolMessage } from './protocol-messages.ts';
import * as reasons from './reasons.ts';

/** A message about one channel. */
export type ChannelMessage = Extract<ProtocolMessage, { readonly channel: string }>;

export interface Entry {
  readonly channel: string;
  /** On presence channels: who joins, as the JSON text that is signed byte for byte. */
  readonly channelData: string | undefined;
  readonly ownUserId: string | null;
  readonly members: MemberTable | undefined;
  readonly timeline: PresenceTimeline;
  state: SubscriptionState;
  reason: string | null;
  count: number | null;
  /** The server has been asked on this connection. */
  isSent: boolean;
  silenceTimer: NodeJS.Timeout | undefined;
}

export interface KnownMembers {
  readonly isSubscribed: boolean;
  readonly ownUserId: string | null;
  readonly members: Member[];
}

/** The same without a copy: it changes as members come and go. */
export interface KnownPresence {
  readonly ownUserId: string | null;
  readonly table: MemberTable;
  readonly timeline: PresenceTimeline;
}

export interface SubscriptionsOptions {
  readonly answerTimeoutMs: number;
  now(): number;
  onChanged(): void;
  onPresenceChanged(channel: string): void;
  /** More members than are kept. */
  onNoRoom(channel: string): void;
}

export class Subscriptions {
  readonly #entries = new Map<string, Entry>();
  readonly #options: SubscriptionsOptions;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(channel: string): Entry | undefined {
    return this.#entries.get(channel);
  }

  all(): Entry[] {
    return [...this.#entries.values()];
  }

  list(): Subscription[] {
    return this.all().map(({ channel, state, reason, count }) => ({ channel, state, reason, count }));
  }

  add(channel: string, own: OwnMember | undefined): Entry {
    const entry: Entry = {
      channel,
      channelData: own?.channelData,
      ownUserId: own?.userId ?? null,
      members: isPresence(channel) ? new MemberTable() : undefined,
      timeline: new PresenceTimeline(),
      state: 'waiting-for-connection',
      reason: null,
      count: null,
      isSent: false,
      silenceTimer: undefined,
    };
    this.#entries.set(channel, entry);
    this.#options.onChanged();
    return entry;
  }

  remove(entry: Entry): void {
    clearTimeout(entry.silenceTimer);
    this.#entries.delete(entry.channel);
    this.#options.onChanged();
    if (entry.members) this.#options.onPresenceChanged(entry.channel);
  }

  become(entry: Entry, state: SubscriptionState, reason: string | null = null): void {
    if (state !== 'pending') clearTimeout(entry.silenceTimer);
    // A server may still agree after what looked like its refusal.
    if (state !== 'subscribed' && state !== 'failed') entry.isSent = false;
    if (state !== 'subscribed') entry.count = null;
    entry.state = state;
    entry.reason = reason;
    this.#options.onChanged();
  }

  /** The server has been asked. Not every server answers when it refuses. */
  sent(entry: Entry, dialect: Dialect): void {
    clearTimeout(entry.silenceTimer);
    entry.isSent = true;
    entry.silenceTimer = setTimeout(() => {
      if (entry.state !== 'pending' || entry.reason !== null) return;
      this.explain(entry, reasons.silenceText(entry.channel, dialect, this.#options.answerTimeoutMs));
    }, this.#options.answerTimeoutMs);
  }

  explain(entry: Entry, reason: string): void {
    entry.reason = reason;
    this.#options.onChanged();
  }

  connectionLost(): void {
    for (const entry of this.#entries.values()) {
      if (entry.state === 'subscribed' && entry.members) entry.timeline.lost(this.#options.now());
      this.become(entry, 'waiting-for-connection');
      if (entry.members) this.#options.onPresenceChanged(entry.channel);
    }
  }

  members(channel: string): KnownMembers {
    const entry = this.#entries.get(channel);
    const isSubscribed = entry?.state === 'subscribed';
    return {
      isSubscribed,
      ownUserId: entry?.ownUserId ?? null,
      members: isSubscribed ? (entry.members?.list() ?? []) : [],
    };
  }

  /** Undefined: not subscribed, so that nothing is known. */
  presence(channel: string): KnownPresence | undefined {
    const entry = this.#entries.get(channel);
    if (entry?.state !== 'subscribed' || !entry.members) return undefined;
    return { ownUserId: entry.ownUserId, table: entry.members, timeline: entry.timeline };
  }

  /** @returns Whether pusher-js may have it: it breaks on answers for channels that it did not ask for. */
  receive(message: ChannelMessage): boolean {
    const entry = this.#entries.get(message.channel);
    if (!entry?.isSent) return false;
    if (message.kind === 'subscribed') {
      this.become(entry, 'subscribed');
      this.#updateMembers(entry, (members, atMs) => {
        noteFirstMembers(entry.timeline, members, message.members ?? [], atMs);
        return members.replace(message.members ?? [], entry.ownUserId ?? '', atMs);
      });
      return true;
    }
    if (message.kind === 'subscription-error') {
      this.become(entry, 'failed', reasons.refusedSubscriptionText(message.status));
    } else if (entry.state === 'subscribed') this.#receiveWhileSubscribed(entry, message);
    return false;
  }

  /**
   * An error that names no channel came: it is about one of those that wait for an answer. If there is no doubt which,
   * that one failed; otherwise each is told, and those that succeed forget it.
   */
  blame(code: number | null, serverText: string, dialect: Dialect): void {
    const waiting = this.all().filter(
      ({ state, isSent, channel }) => state === 'pending' && isSent && needsAuthorization(channel),
    );
    const named = waiting
      .filter(({ channel }) => serverText.includes(channel))
      .sort((one, other) => other.channel.length - one.channel.length)[0];
    const [certain] = named ? [named] : waiting.length === 1 ? waiting : [];
    if (certain) {
      this.become(certain, 'failed', reasons.blameText(code, true, dialect));
      return;
    }
    for (const entry of waiting) this.explain(entry, reasons.blameText(code, false, dialect));
  }

  /** Asked for with a signature, unanswered. */
  get isSignatureDue(): boolean {
    return this.all().some(
      ({ state, isSent, channel }) => state === 'pending' && isSent && needsAuthorization(channel),
    );
  }

  close(): void {
    for (const { silenceTimer } of this.#entries.values()) clearTimeout(silenceTimer);
  }

  #receiveWhileSubscribed(entry: Entry, message: ChannelMessage): void {
    switch (message.kind) {
      case 'count':
        entry.count = message.count;
        this.#options.onChanged();
        break;
      case 'member-added':
        this.#updateMembers(entry, (members, atMs) => {
          const [userId] = message.member;
          if (!members.get(userId)) entry.timeline.joined(userId, atMs);
          return members.add(message.member, atMs);
        });
        break;
      case 'member-removed':
        this.#updateMembers(entry, (members, atMs) => {
          const member = members.get(message.userId);
          if (member) entry.timeline.left(message.userId, atMs, member.joinedAt);
          return members.remove(message.userId);
        });
        break;
    }
  }

  /** @param update Answers whether there was room for what the server told. */
  #updateMembers(entry: Entry, update: (members: MemberTable, atMs: number) => boolean): void {
    const { members, channel } = entry;
    if (!members) return;
    const hadRoom = update(members, this.#options.now());
    entry.count = members.size;
    this.#options.onChanged();
    this.#options.onPresenceChanged(channel);
    if (!hadRoom) this.#options.onNoRoom(channel);
  }
}

/** The first list of a subscription; or the first after a gap, which tells who came and went unseen. */
function noteFirstMembers(
  timeline: PresenceTimeline,
  before: MemberTable,
  pairs: readonly MemberPair[],
  atMs: number,
): void {
  const ids = new Set(pairs.map(([userId]) => userId));
  if (timeline.hasBegun) {
    for (const { userId, joinedAt } of before.list()) {
      if (!ids.has(userId)) timeline.left(userId, atMs, joinedAt, true);
    }
    for (const userId of ids) {
      if (!before.get(userId)) timeline.joined(userId, atMs, true);
    }
  }
  timeline.began(atMs, ids.size);
}
