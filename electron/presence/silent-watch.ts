/** One presence channel by polls alone: ids, and how each answer differs from the one before. */
import type { CallOutput } from '#shared/contract/index.ts';
import { type KnownPresence, MemberTable, PresenceTimeline } from '../live/index.ts';

export class SilentWatch implements KnownPresence {
  readonly ownUserId = null;
  readonly table = new MemberTable();
  readonly timeline = new PresenceTimeline();
  #requests = 0;

  add(userIds: readonly string[], at: number): CallOutput<'presence.poll'> {
    this.#requests++;
    const ids = new Set(userIds);
    const isFirst = !this.timeline.hasBegun;
    let isCut = false;
    if (isFirst) {
      isCut = !this.table.replace(
        [...ids].map((id) => [id, null]),
        '',
        at,
      );
      this.timeline.began(at, ids.size);
    }
    const gone = isFirst ? [] : this.table.list().filter(({ userId }) => !ids.has(userId));
    for (const { userId, joinedAt } of gone) {
      this.timeline.left(userId, at, joinedAt, true);
      this.table.remove(userId);
    }
    let came = 0;
    for (const id of isFirst ? [] : ids) {
      if (this.table.get(id)) continue;
      if (this.table.add([id, null], at)) {
        this.timeline.joined(id, at, true);
        came++;
      } else isCut = true;
    }
    return {
      at,
      users: ids.size,
      came: isFirst ? null : came,
      went: isFirst ? null : gone.length,
      requests: this.#requests,
      isCut,
    };
  }
}
