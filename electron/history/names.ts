/**
 * Channel and event names as numbers. A server that makes up names without end fills the table, not the memory:
 * names past its limits are read from their lines.
 */
import { noName, unlistedName } from './columns.ts';

/** The contract's limit for a name that was seen on the wire. */
const nameLimit = 4096;
const namesLimit = 200_000;
const charactersLimit = 8_000_000;

export function cutName(name: string): string {
  return name.length <= nameLimit ? name : `${name.slice(0, nameLimit - 1)}…`;
}

export class NameTable {
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [''];
  #characters = 0;

  /** All names by id, from id 0, which is none. */
  get names(): readonly string[] {
    return this.#names;
  }

  idOf(name: string | null): number {
    if (name === null) return noName;
    const known = this.#ids.get(name);
    return known ?? this.#add(name);
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
