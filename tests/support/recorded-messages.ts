/** What `record-messages.ts` wrote: the messages that a main process got from its children. */
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';

export interface RecordedMessage {
  /** The process's title: `latchkey-vault`. */
  readonly from: string;
  readonly message: unknown;
  /** As V8 wrote it: strings as they are in memory. */
  readonly bytes: Buffer;
}

export function frameRecord(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

export function readRecordedMessages(path: string): RecordedMessage[] {
  const file = readFileSync(path);
  const messages: RecordedMessage[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at);
    const bytes = file.subarray(at + 4, at + 4 + length);
    messages.push({ ...(deserialize(bytes) as { from: string; message: unknown }), bytes });
    at += 4 + length;
  }
  return messages;
}
