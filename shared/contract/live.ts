/** Live connections and their subscriptions. */
import * as z from 'zod';
import { call, event, nothing } from './define.ts';
import { enteredChannelName } from './inputs.ts';
import * as s from './strings.ts';

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

export const transition = z.strictObject({
  /** Milliseconds since 1970. */
  at: z.number(),
  state: z.enum(connectionStates),
  reason: s.prose.nullable(),
});
export type Transition = z.infer<typeof transition>;

export const connection = z.strictObject({
  profileId: s.profileId,
  state: z.enum(connectionStates),
  socketId: s.socketId.nullable(),
  /** Why it is not connected, or what the server said last. */
  reason: s.prose.nullable(),
  /** Milliseconds of the last ping's round trip. */
  roundTripMs: z.number().nullable(),
  /** Newest last, at most 50. */
  transitions: z.array(transition),
  subscriptions: z.array(subscription),
});
export type Connection = z.infer<typeof connection>;

const one = z.strictObject({ profileId: s.profileId });

export const live = {
  list: call({ input: nothing, output: z.strictObject({ connections: z.array(connection) }) }),
  connect: call({ input: one, output: connection, errors: ['not_found'] }),
  disconnect: call({ input: one, output: connection, errors: ['not_found'] }),
  /** Kept over reconnects until unsubscribed. On presence channels `member` says who joins; others see it. */
  subscribe: call({
    input: z.strictObject({
      profileId: s.profileId,
      channel: enteredChannelName,
      member: z.strictObject({ userId: s.userId, userInfo: s.userInfoJson.optional() }).optional(),
    }),
    output: connection,
    errors: ['not_found', 'no_credential'],
  }),
  unsubscribe: call({
    input: z.strictObject({ profileId: s.profileId, channel: enteredChannelName }),
    output: connection,
    errors: ['not_found'],
  }),
  changed: event(connection),
};
