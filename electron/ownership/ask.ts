/** The other end of the socket: asks the owner of a data folder, for a bounded time. */
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { exchange, type Failure, lineLimitBytes, protocolVersion, trustedAddress } from './light.ts';
import { readNote } from './owner-note.ts';
import { type AnswerOf, protocol, type RequestOf, type RequestType, refusal } from './protocol.ts';

export type Outcome<T extends RequestType> =
  | { readonly kind: 'answered'; readonly answer: AnswerOf<T> }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  | Failure;

export async function askOwner<T extends RequestType>(
  folder: string,
  request: RequestOf<T> & { readonly type: T },
  timeoutMs: number,
): Promise<Outcome<T>> {
  const address = trustedAddress(readNote(folder)?.address);
  if (address === undefined) return { kind: 'absent' };
  const line = await exchange(address, JSON.stringify({ protocol: protocolVersion, ...request }), {
    timeoutMs,
    limitBytes: lineLimitBytes,
  });
  return typeof line === 'string' ? read(request.type, line) : line;
}

function read<T extends RequestType>(type: T, line: string): Outcome<T> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: 'unreadable' };
  }
  const refused = parseUnknown(refusal, value);
  if (refused.success) {
    const { reason, message } = refused.data;
    return { kind: 'refused', reason, message };
  }
  const answer = parseUnknown(protocol[type].answer, value);
  return answer.success ? { kind: 'answered', answer: answer.data as AnswerOf<T> } : { kind: 'unreadable' };
}
