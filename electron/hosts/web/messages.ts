/** Messages of the page's socket. They can hold a secret. */
import type { RawData } from 'ws';

/**
 * Wipes what it has read: the socket's buffer would keep it until another message happens to take its place. Text that
 * is not JSON becomes undefined, which no schema accepts.
 */
export function readMessage(data: RawData): unknown {
  // As `ws` gives them, unless it is told otherwise.
  if (!Buffer.isBuffer(data)) throw new Error('A message of the socket is not in a Buffer');
  try {
    return JSON.parse(data.toString());
  } catch {
    return undefined;
  } finally {
    data.fill(0);
  }
}
