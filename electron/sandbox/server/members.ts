/** Who joins a presence channel, and who signs in: read from JSON text whose signature has been checked already. */
import { isPresence } from '#shared/protocol/channels.ts';
import { presenceDataLimitBytes, presenceUserIdLimit, utf8SizeBytes } from '#shared/protocol/limits.ts';
import type { Member } from './channels.ts';
import { isRecord } from './frames.ts';

/** Undefined for channels without presence. */
export function parseMember(channel: string, channelData: unknown): Member | { problem: string } | undefined {
  if (!isPresence(channel)) return undefined;
  if (typeof channelData !== 'string')
    return { problem: 'A presence channel needs channel_data: JSON text.' };
  const sizeBytes = utf8SizeBytes(channelData);
  if (sizeBytes > presenceDataLimitBytes) {
    return { problem: `channel_data has ${sizeBytes} bytes; the limit is ${presenceDataLimitBytes}.` };
  }
  const data = parseJson(channelData);
  if (!isRecord(data)) return { problem: 'channel_data has to be JSON text of an object.' };
  const { user_id: rawUserId, user_info: userInfo } = data;
  const userId = typeof rawUserId === 'number' ? String(rawUserId) : rawUserId;
  if (typeof userId !== 'string' || userId === '') return { problem: 'channel_data has no user_id.' };
  if (userId.length > presenceUserIdLimit) {
    return { problem: `user_id has ${userId.length} characters; the limit is ${presenceUserIdLimit}.` };
  }
  return { userId, userInfo };
}

/** The `id` of a sign-in's user data. */
export function parseUserId(userData: string): string | undefined {
  const data = parseJson(userData);
  const id = isRecord(data) ? data.id : undefined;
  return typeof id === 'string' && id !== '' && id.length <= presenceUserIdLimit ? id : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
