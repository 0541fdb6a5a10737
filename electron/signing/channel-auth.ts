/**
 * Signatures that let a socket subscribe to a channel, or sign in as a user.
 * Source: the Channels docs, "auth signatures": `SOCKET_ID:CHANNEL[:CHANNEL_DATA]` and `SOCKET_ID::user::USER_DATA`.
 */
import { AppError } from '#shared/lib/app-error.ts';
import { channelNameProblem } from '#shared/protocol/channels.ts';
import { isSameSignature, sign } from './hmac.ts';

const socketIdForm = /^\d+\.\d+$/;

export interface ChannelToSign {
  readonly key: string;
  readonly secret: string;
  readonly socketId: string;
  readonly channel: string;
  /** JSON text, signed byte for byte: send exactly this. */
  readonly channelData?: string | undefined;
}

export interface UserToSign {
  readonly key: string;
  readonly secret: string;
  readonly socketId: string;
  /** JSON text, signed byte for byte: send exactly this. */
  readonly userData: string;
}

/** Finds the secret of an app key. Undefined: no such key, or it was revoked. */
export type FindSecret = (key: string) => string | undefined;

export type AuthProblem = 'missing' | 'malformed' | 'unknown-key' | 'bad-signature';
export type AuthVerification =
  | { readonly ok: true; readonly key: string }
  | { readonly ok: false; readonly reason: AuthProblem };

export function isSocketId(text: string): boolean {
  return socketIdForm.test(text);
}

/**
 * @returns `KEY:SIGNATURE`
 * @throws AppError `invalid_input`. Unchecked ids would let a caller get a signature for something else: a socket id
 * of `1.1::user` and a channel of `:{"id":…}` is a sign-in.
 */
export function signChannel(input: ChannelToSign): string {
  requireSocketId(input.socketId);
  const problem = channelNameProblem(input.channel);
  if (problem?.severity === 'error') throw new AppError('invalid_input', problem.message);
  return `${input.key}:${sign(input.secret, channelText(input))}`;
}

/** @returns `KEY:SIGNATURE` */
export function signUser(input: UserToSign): string {
  requireSocketId(input.socketId);
  return `${input.key}:${sign(input.secret, userText(input))}`;
}

export function verifyChannelAuth(input: {
  readonly auth: string | undefined;
  readonly findSecret: FindSecret;
  readonly socketId: string;
  readonly channel: string;
  readonly channelData?: string | undefined;
}): AuthVerification {
  return verify(input.auth, input.findSecret, channelText(input));
}

export function verifyUserAuth(input: {
  readonly auth: string | undefined;
  readonly findSecret: FindSecret;
  readonly socketId: string;
  readonly userData: string;
}): AuthVerification {
  return verify(input.auth, input.findSecret, userText(input));
}

function verify(auth: string | undefined, findSecret: FindSecret, text: string): AuthVerification {
  if (auth === undefined || auth === '') return { ok: false, reason: 'missing' };
  const colon = auth.indexOf(':');
  if (colon <= 0 || colon === auth.length - 1) return { ok: false, reason: 'malformed' };
  const key = auth.slice(0, colon);
  const secret = findSecret(key);
  if (secret === undefined) return { ok: false, reason: 'unknown-key' };
  return isSameSignature(sign(secret, text), auth.slice(colon + 1))
    ? { ok: true, key }
    : { ok: false, reason: 'bad-signature' };
}

function channelText(input: Pick<ChannelToSign, 'socketId' | 'channel' | 'channelData'>): string {
  const { socketId, channel, channelData } = input;
  return channelData === undefined ? `${socketId}:${channel}` : `${socketId}:${channel}:${channelData}`;
}

function userText(input: Pick<UserToSign, 'socketId' | 'userData'>): string {
  return `${input.socketId}::user::${input.userData}`;
}

function requireSocketId(socketId: string): void {
  if (isSocketId(socketId)) return;
  throw new AppError('invalid_input', 'The socket id is not of the form 1234.5678.', {
    hint: 'Take the socket id that the server gave to this connection.',
  });
}
