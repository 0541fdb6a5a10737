/** Asks the HTTP API about channels, with no more requests than the protocol needs, and counts them. */
import type { CallOutput } from '#shared/contract/index.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { channelNameProblem, isCache, isPresence } from '#shared/protocol/channels.ts';
import { apiFailure, type HttpApi } from '../http-api/index.ts';
import { type Counts, parseChannels, parseDescription } from './answers.ts';

/** Counts that the server tells. Some refuse a question for what they don't count, with 400. */
type Told = 'all' | 'users' | 'none';
const lessThan: Readonly<Record<Told, Told>> = { all: 'users', users: 'none', none: 'none' };

const presencePrefix = 'presence-';

export class ChannelQuestions {
  readonly #api: Pick<HttpApi, 'request'>;
  #told: Told = 'all';
  #requests = 0;
  /** Of the last whole question. */
  requestsPerAnswer = 1;

  constructor(api: Pick<HttpApi, 'request'>) {
    this.#api = api;
  }

  get requests(): number {
    return this.#requests;
  }

  get areCountsRefused(): boolean {
    return this.#told !== 'all';
  }

  /**
   * Who counts users is asked for them apart: `user_count` is told for `presence-` alone.
   * @throws AppError of the request, and `refused` for an answer that can't be read.
   */
  async list(profile: Profile, prefix: string, signal: AbortSignal): Promise<Map<string, Counts>> {
    const before = this.#requests;
    const isPresenceOnly = isPresence(prefix);
    const found = await this.#list(profile, prefix, isPresenceOnly, signal);
    const hasUnknown = [...found].some(([name, { users }]) => isPresence(name) && users === null);
    if (!isPresenceOnly && hasUnknown && this.#told !== 'none' && presencePrefix.startsWith(prefix)) {
      const counted = await this.#list(profile, presencePrefix, true, signal);
      for (const [name, { subscriptions, users }] of counted) {
        const first = found.get(name);
        found.set(name, { subscriptions: subscriptions ?? first?.subscriptions ?? null, users });
      }
    }
    this.requestsPerAnswer = this.#requests - before;
    return found;
  }

  /** @throws AppError as `list`. */
  async describe(
    profile: Profile,
    channel: string,
    signal: AbortSignal,
  ): Promise<Omit<CallOutput<'channels.describe'>, 'at'>> {
    const problem = channelNameProblem(channel);
    if (problem?.severity === 'error') throw new AppError('invalid_input', problem.message);
    const wanted = [
      ...(isPresence(channel) ? ['user_count'] : []),
      ...(this.#told === 'all' ? ['subscription_count'] : []),
      ...(isCache(channel) ? ['cache'] : []),
    ];
    const path = `/channels/${channel}`;
    let answer = await this.#request(profile, path, { info: wanted.join(',') }, signal);
    if (answer.status === 400 && wanted.includes('subscription_count')) {
      const info = wanted.filter((each) => each !== 'subscription_count').join(',');
      answer = await this.#request(profile, path, info === '' ? {} : { info }, signal);
    }
    if (answer.status !== 200) throw apiFailure(answer.status);
    const { cache, ...described } = parseDescription(answer.body);
    return { ...described, cache: isCache(channel) ? cacheState(cache) : null };
  }

  async #list(
    profile: Profile,
    prefix: string,
    isPresenceOnly: boolean,
    signal: AbortSignal,
  ): Promise<Map<string, Counts>> {
    const info = [
      ...(isPresenceOnly && this.#told !== 'none' ? ['user_count'] : []),
      ...(this.#told === 'all' ? ['subscription_count'] : []),
    ].join(',');
    const query = {
      ...(prefix === '' ? {} : { filter_by_prefix: prefix }),
      ...(info === '' ? {} : { info }),
    };
    const answer = await this.#request(profile, '/channels', query, signal);
    if (answer.status === 400 && info !== '') {
      this.#told = isPresenceOnly ? lessThan[this.#told] : this.#told === 'all' ? 'users' : 'none';
      return this.#list(profile, prefix, isPresenceOnly, signal);
    }
    if (answer.status !== 200) throw apiFailure(answer.status);
    return parseChannels(answer.body);
  }

  /** Counts what was sent: not what could not be signed. */
  async #request(
    profile: Profile,
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) {
    try {
      const answer = await this.#api.request({ profile, method: 'GET', path, query, signal });
      this.#requests++;
      return answer;
    } catch (error) {
      if (error instanceof AppError && error.code === 'offline') this.#requests++;
      throw error;
    }
  }
}

/**
 * Hosted servers answer `cache: {data, ttl}`, Laravel Reverb the whole payload. Who names none may have none, or may not
 * have understood the question, as soketi does not.
 */
function cacheState(cache: unknown): CallOutput<'channels.describe'>['cache'] {
  if (cache === null) return { state: 'empty' };
  if (cache === undefined) return { state: 'unknown' };
  const { data, ttl } = (typeof cache === 'object' ? cache : {}) as { data?: unknown; ttl?: unknown };
  const content = data === undefined ? cache : data;
  return {
    state: 'filled',
    data: typeof content === 'string' ? content : JSON.stringify(content),
    ttlSeconds: typeof ttl === 'number' && Number.isFinite(ttl) ? ttl : null,
  };
}
