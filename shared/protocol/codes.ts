/**
 * Error and close codes of the protocol, and the HTTP API's statuses, in words.
 * Source: the Channels docs (connection protocol, HTTP API reference); dialects are noted where servers disagree.
 */
import type { Dialect } from './dialects.ts';

/** What the client library does after a close with this code. */
export type AfterClose =
  | 'do-not-reconnect'
  | 'reconnect-after-backoff'
  | 'reconnect-at-once'
  | 'stay-connected';

export function afterClose(code: number): AfterClose {
  if (code >= 4000 && code <= 4099) return 'do-not-reconnect';
  if (code >= 4100 && code <= 4199) return 'reconnect-after-backoff';
  if (code >= 4200 && code <= 4299) return 'reconnect-at-once';
  if (code >= 4300 && code <= 4399) return 'stay-connected';
  if (code >= 1002 && code <= 1004) return 'reconnect-after-backoff';
  return 'reconnect-at-once';
}

const closeCodeMeanings: Readonly<Record<number, string>> = {
  1000: 'Closed normally.',
  1001: 'The server is going away.',
  1005: 'Closed without a code.',
  1006: 'The connection was lost without a closing message.',
  4000: 'This app accepts TLS connections only.',
  4001: 'No app has this key on this server or cluster.',
  4003: 'The app is disabled.',
  4004: 'The app is over its connection quota.',
  4005: 'The path was not found.',
  4006: 'The version string is invalid.',
  4007: 'The server does not speak this protocol version.',
  4008: 'No protocol version was given.',
  4009: 'The connection is not authorized for this: the signature was made with another secret or key.',
  4100: 'The server is over capacity.',
  4200: 'The server asked for a reconnect.',
  4201: 'The server got no pong in time.',
  4202: 'Closed after inactivity.',
  4301: 'A client event was refused: over the rate limit, or not allowed on this channel.',
  4302: 'The watchlist is over its limit.',
};

/** Where a server gives a code another meaning than the protocol does. */
const dialectMeanings: Partial<Record<Dialect, Readonly<Record<number, string>>>> = {
  soketi: {
    4100: 'The app is over its connection quota.',
    4301: 'A limit of soketi was reached: client events are off, too frequent or too large, or a member is too large.',
    4302: 'soketi failed to answer: the trouble is on the server.',
  },
  reverb: {
    4200: 'Laravel Reverb did not understand a message: it is malformed, or of a kind that Reverb does not have.',
  },
};

/** The meaning of a close or error code in plain words, or undefined for a code that the protocol does not define. */
export function closeCodeMeaning(code: number, dialect: Dialect = 'other'): string | undefined {
  return dialectMeanings[dialect]?.[code] ?? closeCodeMeanings[code];
}

/** What an HTTP API status means for a published event or a query. Undefined: not a status of the protocol. */
export function apiStatusMeaning(status: number): string | undefined {
  switch (status) {
    case 200:
      return 'Accepted.';
    case 400:
      return 'The server understood the signature but refused the request: its answer says why.';
    case 401:
      return 'The server refused the signature: the key, the secret, the path or the clock does not match.';
    case 403:
      return 'The app is disabled or over its quota.';
    case 404:
      return 'The server does not know this app id or path.';
    case 413:
      return 'The event data is larger than the server accepts.';
    case 429:
      return 'Over the rate limit of this server.';
    default:
      if (status >= 500) return 'The server failed. The event may or may not have been sent.';
      return undefined;
  }
}
