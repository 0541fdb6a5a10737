/** Who is on a presence channel. */
import * as z from 'zod';
import { call, event } from './define.ts';
import { enteredChannelName } from './inputs.ts';
import * as s from './strings.ts';

export const member = z.strictObject({
  userId: s.userId,
  /** JSON text, or null when the member gave none. */
  userInfo: s.userInfoJson.nullable(),
  /** Milliseconds since 1970, or null: it was there before this subscription. */
  joinedAt: z.number().nullable(),
});
export type Member = z.infer<typeof member>;

const where = z.strictObject({ profileId: s.profileId, channel: enteredChannelName });

export const presence = {
  /** The members as this app's own subscription knows them. `isSubscribed` false: nothing is known. */
  members: call({
    input: where,
    output: z.strictObject({
      isSubscribed: z.boolean(),
      ownUserId: s.userId.nullable(),
      members: z.array(member),
    }),
    errors: ['not_found'],
  }),
  /** Asks the HTTP API for the ids, without joining. */
  poll: call({
    input: where,
    output: z.strictObject({
      userIds: z.array(s.userId),
      /** Milliseconds since 1970. */
      at: z.number(),
    }),
    errors: ['not_found', 'no_credential', 'vault_locked', 'offline', 'unauthorized', 'refused', 'cancelled'],
  }),
  changed: event(z.strictObject({ profileId: s.profileId, channel: s.observedChannelName })),
};
