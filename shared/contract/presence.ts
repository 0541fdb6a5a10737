/**
 * Who is on a presence channel: as this app's own subscription knows it, or as the HTTP API tells without joining. The
 * page holds neither: it asks for the rows that it shows.
 */
import * as z from 'zod';
import { call, event } from './define.ts';
import { enteredChannelName } from './inputs.ts';
import { connectionNumber } from './live.ts';
import * as s from './strings.ts';

/** The most rows in one answer. */
export const presenceRowsLimit = 300;
/** Ids in each list of a comparison. */
export const differenceLimit = 200;

/** `own`: from the subscription of one of this app's connections. `silent`: from polls of the HTTP API, which give ids only. */
export const presenceSources = ['own', 'silent'] as const;
export type PresenceSource = (typeof presenceSources)[number];

export const member = z.strictObject({
  userId: s.userId,
  /** JSON text, or null when the member gave none, or is known by its id only. */
  userInfo: s.userInfoJson.nullable(),
  /** Milliseconds since 1970, or null: it was there before. By polls: of the first answer that had it. */
  joinedAt: z.number().nullable(),
});
export type Member = z.infer<typeof member>;

export const memberRow = z.strictObject({
  ...member.shape,
  /** Joins that were seen. */
  joins: z.number().int(),
  /** When it joined for the third time within a minute, last; null when it did not. */
  flappedAt: z.number().nullable(),
});
export type MemberRow = z.infer<typeof memberRow>;

export const presenceEntry = z.strictObject({
  /** Milliseconds since 1970. */
  at: z.number(),
  /**
   * `joined`, `left`: told as it happened. `appeared`, `vanished`: noticed at this time, and happened since the time
   * before. `watching`: the members as they were told at once, `count` of them. `gap`: nothing is seen from here on.
   */
  what: z.enum(['joined', 'left', 'appeared', 'vanished', 'watching', 'gap']),
  userId: s.userId.nullable(),
  count: z.number().int().nullable(),
  /** Of who left. `at-least`: it was there before anyone looked. `about`: to the time between two polls. */
  stayed: z.strictObject({ ms: z.number(), precision: z.enum(['exact', 'at-least', 'about']) }).nullable(),
  /** How often this user's joining was seen until then. */
  joins: z.number().int(),
  /** It joined for the third time within a minute. */
  isFlapping: z.boolean(),
});
export type PresenceEntry = z.infer<typeof presenceEntry>;

const where = { profileId: s.profileId, channel: enteredChannelName };
/** Which connection's subscription; without one, that of connection 1. Silent watches have none. */
const ownWhere = { ...where, connection: connectionNumber.optional() };
const rows = {
  source: z.enum(presenceSources),
  search: s.filterText,
  start: z.number().int().min(0),
  count: z.number().int().min(1).max(presenceRowsLimit),
};
const askErrors = [
  'not_found',
  'no_credential',
  'vault_locked',
  'offline',
  'unauthorized',
  'refused',
  'cancelled',
] as const;

export const presence = {
  /** Found in ids and infos, sorted by id, oneself first. */
  members: call({
    input: z.strictObject({ ...ownWhere, ...rows }),
    output: z.strictObject({
      /** False: not subscribed, or not polled yet: nothing is known. */
      isKnown: z.boolean(),
      /** Of the connection that was asked for. */
      ownUserId: s.userId.nullable(),
      /** All connections of this app that are on the channel, and as whom. */
      own: z.array(z.strictObject({ connection: connectionNumber, userId: s.userId })),
      start: z.number().int(),
      members: z.array(memberRow),
      /** That match, of all. */
      matched: z.number().int(),
      total: z.number().int(),
    }),
    errors: ['not_found'],
  }),
  /** Newest first. Found by user id. */
  timeline: call({
    input: z.strictObject({ ...ownWhere, ...rows }),
    output: z.strictObject({
      start: z.number().int(),
      entries: z.array(presenceEntry),
      total: z.number().int(),
      /** Older ones that are not kept. */
      dropped: z.number().int(),
    }),
    errors: ['not_found'],
  }),
  /** Asks the HTTP API for the ids, without joining, and compares them with the answer before. */
  poll: call({
    input: z.strictObject(where),
    output: z.strictObject({
      /** Milliseconds since 1970. */
      at: z.number(),
      users: z.number().int(),
      /** Since the answer before; null with the first. */
      came: z.number().int().nullable(),
      went: z.number().int().nullable(),
      /** For this channel, since it is watched. */
      requests: z.number().int(),
      /** More users than are kept: some are left out. */
      isCut: z.boolean(),
    }),
    errors: [...askErrors, 'invalid_input'],
  }),
  /** Members of the own subscription beside those of the HTTP API. Costs two requests. */
  compare: call({
    input: z.strictObject(ownWhere),
    output: z.strictObject({
      at: z.number(),
      here: z.number().int(),
      there: z.number().int(),
      /** Members here, before and after the question, that the server's list does not have; at most `differenceLimit`. */
      onlyHere: z.array(s.userId),
      onlyHereCount: z.number().int(),
      onlyThere: z.array(s.userId),
      onlyThereCount: z.number().int(),
      /** Subscriptions of all users together; null: the server did not say. Whose they are it never tells. */
      subscriptions: z.number().int().nullable(),
    }),
    errors: [...askErrors, 'not_connected'],
  }),
  /** With the connection whose subscription it is; without: of the silent watch. */
  changed: event(
    z.strictObject({
      profileId: s.profileId,
      channel: s.observedChannelName,
      connection: connectionNumber.optional(),
    }),
  ),
};
