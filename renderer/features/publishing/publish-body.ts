/** What is being published, before it is sent: its size as the server counts it, and what is wrong with it. */
import { isEncrypted } from '#shared/protocol/channels.ts';
import { type Dialect, dialectFacts } from '#shared/protocol/dialects.ts';
import { encryptedSizeBytes, utf8SizeBytes } from '#shared/protocol/limits.ts';
import { type JsonProblem, jsonProblem } from './json-problem.ts';

export type BodyMode = 'json' | 'text';

export interface BodyFacts {
  /** Bytes of the event's data as sent: after encryption, if the channel is encrypted. */
  readonly sizeBytes: number;
  readonly limitBytes: number;
  readonly isOverLimit: boolean;
  readonly problem: JsonProblem | undefined;
}

export function bodyFacts(body: {
  mode: BodyMode;
  text: string;
  channel: string;
  dialect: Dialect;
}): BodyFacts {
  const plainBytes = utf8SizeBytes(body.text);
  const sizeBytes = isEncrypted(body.channel) ? encryptedSizeBytes(plainBytes) : plainBytes;
  const limitBytes = dialectFacts[body.dialect].eventDataLimitBytes;
  return {
    sizeBytes,
    limitBytes,
    isOverLimit: sizeBytes > limitBytes,
    problem: body.mode === 'json' ? jsonProblem(body.text) : undefined,
  };
}
