/** From an event to the filter: only its kind, or all but its kind. */
import { useEffect, useRef } from 'react';
import type { Row } from '#shared/contract/history.ts';
import { useCommands } from '../../commands/index.ts';
import { IconButton, Menu, useToast } from '../../components/index.ts';
import { type LogView, useServices } from '../../state/index.ts';
import { filterLimit, hasTerm, nameTerm, withoutTerm, withTerm } from './filter-terms.ts';

const pingTerms = ['-event:pusher:ping', '-event:pusher:pong'] as const;

export function arePingsHidden(filter: string): boolean {
  return pingTerms.every((term) => hasTerm(filter, term));
}

const choices = [
  { id: 'inspector.onlyChannel', title: 'Only this channel', field: 'channel', isMuting: false },
  { id: 'inspector.onlyEvent', title: 'Only this event', field: 'event', isMuting: false },
  { id: 'inspector.muteChannel', title: 'Mute this channel', field: 'channel', isMuting: true },
  { id: 'inspector.muteEvent', title: 'Mute this event', field: 'event', isMuting: true },
] as const;

/** Commands for the row that the keys are on. */
export function useEventFilters(view: LogView, isShown: boolean): void {
  const toast = useToast();
  const apply = (filter: string, message: string) => {
    const before = view.get().filter;
    if (filter === before) return;
    if (filter.length > filterLimit)
      return toast({ message: `A filter has ${filterLimit} characters at most. Make it shorter first.` });
    void view.setFilter(filter);
    toast({ message, action: { label: 'Undo', onSelect: () => void view.setFilter(before) } });
  };
  // A filter may take the row out of the view while its details are still open.
  const latest = useRef<Row>(undefined);
  const find = () => {
    const { active } = view.get();
    const row = active?.index == null ? undefined : view.row(active.index);
    return row ?? (latest.current?.sequence === active?.sequence ? latest.current : undefined);
  };
  useEffect(() => {
    latest.current = find();
  });
  const nameOf = (field: 'channel' | 'event') => find()?.[field] ?? null;
  useCommands([
    ...choices.map(({ id, title, field, isMuting }) => ({
      id,
      title,
      group: 'Inspector',
      keywords: 'filter hide show',
      isAvailable: () => isShown && nameOf(field) !== null,
      run: () => {
        const name = nameOf(field);
        if (name === null) return;
        const term = `${isMuting ? '-' : ''}${nameTerm(field, name)}`;
        apply(withTerm(view.get().filter, term), isMuting ? `${name} is muted.` : `Only ${name} is shown.`);
      },
    })),
    {
      id: 'inspector.pings',
      title: arePingsHidden(view.get().filter) ? 'Show pings and pongs' : 'Hide pings and pongs',
      group: 'Inspector',
      keywords: 'filter quiet heartbeat',
      isAvailable: () => isShown,
      run: () => {
        const { filter } = view.get();
        void view.setFilter(
          arePingsHidden(filter) ? pingTerms.reduce(withoutTerm, filter) : pingTerms.reduce(withTerm, filter),
        );
      },
    },
  ]);
}

/** @param row its names: without one there is nothing to choose by it */
export function EventFilterMenu({ row }: { readonly row: { channel: string | null; event: string | null } }) {
  const { commands } = useServices();
  const group = (isMuting: boolean) =>
    choices
      .filter((choice) => choice.isMuting === isMuting)
      .map(({ id, title, field }) => ({
        label: title,
        icon: isMuting ? ('clear' as const) : ('filter' as const),
        isDisabled: row[field] === null,
        onSelect: () => commands.run(id),
      }));
  return (
    <Menu
      trigger={<IconButton icon="filter" label="Filter by this event" />}
      groups={[group(false), group(true)]}
    />
  );
}
