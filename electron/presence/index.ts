/** Who is on presence channels: the contract's calls. */
import type { CallOutput } from '#shared/contract/index.ts';
import { differenceLimit, type PresenceSource } from '#shared/contract/presence.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { Identity, KnownPresence } from '../live/index.ts';
import type { PresencePoll } from './presence-poll.ts';
import { SilentWatch } from './silent-watch.ts';

export { PresencePoll } from './presence-poll.ts';

export interface PresenceOptions {
  readonly profiles: { get(profileId: string): Profile };
  readonly poll: PresencePoll;
  readonly live: {
    presence(where: OwnWhere): KnownPresence | undefined;
    identities(where: Where): Identity[];
  };
  readonly describe: (
    where: Where,
    signal: AbortSignal,
  ) => Promise<{ readonly subscriptions: number | null }>;
  /** Rows of a silent view have changed. */
  readonly onChanged: (where: Where) => void;
}

interface Where {
  readonly profileId: string;
  readonly channel: string;
}

interface OwnWhere extends Where {
  readonly connection?: number | undefined;
}

interface RowsQuestion extends OwnWhere {
  readonly source: PresenceSource;
  readonly search: string;
  readonly start: number;
  readonly count: number;
}

/** Channels that are watched silently; who was asked about longest ago is forgotten beyond it. */
const watchLimit = 20;

export class Presence {
  readonly #options: PresenceOptions;
  readonly #watches = new Map<string, SilentWatch>();

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  members(question: RowsQuestion): CallOutput<'presence.members'> {
    const { start } = question;
    const known = this.#known(question);
    const own = this.#options.live.identities(question);
    if (!known) return { isKnown: false, ownUserId: null, own, start, members: [], matched: 0, total: 0 };
    const { ownUserId, table, timeline } = known;
    const { members, ...counts } = table.window({ ...question, ownUserId });
    const rows = members.map((member) => ({ ...member, ...timeline.person(member.userId) }));
    return { isKnown: true, ownUserId, own, start, members: rows, ...counts };
  }

  timeline(question: RowsQuestion): CallOutput<'presence.timeline'> {
    const { start } = question;
    const known = this.#known(question);
    if (!known) return { start, entries: [], total: 0, dropped: 0 };
    const { entries, ...counts } = known.timeline.window(question);
    return { start, entries: [...entries], ...counts };
  }

  async poll(where: Where, signal: AbortSignal): Promise<CallOutput<'presence.poll'>> {
    const { profileId, channel } = where;
    const answer = await this.#options.poll.poll(this.#options.profiles.get(profileId), channel, signal);
    const watch = this.#watch(where);
    const told = watch.add(answer.userIds, answer.at);
    this.#options.onChanged({ profileId, channel });
    return told;
  }

  async compare(where: OwnWhere, signal: AbortSignal): Promise<CallOutput<'presence.compare'>> {
    const idsHere = () => {
      const known = this.#options.live.presence(where);
      if (!known) {
        throw new AppError('not_connected', 'This app is not on the channel: there is nothing to compare.');
      }
      return new Set(known.table.userIds());
    };
    const before = idsHere();
    const { profileId, channel } = where;
    const profile = this.#options.profiles.get(profileId);
    const { userIds, at } = await this.#options.poll.poll(profile, channel, signal);
    const { subscriptions } = await this.#options.describe({ profileId, channel }, signal);
    const after = idsHere();
    const there = new Set(userIds);
    // Who came or went while the server was asked is no difference.
    const onlyHere = [...before].filter((id) => after.has(id) && !there.has(id));
    const onlyThere = [...there].filter((id) => !before.has(id) && !after.has(id));
    return {
      at,
      here: after.size,
      there: there.size,
      onlyHere: onlyHere.slice(0, differenceLimit),
      onlyHereCount: onlyHere.length,
      onlyThere: onlyThere.slice(0, differenceLimit),
      onlyThereCount: onlyThere.length,
      subscriptions,
    };
  }

  forget(profileId: string): void {
    for (const key of [...this.#watches.keys()]) {
      if (key.startsWith(`${profileId} `)) this.#watches.delete(key);
    }
  }

  #known(question: RowsQuestion): KnownPresence | undefined {
    if (question.source === 'own') return this.#options.live.presence(question);
    return this.#watches.get(keyOf(question));
  }

  #watch(where: Where): SilentWatch {
    const key = keyOf(where);
    const watch = this.#watches.get(key) ?? new SilentWatch();
    this.#watches.delete(key);
    this.#watches.set(key, watch);
    const [oldest] = this.#watches.keys();
    if (this.#watches.size > watchLimit && oldest !== undefined) this.#watches.delete(oldest);
    return watch;
  }
}

function keyOf({ profileId, channel }: Where): string {
  return `${profileId} ${channel}`;
}
