/** Requests of the command, as the owner gets them on a line, and as the command answers them itself. */
import type { CommandType, OwnerHandlers, RequestOf } from '../ownership/index.ts';
import { protocolVersion } from '../ownership/light.ts';

/** A passphrase is bytes, so that it can be wiped. */
export type Request = {
  [T in CommandType]: Omit<RequestOf<T>, 'passphrase'> & { readonly passphrase?: Uint8Array };
}[CommandType];

export type AnswerTo<T extends CommandType> = Awaited<ReturnType<OwnerHandlers[T]>>;

/** A line, to be wiped when it was sent. */
export function encodeRequest({ passphrase, ...request }: Request): Uint8Array {
  const line = Buffer.from(JSON.stringify({ protocol: protocolVersion, ...request }));
  if (passphrase === undefined) return line;
  const value = jsonString(passphrase);
  const whole = Buffer.concat([line.subarray(0, -1), Buffer.from(',"passphrase":'), value, Buffer.from('}')]);
  value.fill(0);
  return whole;
}

const [quote, backslash] = [0x22, 0x5c];

/** As `JSON.stringify` writes a text, without there ever being a string of it, which nothing could wipe. */
function jsonString(utf8: Uint8Array): Buffer {
  const written = Buffer.alloc(2 + 6 * utf8.length);
  let length = 0;
  written[length++] = quote;
  for (const byte of utf8) {
    if (byte === quote || byte === backslash) written[length++] = backslash;
    if (byte >= 0x20) written[length++] = byte;
    else length += written.write(`\\u00${byte.toString(16).padStart(2, '0')}`, length);
  }
  written[length++] = quote;
  return written.subarray(0, length);
}
