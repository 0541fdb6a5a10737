/** What the user is told about a connection and its subscriptions. Never a server's own words: the log has those. */
import type { ConnectionState } from '#shared/contract/live.ts';
import type { AppError, ErrorCode } from '#shared/lib/app-error.ts';
import { needsAuthorization } from '#shared/protocol/channels.ts';
import { afterClose, closeCodeMeaning } from '#shared/protocol/codes.ts';
import type { Dialect } from '#shared/protocol/dialects.ts';
import { dialectFacts } from '#shared/protocol/dialects.ts';

/** A failure to sign that ends when the vault is open again. */
const vaultFailures: readonly ErrorCode[] = [
  'vault_locked',
  'vault_waiting',
  'keychain_locked',
  'keychain_unavailable',
  'cancelled',
];

export function endsWithVault(error: AppError): boolean {
  return vaultFailures.includes(error.code);
}

export function failureText({ message, hint }: AppError): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

export function closeText(code: number, dialect: Dialect): string {
  const meaning = closeCodeMeaning(code, dialect);
  if (meaning === undefined) return `The server closed the connection with code ${code}.`;
  return code >= 4000 ? `Closed with code ${code}: ${meaning}` : meaning;
}

/** Before pusher-js opens another socket: its rules, by code. See `getCloseAction` in its `protocol.ts`. */
export function reconnectDelayMs(code: number): number {
  return afterClose(code) === 'reconnect-at-once' && code >= 4200 ? 0 : 1000;
}

export const doesNotReconnect = 'Does not connect again by itself.';

export function nextAttemptText(delayMs: number): string {
  if (delayMs <= 0) return 'Connects again at once.';
  return `Tries again after ${delayMs < 1000 ? `${Math.round(delayMs)} ms` : seconds(delayMs)}.`;
}

export const signInUnknown =
  'The server answered with error 4200: it does not know sign-in. Laravel Reverb does not implement it.';
export const signInRefused =
  'The server refused the sign-in: it was signed with another secret or key, or this app has no users.';

export function signInSilence(waitedMs: number): string {
  return `The server has not answered the sign-in for ${seconds(waitedMs)}. Some servers ignore it.`;
}

export const unansweredPing = 'The server did not answer a ping: the connection was open on this side only.';

export function errorText(code: number | null, dialect: Dialect): string {
  if (code === null) return 'The server sent an error without a code. Its words are in the log.';
  const meaning =
    closeCodeMeaning(code, dialect) ??
    'The protocol does not define this code; the log has the server’s words.';
  return `The server sent error ${code}: ${meaning}`;
}

const otherSecret =
  'The signature was probably made with another secret, or belongs to another key. Check the app secret.';

/** For a subscription that waits while an error comes which names no channel. */
export function blameText(code: number | null, isCertain: boolean, dialect: Dialect): string {
  if (code === null || code === 4009) {
    return isCertain
      ? `The server refused the subscription. ${otherSecret}`
      : `The server sent an error while this subscription was waiting, probably because of it. ${otherSecret}`;
  }
  return `${errorText(code, dialect)} It came while this subscription was waiting, and is probably the cause.`;
}

export function refusedSubscriptionText(status: number | null): string {
  const shown = status === null ? '' : ` with status ${status}`;
  return `The server refused the subscription${shown}. ${otherSecret}`;
}

export function silenceText(channel: string, dialect: Dialect, waitedMs: number): string {
  const silence = `The server has not answered for ${seconds(waitedMs)}.`;
  if (!needsAuthorization(channel)) return silence;
  const { label, answersBadSignature } = dialectFacts[dialect];
  if (answersBadSignature === true) return `${silence} ${otherSecret}`;
  const who = answersBadSignature === false ? `${label} does` : 'Several servers do';
  return `${silence} ${who} not name the channel when a signature is wrong: ${lowerFirst(otherSecret)}`;
}

export function gapText(lostForMs: number): string {
  return `Connection lost for ${duration(lostForMs)}: events sent in that time are missing here.`;
}

export function duration(milliseconds: number): string {
  const wholeSeconds = Math.round(milliseconds / 1000);
  if (milliseconds < 59_500) return seconds(milliseconds);
  const minutes = Math.floor(wholeSeconds / 60);
  if (minutes < 60) return `${minutes} min ${wholeSeconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function seconds(milliseconds: number): string {
  if (milliseconds < 100) return `${Math.round(milliseconds)} ms`;
  return milliseconds < 9950
    ? `${(milliseconds / 1000).toFixed(1)} s`
    : `${Math.round(milliseconds / 1000)} s`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

export function watchlistText({
  online,
  offline,
}: {
  readonly online: number;
  readonly offline: number;
}): string {
  const users = (count: number) => `${count} ${count === 1 ? 'user' : 'users'}`;
  const parts = [
    ...(online > 0 ? [`${users(online)} online`] : []),
    ...(offline > 0 ? [`${users(offline)} offline`] : []),
  ];
  return `The watchlist told: ${parts.length > 0 ? parts.join(', ') : 'nobody'}. The log says who.`;
}

export function stateText(state: ConnectionState, socketId: string | null): string {
  switch (state) {
    case 'initialized':
      return 'Not connected.';
    case 'connecting':
      return 'A socket is being opened.';
    case 'connected':
      return `As socket ${socketId ?? 'unknown'}.`;
    case 'unavailable':
      return 'The server does not answer.';
    case 'failed':
      return 'Failed.';
    case 'disconnected':
      return 'Disconnected on this side.';
  }
}
