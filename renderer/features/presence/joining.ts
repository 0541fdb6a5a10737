/** Who one joins a presence channel as: the user id and info that others see. */
import { presenceDataLimitBytes, presenceUserIdLimit, utf8SizeBytes } from '#shared/protocol/limits.ts';

export interface JoinProblems {
  readonly userId?: string;
  readonly info?: string;
}

export function joinProblems(userId: string, info: string): JoinProblems {
  const found: { userId?: string; info?: string } = {};
  const id = userId.trim();
  if (id === '') found.userId = 'Enter a user id: it is the name that others see.';
  else if (id.length > presenceUserIdLimit) {
    found.userId = `The id has ${id.length} characters; servers accept at most ${presenceUserIdLimit}.`;
  }
  const text = info.trim();
  if (text === '') return found;
  try {
    JSON.parse(text);
  } catch {
    return {
      ...found,
      info: 'This is not JSON. Leave it empty, or enter an object such as {"name": "Ana"}.',
    };
  }
  const sizeBytes = utf8SizeBytes(`{"user_id":${JSON.stringify(id)},"user_info":${text}}`);
  if (sizeBytes > presenceDataLimitBytes) {
    found.info = `Id and info have ${sizeBytes} bytes; servers accept at most ${presenceDataLimitBytes}.`;
  }
  return found;
}
