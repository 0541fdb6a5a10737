/**
 * Decides what a frame is to the connection. pusher-js throws uncaught on malformed messages (null presence data, a
 * channel called `__proto__`, a handshake without a code, …), so it is given nothing but messages that were made anew
 * here from validated parts, and only those kinds that it needs to keep a connection and its subscriptions.
 */
import type * as z from 'zod';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { isPresence } from '#shared/protocol/channels.ts';
import { isProtocolEvent } from '#shared/protocol/events.ts';
import { parseBoundedJson } from './bounded-json.ts';
import type { MemberPair, ProtocolMessage } from './protocol-messages.ts';
import * as schemas from './protocol-messages.ts';

export type Verdict =
  | { readonly kind: 'application' }
  | { readonly kind: 'protocol'; readonly message: ProtocolMessage }
  /** A message of the protocol that nothing here waits for, such as `pusher:cache_miss`. */
  | { readonly kind: 'unused' }
  /** `why` completes “a frame that …”. `channel` as the frame says. */
  | { readonly kind: 'refused'; readonly why: string; readonly channel?: string };

/** A presence channel with thousands of members fits. */
export const candidateLimitBytes = 4_194_304;

const protocolMark = Buffer.from('pusher');
/** Any character of an event name can be written as an escape. */
const usualStart = Buffer.from('{"event":"');
const backslash = 0x5c;
const escapeMark = Buffer.from('\\u');

/** False: certainly no message of the protocol. This is all that most events cost, besides being recorded. */
export function mayBeProtocol(bytes: Buffer): boolean {
  if (hasUsualStart(bytes)) return mayStartWithMark(bytes);
  return bytes.includes(protocolMark) || bytes.includes(escapeMark);
}

/** Most servers write the event's name first: then a few bytes tell. A second `event` in one frame is nobody's. */
function hasUsualStart(bytes: Buffer): boolean {
  for (let index = 0; index < usualStart.length; index++) {
    if (bytes[index] !== usualStart[index]) return false;
  }
  return true;
}

function mayStartWithMark(bytes: Buffer): boolean {
  for (let index = 0; index < protocolMark.length; index++) {
    const byte = bytes[usualStart.length + index];
    if (byte === backslash) return true;
    if (byte !== protocolMark[index]) return false;
  }
  return true;
}

export function judge(bytes: Buffer): Verdict {
  if (bytes.length > candidateLimitBytes) {
    return refused(`has ${bytes.length} bytes, which is too much for a message of the protocol`);
  }
  const parsed = parseBoundedJson(bytes.toString());
  if (!parsed.ok) return refused(parsed.why === 'not-json' ? 'is not JSON' : 'is nested too deeply');
  const frame = parseUnknown(schemas.frame, parsed.value);
  if (!frame.success) return refused('is JSON, but no message with an event name');
  if (!isProtocolEvent(frame.data.event)) return { kind: 'application' };
  return protocolVerdict(frame.data);
}

type Frame = z.infer<typeof schemas.frame>;

function protocolVerdict(frame: Frame): Verdict {
  switch (frame.event) {
    case 'pusher:ping':
      return accepted({ kind: 'ping' });
    case 'pusher:pong':
      return accepted({ kind: 'pong' });
    case 'pusher:connection_established':
      return withData(frame, schemas.welcomeData, ({ socket_id, activity_timeout }) => ({
        kind: 'welcome',
        socketId: socket_id,
        activityTimeoutSeconds: activity_timeout,
      }));
    case 'pusher:error':
      return withData(frame, schemas.errorData, ({ code, message }) => ({
        kind: 'error',
        code,
        serverText: message,
        isTextData: typeof frame.data === 'string',
      }));
    case 'pusher:signin_success':
      return withData(frame, schemas.signInData, (userId) => ({ kind: 'signed-in', userId }));
    case 'pusher_internal:watchlist_events':
      return withData(frame, schemas.watchlistData, ({ events }) => ({
        kind: 'watchlist',
        online: usersOf(events, 'online'),
        offline: usersOf(events, 'offline'),
      }));
    default:
      return channelVerdict(frame);
  }
}

function channelVerdict(frame: Frame): Verdict {
  const { event } = frame;
  const known = [
    'pusher_internal:subscription_succeeded',
    'pusher:subscription_error',
    'pusher_internal:member_added',
    'pusher_internal:member_removed',
    'pusher_internal:subscription_count',
  ];
  if (!known.includes(event)) return { kind: 'unused' };
  const named = parseUnknown(schemas.channelName, frame.channel);
  if (!named.success) return refused(`is ${event} without a valid channel name`);
  const channel = named.data;
  switch (event) {
    case 'pusher_internal:subscription_succeeded':
      if (!isPresence(channel)) {
        return accepted({
          kind: 'subscribed',
          channel,
          members: null,
          isWithoutData: frame.data === undefined,
        });
      }
      return withData(frame, schemas.presenceData, ({ presence }) => ({
        kind: 'subscribed',
        channel,
        members: memberPairs(presence),
        isWithoutData: false,
      }));
    case 'pusher:subscription_error':
      return withData(frame, schemas.subscriptionErrorData, ({ status }) => ({
        kind: 'subscription-error',
        channel,
        status,
      }));
    case 'pusher_internal:member_added':
      return withData(frame, schemas.memberAddedData, ({ user_id, user_info }) => ({
        kind: 'member-added',
        channel,
        member: [user_id, infoText(user_info)],
      }));
    case 'pusher_internal:member_removed':
      return withData(frame, schemas.memberRemovedData, ({ user_id }) => ({
        kind: 'member-removed',
        channel,
        userId: user_id,
      }));
    default:
      return withData(frame, schemas.countData, ({ subscription_count }) => ({
        kind: 'count',
        channel,
        count: subscription_count,
      }));
  }
}

/** What pusher-js is given in place of the frame, or undefined: it does without. Members are kept here, not by it. */
export function textForPusherJs(message: ProtocolMessage): string | undefined {
  switch (message.kind) {
    case 'welcome':
      return JSON.stringify({
        event: 'pusher:connection_established',
        data: { socket_id: message.socketId, activity_timeout: message.activityTimeoutSeconds },
      });
    case 'ping':
      return pingText;
    case 'pong':
      return pongText;
    case 'subscribed':
      return JSON.stringify({
        event: 'pusher_internal:subscription_succeeded',
        channel: message.channel,
        data: message.members ? { presence: { count: 0, ids: [], hash: {} } } : {},
      });
    default:
      // pusher:error is left out: what follows from it is told by the close code, and before the welcome an error
      // without a code makes pusher-js throw.
      return undefined;
  }
}

const pingText = '{"event":"pusher:ping","data":{}}';
export const pongText = '{"event":"pusher:pong","data":{}}';

/** Data is an object, or the JSON text of one; data that is other text stays what it is, as in pusher-js. */
function withData<S extends z.ZodType>(
  frame: Frame,
  schema: S,
  toMessage: (data: z.output<S>) => ProtocolMessage,
): Verdict {
  let value: unknown = frame.data;
  if (typeof value === 'string') {
    const parsed = parseBoundedJson(value);
    if (!parsed.ok && parsed.why === 'too-deep') return malformed(frame);
    if (parsed.ok) value = parsed.value;
  }
  const data = parseUnknown(schema, value);
  return data.success ? accepted(toMessage(data.data)) : malformed(frame);
}

function malformed(frame: Frame): Verdict {
  const channel = parseUnknown(schemas.channelName, frame.channel);
  return {
    ...refused(`is ${frame.event} without the data that belongs to it`),
    ...(channel.success ? { channel: channel.data } : {}),
  };
}

function memberPairs(presence: z.output<typeof schemas.presenceData>['presence']): MemberPair[] {
  const infos = new Map(Object.entries(presence.hash));
  const ids = new Set([...infos.keys(), ...(presence.ids ?? [])]);
  return [...ids].map((id) => [id, infoText(infos.get(id))]);
}

function usersOf(events: z.output<typeof schemas.watchlistData>['events'], name: string): number {
  return events.filter((each) => each.name === name).reduce((sum, { user_ids }) => sum + user_ids.length, 0);
}

/** Nested no deeper than the frame, so that writing it out again can't run out of stack. */
function infoText(info: unknown): string | null {
  return info === undefined || info === null ? null : JSON.stringify(info);
}

function accepted(message: ProtocolMessage): Verdict {
  return { kind: 'protocol', message };
}

function refused(why: string): Verdict & { readonly kind: 'refused' } {
  return { kind: 'refused', why };
}
