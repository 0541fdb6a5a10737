/**
 * Who is on presence channels: rows of the own subscription's members, and of what the HTTP API tells without joining.
 */
import * as z from 'zod';
import type { Profile } from '#shared/contract/profiles.ts';
import { userId } from '#shared/contract/strings.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { channelNameProblem, isPresence } from '#shared/protocol/channels.ts';
import { apiFailure, type HttpApi } from '../http-api/index.ts';

const usersAnswer = z.object({ users: z.array(z.object({ id: z.union([z.string(), z.number()]) })) });

export class PresencePoll {
  readonly #api: HttpApi;
  readonly #now: () => number;

  constructor(api: HttpApi, now: () => number = Date.now) {
    this.#api = api;
    this.#now = now;
  }

  /** @throws AppError `unauthorized`, `refused` or `offline`, which are three different states. */
  async poll(
    profile: Profile,
    channel: string,
    signal: AbortSignal,
  ): Promise<{ userIds: string[]; at: number }> {
    const problem = channelNameProblem(channel);
    if (problem?.severity === 'error') throw new AppError('invalid_input', problem.message);
    if (!isPresence(channel)) {
      throw new AppError(
        'invalid_input',
        'Only presence channels have members: their names start with “presence-”.',
      );
    }
    const answer = await this.#api.request({
      profile,
      method: 'GET',
      path: `/channels/${channel}/users`,
      signal,
    });
    // Laravel Reverb answers 404 for a channel that nobody is on; others answer with an empty list.
    if (answer.status === 404 && profile.dialect === 'reverb') return { userIds: [], at: this.#now() };
    if (answer.status !== 200) throw apiFailure(answer.status);
    const users = parseUnknown(usersAnswer, parseJson(answer.body));
    if (!users.success) throw new AppError('refused', 'The server’s answer is not a list of users.');
    const userIds = users.data.users.map(({ id }) => String(id));
    if (!userIds.every((id) => parseUnknown(userId, id).success)) {
      throw new AppError('refused', 'The server’s answer has a user id that is too long to be one.');
    }
    return { userIds, at: this.#now() };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema refuses it, with a message for the user.
    return undefined;
  }
}
