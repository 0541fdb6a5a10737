/** Which names of a log are channels' and which are events': its table holds both. Looked up when asked, and then for new lines only. */
import { indexInChunk } from './columns.ts';
import type { LogReader } from './log-reader.ts';

const kindBits = { channel: 1, event: 2 } as const;

export class NameUse {
  readonly #log: LogReader;
  #seenTo = 0;
  #use = new Uint8Array(1024);

  constructor(log: LogReader) {
    this.#log = log;
  }

  /** Names that hold the text, in any case: those that begin with it first, each group in order. */
  find(kind: 'channel' | 'event', text: string, limit: number): string[] {
    this.#look();
    const wanted = text.toLowerCase();
    const found = this.#log.names.filter(
      (name, id) => ((this.#use[id] ?? 0) & kindBits[kind]) !== 0 && name.toLowerCase().includes(wanted),
    );
    const begins = (name: string) => name.toLowerCase().startsWith(wanted);
    const inOrder = found.sort((a, b) => Number(begins(b)) - Number(begins(a)) || (a < b ? -1 : 1));
    return inOrder.slice(0, limit);
  }

  #look(): void {
    const { names, count } = this.#log;
    if (this.#use.length < names.length) {
      const larger = new Uint8Array(names.length * 2);
      larger.set(this.#use);
      this.#use = larger;
    }
    const use = this.#use;
    while (this.#seenTo < count) {
      const { channel, event } = this.#log.chunkOf(this.#seenTo);
      const start = indexInChunk(this.#seenTo);
      const end = Math.min(channel.length, start + count - this.#seenTo);
      for (let at = start; at < end; at++) {
        const channelId = channel[at] ?? 0;
        const eventId = event[at] ?? 0;
        // Ids past the table are of names that it has no room for.
        if (channelId < use.length) use[channelId] = (use[channelId] ?? 0) | kindBits.channel;
        if (eventId < use.length) use[eventId] = (use[eventId] ?? 0) | kindBits.event;
      }
      this.#seenTo += end - start;
    }
    // Id 0 is no name.
    use[0] = 0;
  }
}
