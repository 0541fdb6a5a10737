/** The members of one presence channel, from validated messages. A server can't make it grow without end. */
import type { Member } from '#shared/contract/presence.ts';
import type { MemberPair } from './protocol-messages.ts';

export const memberLimit = 10_000;
/** Of ids and infos together. */
const characterLimit = 16_777_216;

export class MemberTable {
  #members = new Map<string, Member>();
  #characters = 0;

  get size(): number {
    return this.#members.size;
  }

  list(): Member[] {
    return [...this.#members.values()];
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
    if (member) this.#characters -= sizeOf(member);
    this.#members.delete(userId);
    return true;
  }

  #put([userId, userInfo]: MemberPair, joinedAt: number | null): boolean {
    this.remove(userId);
    const member: Member = { userId, userInfo, joinedAt };
    const characters = this.#characters + sizeOf(member);
    if (this.#members.size >= memberLimit || characters > characterLimit) return false;
    this.#characters = characters;
    this.#members.set(userId, member);
    return true;
  }
}

function sizeOf({ userId, userInfo }: Member): number {
  return userId.length + (userInfo?.length ?? 0);
}
