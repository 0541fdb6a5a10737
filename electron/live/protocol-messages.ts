/**
 * The messages of the protocol that change what a connection knows, and the schemas that a frame has to pass to be
 * one. Servers disagree on small things (data as an object or as JSON text, ids as numbers), so those are accepted.
 */
import * as z from 'zod';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { parseBoundedJson } from './bounded-json.ts';

/** `[user id, JSON text of user_info or null]` */
export type MemberPair = readonly [userId: string, userInfo: string | null];

export type ProtocolMessage =
  | { readonly kind: 'welcome'; readonly socketId: string; readonly activityTimeoutSeconds: number }
  | {
      readonly kind: 'error';
      readonly code: number | null;
      readonly serverText: string;
      /** Its data was JSON text, not an object. */
      readonly isTextData: boolean;
    }
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  | {
      readonly kind: 'subscribed';
      readonly channel: string;
      /** On presence channels only. */
      readonly members: readonly MemberPair[] | null;
      readonly isWithoutData: boolean;
    }
  | { readonly kind: 'signed-in'; readonly userId: string | null }
  | { readonly kind: 'watchlist'; readonly online: number; readonly offline: number }
  | { readonly kind: 'subscription-error'; readonly channel: string; readonly status: number | null }
  | { readonly kind: 'member-added'; readonly channel: string; readonly member: MemberPair }
  | { readonly kind: 'member-removed'; readonly channel: string; readonly userId: string }
  | { readonly kind: 'count'; readonly channel: string; readonly count: number };

const nameLimit = 4096;
const serverTextLimit = 2000;
const usualActivityTimeoutSeconds = 120;

/** Any other key of a frame is ignored. */
export const frame = z.object({
  event: z.string(),
  channel: z.unknown().optional(),
  data: z.unknown().optional(),
});

export const channelName = z.string().min(1).max(nameLimit);
const count = z.number().int().min(0);
const userId = z.union([z.string().max(nameLimit), z.number()]).transform(String);
const status = z.number().int().nullable().catch(null);

export const welcomeData = z.object({
  socket_id: z
    .string()
    .max(100)
    .regex(/^\d+\.\d+$/),
  activity_timeout: z.number().positive().max(86_400).catch(usualActivityTimeoutSeconds),
});

export const errorData = z.object({
  code: status,
  message: z
    .string()
    .catch('')
    .transform((text) => text.slice(0, serverTextLimit)),
});

export const subscriptionErrorData = z.object({ status }).catch({ status: null });

/** Not z.record: it drops a member called `__proto__`. PHP servers send a list when ids are 0, 1, 2…, or there are none. */
const memberHash = z.custom<Record<string, unknown>>(
  (value) =>
    typeof value === 'object' && value !== null && Object.keys(value).every((id) => id.length <= nameLimit),
);

export const presenceData = z.object({
  presence: z.object({ ids: z.array(userId).optional(), hash: memberHash }),
});

export const memberAddedData = z.object({ user_id: userId, user_info: z.unknown().optional() });
export const memberRemovedData = z.object({ user_id: userId });
export const countData = z.object({ subscription_count: count });

const signedInUser = z.object({ id: z.string().max(nameLimit) });

/** `user_data` is the JSON text that was signed. Whose it is does not matter enough to refuse the message. */
export const signInData = z
  .object({ user_data: z.string() })
  .transform(({ user_data }) => {
    const parsed = parseBoundedJson(user_data);
    const user = parseUnknown(signedInUser, parsed.ok ? parsed.value : null);
    return user.success ? user.data.id : null;
  })
  .catch(null);

export const watchlistData = z.object({
  events: z.array(z.object({ name: z.string(), user_ids: z.array(userId) })),
});
