/**
 * A process that has in its memory what it is told, in one of the ways in which programs have things there: for the
 * proof that a search of memory finds them. What it is told is masked, so that the message is no copy.
 */
import { parentPort } from '../../electron/processes/parent-port.ts';

export interface ToHold {
  readonly way: 'Buffer' | 'one-byte string' | 'two-byte string' | 'joined string' | 'piece of a string';
  /** Every bit is the other way round. */
  readonly masked: readonly Uint8Array[];
}

const held: unknown[] = [];
const port = parentPort();
port.onMessage((message) => {
  const { way, masked } = message as ToHold;
  held.push(...masked.map((bytes) => hold(way, bytes)));
  port.send(held.length);
});

/** V8 keeps small Buffers among its objects, and moves them when they are first read: they would leave a copy. */
const roomBytes = 4096;

function hold(way: ToHold['way'], masked: Uint8Array): unknown {
  const bytes = Buffer.alloc(roomBytes).subarray(0, masked.length);
  for (const [at, byte] of masked.entries()) bytes[at] = byte ^ 0xff;
  if (way === 'Buffer') return bytes;
  const text = textOf(way, bytes);
  bytes.fill(0);
  return text;
}

function textOf(way: ToHold['way'], bytes: Buffer): string {
  switch (way) {
    case 'two-byte string': {
      const wide = Buffer.alloc(roomBytes);
      // One character beyond Latin-1 makes all of them wide.
      wide.write('☕', 'utf16le');
      for (const [at, byte] of bytes.entries()) wide[2 + 2 * at] = byte;
      const text = wide.toString('utf16le', 0, 2 + 2 * bytes.length);
      wide.fill(0);
      return text;
    }
    case 'joined string': {
      // V8 keeps both halves where they are until somebody reads the whole.
      const middle = bytes.length >> 1;
      return bytes.toString('latin1', 0, middle) + bytes.toString('latin1', middle);
    }
    case 'piece of a string': {
      const around = Buffer.alloc(roomBytes, '.');
      around.set(bytes, 40);
      const text = around.toString('latin1', 0, 80 + bytes.length);
      around.fill(0);
      return text.slice(20, 60 + bytes.length);
    }
    default:
      return bytes.toString('latin1');
  }
}
