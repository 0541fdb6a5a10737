/** Live connections and their subscriptions. An app has one of its own, number 1, and others when they are opened. */
import * as z from 'zod';
import { dialects } from '../protocol/dialects.ts';
import { call, event, nothing } from './define.ts';
import { enteredChannelName } from './inputs.ts';
import * as s from './strings.ts';

/** The most connections that one app has at a time. */
export const connectionLimit = 8;
/** Entries of one connection's timeline, newest last; older ones are dropped. */
export const timelineLimit = 200;
/** Round trips that are kept. */
export const roundTripLimit = 30;
/** Users on one watchlist, as hosted servers allow. */
export const watchlistLimit = 100;

/** The client library's own states. */
export const connectionStates = [
  'initialized',
  'connecting',
  'connected',
  'unavailable',
  'failed',
  'disconnected',
] as const;
export type ConnectionState = (typeof connectionStates)[number];

/** `pending`: asked for, unanswered. `waiting-for-vault`: the signature it needs can't be made while the vault is locked. */
export const subscriptionStates = [
  'waiting-for-connection',
  'waiting-for-vault',
  'pending',
  'subscribed',
  'failed',
] as const;
export type SubscriptionState = (typeof subscriptionStates)[number];

export const subscription = z.strictObject({
  channel: s.observedChannelName,
  state: z.enum(subscriptionStates),
  /** Why it failed, or why it may be stuck. */
  reason: s.prose.nullable(),
  /** From `subscription_count` or presence; null when the server did not say. */
  count: z.number().int().nullable(),
});
export type Subscription = z.infer<typeof subscription>;

/** `waiting`: for the connection, or for the vault. `pending`: asked for, unanswered. */
export const signInStates = ['waiting', 'pending', 'signed-in', 'failed'] as const;
export type SignInState = (typeof signInStates)[number];

export const signedInUser = z.strictObject({
  userId: s.userId,
  state: z.enum(signInStates),
  reason: s.prose.nullable(),
  /** Subscribed to `#server-to-user-ID`, where events for this user come. */
  isListening: z.boolean(),
});
export type SignedInUser = z.infer<typeof signedInUser>;

/** What keeps a connection from doing what it was asked for. */
export const stuck = z.strictObject({
  title: s.prose,
  advice: s.prose,
  /** What the page can offer: look for the key on the nine clusters, or check the credentials. */
  action: z.enum(['try-clusters', 'check-credentials']).nullable(),
});
export type Stuck = z.infer<typeof stuck>;

/** Which server this is. Evidence can be wrong, or not enough: then nothing is detected. */
export const dialectFound = z.strictObject({
  detected: z.enum(dialects).nullable(),
  /** What was seen and what it points to, in the order in which it was seen. */
  evidence: z.array(s.prose),
  /** The app's settings name a server; “Other server” leaves it to the evidence. */
  isSetByHand: z.boolean(),
  /** Whose limits, codes and hints are used. */
  used: z.enum(dialects),
});
export type DialectFound = z.infer<typeof dialectFound>;

export const timelineKinds = [...connectionStates, 'attempt', 'closed', 'gap', 'sign-in', 'error'] as const;
export type TimelineKind = (typeof timelineKinds)[number];

export const timelineEntry = z.strictObject({
  /** Milliseconds since 1970: of the first and the last of `times` that were the same, one after the other. */
  at: z.number(),
  until: z.number(),
  times: z.number().int(),
  kind: z.enum(timelineKinds),
  text: s.prose,
  /** What the client does next. */
  next: s.prose.nullable(),
});
export type TimelineEntry = z.infer<typeof timelineEntry>;

/** Of an app's connection, from 1. */
export const connectionNumber = z.number().int().min(1).max(connectionLimit);

export const connection = z.strictObject({
  profileId: s.profileId,
  /** Its number within the app, from 1. */
  connection: connectionNumber,
  label: s.label.nullable(),
  /** The app has, or since the start had, more than this one. */
  hasOthers: z.boolean(),
  state: z.enum(connectionStates),
  socketId: s.socketId.nullable(),
  /** Why it is not connected, or what the server said last. */
  reason: s.prose.nullable(),
  stuck: stuck.nullable(),
  /** Milliseconds of the last ping's round trip. */
  roundTripMs: z.number().nullable(),
  /** Milliseconds, newest last, at most `roundTripLimit`. */
  roundTrips: z.array(z.number()),
  subscriptions: z.array(subscription),
  /** Null: nobody is to be signed in. */
  user: signedInUser.nullable(),
  dialect: dialectFound,
  /** Grows with everything that its timeline is told. */
  timelineVersion: z.number().int(),
});
export type Connection = z.infer<typeof connection>;

/** Without a number: the app's own. */
const one = z.strictObject({ profileId: s.profileId, connection: connectionNumber.optional() });
const other = z.strictObject({ profileId: s.profileId, connection: connectionNumber });

export const live = {
  list: call({ input: nothing, output: z.strictObject({ connections: z.array(connection) }) }),
  /** Makes another connection of the app, with the lowest number that is free, and connects it. */
  open: call({
    input: z.strictObject({ profileId: s.profileId, label: s.label.optional() }),
    output: connection,
    errors: ['not_found', 'conflict'],
  }),
  /** Ends a connection and forgets it. Number 1 is always there: it can be disconnected. */
  close: call({ input: other, output: z.strictObject({}), errors: ['not_found', 'conflict'] }),
  connect: call({ input: one, output: connection, errors: ['not_found'] }),
  disconnect: call({ input: one, output: connection, errors: ['not_found'] }),
  /** Kept over reconnects until unsubscribed. On presence channels `member` says who joins; others see it. */
  subscribe: call({
    input: one.extend({
      channel: enteredChannelName,
      member: z.strictObject({ userId: s.userId, userInfo: s.userInfoJson.optional() }).optional(),
    }),
    output: connection,
    errors: ['not_found', 'no_credential'],
  }),
  unsubscribe: call({
    input: one.extend({ channel: enteredChannelName }),
    output: connection,
    errors: ['not_found'],
  }),
  /**
   * Signs a user in, with a signature of the vault, and again after each reconnect. `watchlist`: whose coming and
   * going is told. Another user, or none, needs a new socket: the protocol has no sign-out.
   */
  signIn: call({
    input: one.extend({
      userId: s.userId,
      userInfo: s.userInfoJson.optional(),
      watchlist: z.array(s.userId).max(watchlistLimit).optional(),
    }),
    output: connection,
    errors: ['not_found'],
  }),
  signOut: call({ input: one, output: connection, errors: ['not_found'] }),
  timeline: call({
    input: one,
    output: z.strictObject({ entries: z.array(timelineEntry) }),
    errors: ['not_found'],
  }),
  changed: event(connection),
  /** It is no more. */
  closed: event(other),
};
