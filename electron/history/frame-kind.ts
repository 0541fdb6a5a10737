/** What a frame is, from its text alone: the one place where the writer and the rebuilt index agree on it. */

import type { RowKind } from '#shared/contract/history.ts';
import { isEncrypted } from '#shared/protocol/channels.ts';
import { isClientEvent, isProtocolEvent } from '#shared/protocol/events.ts';

export interface FrameFacts {
  readonly isJson: boolean;
  readonly kind: RowKind;
  readonly channel: string | null;
  readonly event: string | null;
  /** Data of an event on an encrypted channel. The protocol's own messages there are not encrypted. */
  readonly isEncrypted: boolean;
}

const notJson: FrameFacts = {
  isJson: false,
  kind: 'undecodable',
  channel: null,
  event: null,
  isEncrypted: false,
};
const notAMessage: FrameFacts = { ...notJson, isJson: true };

export function frameFacts(text: string): FrameFacts {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return notJson;
  }
  // Members are own properties here, `__proto__` too: JSON.parse defines, it does not assign.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return notAMessage;
  const { event, channel: named, data } = value as { event?: unknown; channel?: unknown; data?: unknown };
  const channel = typeof named === 'string' ? named : askedFor(event, data);
  if (typeof event !== 'string') return channel === null ? notAMessage : { ...notAMessage, channel };
  return { isJson: true, channel, event, ...messageKind(event, channel) };
}

/** A client's subscription names its channel inside `data`. Source: pusher-js `src/core/channels/channel.ts`. */
function askedFor(event: unknown, data: unknown): string | null {
  if (event !== 'pusher:subscribe' && event !== 'pusher:unsubscribe') return null;
  if (typeof data !== 'object' || data === null || !('channel' in data)) return null;
  return typeof data.channel === 'string' ? data.channel : null;
}

/** What follows from a message's names alone. */
export function messageKind(event: string, channel: string | null): Pick<FrameFacts, 'kind' | 'isEncrypted'> {
  const kind = kindOfEvent(event);
  return { kind, isEncrypted: kind !== 'protocol' && channel !== null && isEncrypted(channel) };
}

function kindOfEvent(event: string): RowKind {
  if (isProtocolEvent(event)) return 'protocol';
  return isClientEvent(event) ? 'client' : 'event';
}
