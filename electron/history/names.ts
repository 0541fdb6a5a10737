/**
 * Channel and event names as numbers. A server that makes up names without end fills the table, not the memory:
 * names past its limits are read from their lines.
 */
import { noName, packFlags, unlistedName } from './columns.ts';
import { messageKind } from './frame-kind.ts';

/** The contract's limit for a name that was seen on the wire. */
const nameLimit = 4096;
const namesLimit = 200_000;
const charactersLimit = 8_000_000;
const pairsLimit = 10_000;

export function cutName(name: string): string {
  return name.length <= nameLimit ? name : `${name.slice(0, nameLimit - 1)}…`;
}

export class NameTable {
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [''];
  readonly #recent = new RecentNames();
  readonly #flags = new Map<number, number>();
  #characters = 0;

  /** All names by id, from id 0, which is none. */
  get names(): readonly string[] {
    return this.#names;
  }

  idOf(name: string | null): number {
    if (name === null) return noName;
    return this.#ids.get(name) ?? this.#add(name);
  }

  /** The same for a name in UTF-8. */
  idOfBytes(bytes: Buffer, start: number, end: number): number {
    const recent = this.#recent.find(bytes, start, end);
    if (recent !== undefined) return recent;
    const id = this.idOf(bytes.toString('utf8', start, end));
    if (id !== unlistedName) this.#recent.add(bytes, start, end, id);
    return id;
  }

  /** The flags of a frame with these names: worked out once for each pair. */
  frameFlags(direction: 'in' | 'out', event: number, channel: number): number {
    const pair = (event * namesLimit + channel) * 2 + (direction === 'in' ? 0 : 1);
    const known = this.#flags.get(pair);
    if (known !== undefined) return known;
    const channelName = channel === noName ? null : (this.#names[channel] ?? null);
    const facts = messageKind(this.#names[event] ?? '', channelName);
    const flags = packFlags({ ...facts, direction, form: 'frame' });
    if (this.#flags.size >= pairsLimit) this.#flags.clear();
    this.#flags.set(pair, flags);
    return flags;
  }

  #add(name: string): number {
    const isFull = this.#names.length >= namesLimit || this.#characters + name.length > charactersLimit;
    if (isFull || name.length > nameLimit) return unlistedName;
    const id = this.#names.length;
    this.#ids.set(name, id);
    this.#names.push(name);
    this.#characters += name.length;
    return id;
  }
}

const slots = 1024;
const slotBytes = 64;

/** Most frames have a name that another frame had shortly before: found here without making a string of it. */
class RecentNames {
  readonly #bytes = new Uint8Array(slots * slotBytes);
  readonly #lengths = new Uint8Array(slots);
  readonly #ids = new Uint32Array(slots);

  find(bytes: Uint8Array, start: number, end: number): number | undefined {
    const length = end - start;
    if (length === 0 || length > slotBytes) return undefined;
    const slot = slotOf(bytes, start, end);
    if (this.#lengths[slot] !== length) return undefined;
    const first = slot * slotBytes;
    for (let index = 0; index < length; index++) {
      if (this.#bytes[first + index] !== bytes[start + index]) return undefined;
    }
    return this.#ids[slot];
  }

  add(bytes: Uint8Array, start: number, end: number, id: number): void {
    if (end === start || end - start > slotBytes) return;
    const slot = slotOf(bytes, start, end);
    this.#bytes.set(bytes.subarray(start, end), slot * slotBytes);
    this.#lengths[slot] = end - start;
    this.#ids[slot] = id;
  }
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + (bytes[index] ?? 0)) | 0;
  return (hash ^ (hash >>> 10)) & (slots - 1);
}
