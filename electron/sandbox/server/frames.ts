/**
 * Text frames of the WebSocket protocol: read from a client that may send anything, and written as hosted servers
 * write them, where `data` is nearly always JSON text inside JSON.
 */

/** Frames larger than this end the connection with 1009. The largest a client needs is a client event of 10 KB. */
export const frameLimitBytes = 65_536;

export interface IncomingFrame {
  readonly event: string;
  readonly channel: string | undefined;
  readonly data: unknown;
}

/** Undefined: not a message of the protocol. */
export function parseFrame(text: string): IncomingFrame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { event, channel, data } = value;
  if (typeof event !== 'string' || event === '') return undefined;
  return { event, channel: typeof channel === 'string' ? channel : undefined, data };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A frame whose data is written as JSON text. */
export function protocolFrame(event: string, data: unknown, channel?: string): string {
  const text = JSON.stringify(data);
  return JSON.stringify(channel === undefined ? { event, data: text } : { event, channel, data: text });
}

export function eventFrame(event: string, channel: string, data: string): string {
  return JSON.stringify({ event, channel, data });
}

/** The data of client events goes on as it came: an object stays an object. */
export function clientEventFrame(event: string, channel: string, data: unknown, userId?: string): string {
  return JSON.stringify(
    userId === undefined ? { event, channel, data } : { event, channel, data, user_id: userId },
  );
}

/** Errors are the one kind whose data is a plain object. `code` is null where Pusher gives none. */
export function errorFrame(code: number | null, message: string): string {
  return JSON.stringify({ event: 'pusher:error', data: { code, message } });
}
