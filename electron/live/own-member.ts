/** Who this app is on a presence channel. */
import { randomBytes } from 'node:crypto';
import { AppError } from '#shared/lib/app-error.ts';
import { depthLimit, parseBoundedJson } from './bounded-json.ts';

export interface MemberInput {
  readonly userId: string;
  /** JSON text. */
  readonly userInfo?: string | undefined;
}

export interface OwnMember {
  readonly userId: string;
  /** The JSON text that is signed byte for byte: built once, and the same on every reconnect. */
  readonly channelData: string;
}

/** @throws AppError `invalid_input` when the info is not JSON, or nested too deeply. */
export function ownMember({ userId, userInfo }: MemberInput): OwnMember {
  return build(userId, userInfo === undefined ? undefined : parseInfo(userInfo));
}

/**
 * The JSON text of a user who signs in: https://pusher.com/docs/channels/library_auth_reference/auth-signatures
 * @throws AppError as `ownMember`
 */
export function ownUser(input: MemberInput & { readonly watchlist?: readonly string[] | undefined }): string {
  const { userId, userInfo, watchlist } = input;
  return JSON.stringify({
    id: userId,
    user_info: userInfo === undefined ? undefined : parseInfo(userInfo),
    watchlist: watchlist && watchlist.length > 0 ? watchlist : undefined,
  });
}

/** For who does not say: others on the channel can see what this member is. */
export function defaultMember(): OwnMember {
  return build(`latchkey-${randomBytes(2).toString('hex')}`, { name: 'Latchkey' });
}

function build(userId: string, userInfo: unknown): OwnMember {
  return { userId, channelData: JSON.stringify({ user_id: userId, user_info: userInfo }) };
}

function parseInfo(userInfo: string): unknown {
  const parsed = parseBoundedJson(userInfo);
  if (parsed.ok) return parsed.value;
  throw new AppError(
    'invalid_input',
    parsed.why === 'not-json'
      ? 'The info is not valid JSON.'
      : `The info is nested too deeply: at most ${depthLimit} levels are allowed.`,
  );
}
