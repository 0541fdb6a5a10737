/** Members of a presence channel as a list: searched, and sorted so that it does not jump. */
import type { Member } from '#shared/contract/presence.ts';

/** Oneself first, then by user id; numbers in their order. */
export function sortMembers(members: readonly Member[], ownUserId: string | null): readonly Member[] {
  return [...members].sort((one, other) => {
    if (one.userId === other.userId) return 0;
    if (one.userId === ownUserId) return -1;
    if (other.userId === ownUserId) return 1;
    return byNumberAndName.compare(one.userId, other.userId);
  });
}

/** Finds in ids and in the text of their info; case is ignored. */
export function filterMembers(members: readonly Member[], search: string): readonly Member[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return members;
  return members.filter(
    ({ userId, userInfo }) =>
      userId.toLowerCase().includes(wanted) || (userInfo?.toLowerCase().includes(wanted) ?? false),
  );
}

export function filterIds(userIds: readonly string[], search: string): readonly string[] {
  const wanted = search.trim().toLowerCase();
  return userIds.filter((userId) => userId.toLowerCase().includes(wanted)).sort(byNumberAndName.compare);
}

const byNumberAndName = new Intl.Collator('en', { numeric: true });
