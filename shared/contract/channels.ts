/**
 * Which channels an app has: found out over the HTTP API at a pace that the user chooses, together with what this app
 * is subscribed to. The page never holds them all: it asks for the lines of the tree that it shows.
 */
import * as z from 'zod';
import { call, event } from './define.ts';
import { enteredChannelName } from './inputs.ts';
import { subscriptionStates } from './live.ts';
import * as s from './strings.ts';

/** Seconds between two questions. 0: only when asked by hand. */
export const paces = [0, 2, 5, 15, 60] as const;
export type Pace = (typeof paces)[number];
export const defaultPace: Pace = 15;

/** The most lines in one answer. */
export const linesPerCallLimit = 300;
/** Bars of a channel's rate. */
export const rateBarCount = 30;
/** Each bar of a channel's rate is this long: together, the last minute. */
export const rateBarMs = 2000;
export const favouriteLimit = 500;
export const patternLimit = 50;

/** Why the last question has no answer. */
export const questionFailure = z.strictObject({
  /** Milliseconds since 1970. */
  at: z.number(),
  message: s.prose,
  hint: s.prose.nullable(),
  /** It is asked again by itself later, when the vault opens, or only by hand. */
  next: z.enum(['later', 'vault', 'by-hand']),
});
export type QuestionFailure = z.infer<typeof questionFailure>;

export const channelsStatus = z.strictObject({
  profileId: s.profileId,
  paceSeconds: z.literal(paces),
  prefix: s.channelPrefix,
  isAsking: z.boolean(),
  /** It is asked again by itself. */
  isRunning: z.boolean(),
  /** Milliseconds since 1970 of the last good answer, which is kept while later questions fail. Null: none yet. */
  answeredAt: z.number().nullable(),
  /** Channels in that answer, and how many of them are kept. */
  found: z.number().int(),
  kept: z.number().int(),
  failure: questionFailure.nullable(),
  /** To the HTTP API, since the start. */
  requests: z.number().int(),
  /** As it goes now; 0 when it does not run. */
  requestsPerMinute: z.number(),
  /** The server refused to tell counts: they are not asked for any more. */
  areCountsRefused: z.boolean(),
  favourites: z.number().int(),
  patterns: z.array(
    z.strictObject({
      pattern: s.channelPattern,
      /** Channels that it subscribed to, and that still are. */
      subscribed: z.number().int(),
    }),
  ),
  /** Channels that match a pattern and were left out, as no more subscriptions are kept. */
  leftOut: z.number().int(),
  /** Grows with every change of what the lines show, besides rates. */
  revision: z.number().int(),
});
export type ChannelsStatus = z.infer<typeof channelsStatus>;

export const channelFacts = z.strictObject({
  channel: s.observedChannelName,
  /** By the last answer. Null: unknown, or outside of what was asked for. */
  isOccupied: z.boolean().nullable(),
  /** Null: the server did not say. */
  subscriptions: z.number().int().nullable(),
  users: z.number().int().nullable(),
  isFavourite: z.boolean(),
  /** Null: not subscribed. */
  state: z.enum(subscriptionStates).nullable(),
  /** Why it failed, or why it may be stuck. */
  reason: s.prose.nullable(),
  /** The pattern that subscribed to it. */
  pattern: s.channelPattern.nullable(),
  /** Events of each `rateBarMs`, oldest first. Null: not subscribed, so nothing would be seen. */
  rate: z.array(z.number().int()).nullable(),
});
export type ChannelFacts = z.infer<typeof channelFacts>;

/** A line of the tree: a group, or a channel in one. */
export const channelLine = z.strictObject({
  path: s.treePath,
  /** From 0. */
  depth: z.number().int(),
  /** Index of the group that it is in; -1: none. */
  parent: z.number().int(),
  /** What the groups above have not said of the name; of a kind, nothing. */
  label: s.observedChannelName,
  /** Of any name in the group: what kind it is. */
  sample: s.observedChannelName,
  /** Of a group. */
  group: z
    .strictObject({ isExpanded: z.boolean(), isKind: z.boolean(), channels: z.number().int() })
    .nullable(),
  channel: channelFacts.nullable(),
});
export type ChannelLine = z.infer<typeof channelLine>;

export const shownChannels = ['all', 'subscribed', 'favourites'] as const;
export type ShownChannels = (typeof shownChannels)[number];

const one = { profileId: s.profileId };
const askErrors = [
  'not_found',
  'no_credential',
  'vault_locked',
  'offline',
  'unauthorized',
  'refused',
  'cancelled',
] as const;

export const channels = {
  /** The page looks: questions go on until it lets go, or is gone. */
  watch: call({ input: z.strictObject(one), output: channelsStatus, errors: ['not_found'] }),
  unwatch: call({ input: z.strictObject(one), output: z.strictObject({}) }),
  /** Kept with the app. */
  choose: call({
    input: z.strictObject({
      ...one,
      paceSeconds: z.literal(paces).optional(),
      prefix: s.channelPrefix.optional(),
    }),
    output: channelsStatus,
    errors: ['not_found'],
  }),
  /** Resolves when it was answered, or has failed: the status says how. */
  askNow: call({ input: z.strictObject(one), output: channelsStatus, errors: ['not_found'] }),
  lines: call({
    input: z.strictObject({
      ...one,
      search: s.filterText,
      show: z.enum(shownChannels),
      /** Groups that are not as they are by default: kinds open, the others closed; while searching all are open. */
      toggled: z.array(s.treePath).max(2000),
      start: z.number().int().min(0),
      count: z.number().int().min(1).max(linesPerCallLimit),
    }),
    output: z.strictObject({
      start: z.number().int(),
      lines: z.array(channelLine),
      total: z.number().int(),
      /** Channels that are shown, or would be if their groups were open; of all that are known. */
      matched: z.number().int(),
      known: z.number().int(),
    }),
    errors: ['not_found'],
  }),
  /** One channel, asked for now. */
  describe: call({
    input: z.strictObject({ ...one, channel: enteredChannelName }),
    output: z.strictObject({
      /** Milliseconds since 1970. */
      at: z.number(),
      isOccupied: z.boolean().nullable(),
      subscriptions: z.number().int().nullable(),
      users: z.number().int().nullable(),
      /** Null: not a cache channel. */
      cache: z
        .discriminatedUnion('state', [
          z.strictObject({
            state: z.literal('filled'),
            data: s.eventData,
            ttlSeconds: z.number().nullable(),
          }),
          z.strictObject({ state: z.literal('empty') }),
          z.strictObject({ state: z.literal('unknown') }),
        ])
        .nullable(),
    }),
    errors: askErrors,
  }),
  /** When `pusher:cache_miss` was last seen on this app's own connection. Null: not in this session. */
  cacheMiss: call({
    input: z.strictObject({ ...one, channel: enteredChannelName }),
    output: z.strictObject({ at: z.number().nullable() }),
  }),
  setFavourite: call({
    input: z.strictObject({ ...one, channel: enteredChannelName, isFavourite: z.boolean() }),
    output: channelsStatus,
    errors: ['not_found', 'conflict'],
  }),
  addPattern: call({
    input: z.strictObject({ ...one, pattern: s.channelPattern }),
    output: channelsStatus,
    errors: ['not_found', 'conflict'],
  }),
  removePattern: call({
    input: z.strictObject({ ...one, pattern: s.channelPattern, isUnsubscribing: z.boolean() }),
    output: channelsStatus,
    errors: ['not_found'],
  }),
  /** At most five a second for each app. */
  changed: event(channelsStatus),
};
