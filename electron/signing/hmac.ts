/** HMAC-SHA256 as the protocol uses it, and comparisons that take the same time whether or not they match. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Lower-case hex. */
export function sign(secret: string, text: string | Uint8Array): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

export function isSameSignature(expected: string, given: string): boolean {
  const [expectedBytes, givenBytes] = [Buffer.from(expected), Buffer.from(given)];
  return expectedBytes.length === givenBytes.length && timingSafeEqual(expectedBytes, givenBytes);
}
