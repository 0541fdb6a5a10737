/** Brings a place of the log into sight, and the keys to it. */
import { type RefObject, useCallback } from 'react';
import type { LogPlace } from '#shared/contract/history.ts';
import { useToast, type VirtualListHandle } from '../../components/index.ts';
import { asAppError, type LogView } from '../../state/index.ts';

export type Jump = (place: LogPlace) => Promise<boolean>;

/** The answer says whether the place was reached; if it was not, the user has been told why. */
export function useJump(view: LogView, list: RefObject<VirtualListHandle | null>): Jump {
  const toast = useToast();
  return useCallback(
    async function jump(place): Promise<boolean> {
      let row: Awaited<ReturnType<LogView['rowOf']>>;
      try {
        row = await view.rowOf(place);
      } catch (cause) {
        toast({ message: asAppError(cause).message, tone: 'danger' });
        return false;
      }
      if (place.by === 'sequence' && row?.sequence !== place.sequence) {
        const clear = async () => {
          await view.setFilter('');
          await jump(place);
        };
        const isFiltered = view.get().filter !== '';
        toast({
          message: isFiltered ? 'The filter hides this event.' : 'This event was cleared from view.',
          ...(isFiltered ? { action: { label: 'Clear filter', onSelect: () => void clear() } } : {}),
        });
        return false;
      }
      if (!row) {
        toast({ message: 'No event came at that time or after it.' });
        return false;
      }
      view.setFollowing(false);
      // The list is drawn with all its rows before one of them can be gone to.
      await new Promise(requestAnimationFrame);
      if (row.index >= view.count) {
        toast({
          message: 'It came after the pause.',
          action: { label: 'Resume', onSelect: () => view.togglePause() },
        });
        return false;
      }
      list.current?.moveTo(row.index);
      view.setFollowing(false);
      list.current?.focus();
      return true;
    },
    [view, list, toast],
  );
}
