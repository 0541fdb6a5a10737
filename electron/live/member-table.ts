/** The members of one presence channel, from validated messages. A server can't make it grow without end. */
import type { Member } from '#shared/contract/presence.ts';
import type { MemberPair } from './protocol-messages.ts';

export const memberLimit = 20_000;
/** Of ids and infos together. */
const characterLimit = 16_777_216;

export interface MemberWindow {
  readonly total: number;
  /** Of those that the search finds. */
  readonly matched: number;
  readonly members: readonly Member[];
}

export class MemberTable {
  #members = new Map<string, Member>();
  #characters = 0;
  /** In their order on the page; made when it is asked for, then kept in order. */
  #sorted: Member[] | undefined;
  /** What was found last: the next question is often for other rows of it. */
  #found: { readonly search: string; readonly ownUserId: string | null; readonly list: Member[] } | undefined;

  get size(): number {
    return this.#members.size;
  }

  list(): Member[] {
    return [...this.#members.values()];
  }

  get(userId: string): Member | undefined {
    return this.#members.get(userId);
  }

  userIds(): string[] {
    return [...this.#members.keys()];
  }

  /**
   * Rows of those whose id or info has the text in it, case ignored: oneself first, then by user id, numbers in their
   * order.
   */
  window(input: {
    readonly search: string;
    readonly ownUserId: string | null;
    readonly start: number;
    readonly count: number;
  }): MemberWindow {
    const { ownUserId, start, count } = input;
    const search = input.search.trim().toLowerCase();
    if (this.#found?.search !== search || this.#found.ownUserId !== ownUserId) {
      this.#found = { search, ownUserId, list: this.#find(search, ownUserId) };
    }
    const { list } = this.#found;
    return { total: this.size, matched: list.length, members: list.slice(start, start + count) };
  }

  /**
   * Everyone who is there, as told on subscribing. Who was known before, from an earlier connection, keeps the time of
   * joining.
   * @returns False: there was no room for all of them.
   */
  replace(pairs: readonly MemberPair[], ownUserId: string, atMs: number): boolean {
    const before = this.#members;
    this.#members = new Map();
    this.#characters = 0;
    this.#sorted = undefined;
    this.#found = undefined;
    let fits = true;
    for (const pair of pairs) {
      const known = before.get(pair[0])?.joinedAt ?? null;
      fits = this.#put(pair, pair[0] === ownUserId ? (known ?? atMs) : known) && fits;
    }
    return fits;
  }

  /** @returns False: there was no room. */
  add(pair: MemberPair, atMs: number): boolean {
    return this.#put(pair, this.#members.get(pair[0])?.joinedAt ?? atMs);
  }

  /** @returns True: leaving needs no room. */
  remove(userId: string): boolean {
    const member = this.#members.get(userId);
    if (!member) return true;
    this.#characters -= sizeOf(member);
    this.#members.delete(userId);
    this.#found = undefined;
    const sorted = this.#sorted;
    if (sorted) sorted.splice(placeOf(sorted, member), 1);
    return true;
  }

  #find(search: string, ownUserId: string | null): Member[] {
    this.#sorted ??= [...this.#members.values()].sort(compare);
    const found =
      search === ''
        ? [...this.#sorted]
        : this.#sorted.filter(
            ({ userId, userInfo }) =>
              userId.toLowerCase().includes(search) || (userInfo?.toLowerCase().includes(search) ?? false),
          );
    const own = found.findIndex(({ userId }) => userId === ownUserId);
    if (own > 0) found.unshift(...found.splice(own, 1));
    return found;
  }

  #put([userId, userInfo]: MemberPair, joinedAt: number | null): boolean {
    this.remove(userId);
    const member: Member = { userId, userInfo, joinedAt };
    const characters = this.#characters + sizeOf(member);
    if (this.#members.size >= memberLimit || characters > characterLimit) return false;
    this.#characters = characters;
    this.#members.set(userId, member);
    this.#found = undefined;
    const sorted = this.#sorted;
    if (sorted) sorted.splice(placeOf(sorted, member), 0, member);
    return true;
  }
}

function sizeOf({ userId, userInfo }: Member): number {
  return userId.length + (userInfo?.length ?? 0);
}

const byNumberAndName = new Intl.Collator('en', { numeric: true });

/** No two ids are alike: those that read the same are told apart by their characters. */
function compare({ userId: one }: Member, { userId: other }: Member): number {
  return byNumberAndName.compare(one, other) || (one < other ? -1 : one > other ? 1 : 0);
}

/** Where it is, or belongs. */
function placeOf(sorted: readonly Member[], member: Member): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle];
    if (at && compare(at, member) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
