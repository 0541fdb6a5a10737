/** An app's channels: those that the server has, and those that this app is subscribed to. */
import { useEffect, useRef, useState } from 'react';
import type { ChannelFacts, ChannelLine, ShownChannels } from '#shared/contract/channels.ts';
import { useCommands } from '../../commands/index.ts';
import {
  EmptyState,
  ErrorNotice,
  formatCount,
  Icon,
  Loading,
  plural,
  Segmented,
  TextField,
  Toolbar,
  ToolbarSpace,
  useKeepFocus,
  useToast,
  type VirtualListHandle,
} from '../../components/index.ts';
import {
  type RowsAnswer,
  useCall,
  useConnection,
  useDraft,
  useRows,
  useServices,
} from '../../state/index.ts';
import { SubscribeForm } from '../live/index.ts';
import { ChannelDetail } from './channel-detail.tsx';
import { ChannelTree } from './channel-tree.tsx';
import styles from './channels.module.css';
import { DiscoveryBar, DiscoveryProblem } from './discovery-bar.tsx';
import { Patterns } from './patterns.tsx';
import { useChannelsStatus } from './use-channels-status.ts';

interface View {
  readonly search: string;
  readonly show: ShownChannels;
  /** Groups that are not as they are by default. */
  readonly toggled: readonly string[];
}

interface Lines extends RowsAnswer<ChannelLine> {
  readonly matched: number;
  readonly known: number;
}

/** Rates move by themselves; one question tells them for all that is in sight. */
const ratesEveryMs = 1000;
/** The oldest are forgotten beyond it. */
const toggledLimit = 500;

export function ChannelsScreen({ profileId }: { readonly profileId: string }) {
  return <Channels key={profileId} profileId={profileId} />;
}

function Channels({ profileId }: { readonly profileId: string }) {
  const { client } = useServices();
  const { status, error } = useChannelsStatus(profileId);
  const connection = useConnection(profileId);
  const [view, setView] = useDraft<View>(`channels:${profileId}`, { search: '', show: 'all', toggled: [] });
  const isConnected = connection?.state === 'connected';
  const rows = useRows<ChannelLine, Lines>({
    ask: async (range, signal) => {
      const { lines, ...rest } = await client.call(
        'channels.lines',
        { profileId, ...view, search: view.search.trim(), toggled: [...view.toggled], ...range },
        { signal },
      );
      return { ...rest, rows: lines };
    },
    name: JSON.stringify(view),
    version: status?.revision,
    everyMs: isConnected ? ratesEveryMs : undefined,
  });
  const [active, setActive] = useState<{ readonly index: number; readonly path: string }>();
  const [chosen, setChosen] = useState<ChannelFacts>();
  const list = useRef<VirtualListHandle>(null);
  const search = useRef<HTMLInputElement>(null);
  const screen = useRef<HTMLDivElement>(null);
  useKeepFocus(screen, connection?.subscriptions);

  // Lines move as channels come and go: the active one is found again by its path, where it is in sight.
  const answer = rows.answer;
  const place = answer?.rows.findIndex(({ path }) => path === active?.path) ?? -1;
  const activeIndex = answer && active ? (place < 0 ? active.index : answer.start + place) : null;
  const activeLine = activeIndex === null ? undefined : rows.row(activeIndex);
  const activeChannel = activeLine?.path === active?.path ? activeLine?.channel : undefined;
  // Moved to before it was fetched.
  const arrived = active?.path === '' ? activeLine?.path : undefined;
  useEffect(() => {
    if (arrived !== undefined) setActive((current) => current && { ...current, path: arrived });
  }, [arrived]);
  useEffect(() => {
    if (activeChannel) setChosen(activeChannel);
  }, [activeChannel]);

  const change = (changes: Partial<View>) => setView({ ...view, ...changes });
  const actions = useChannelActions(profileId);
  const toggle = (path: string) => {
    const others = view.toggled.filter((each) => each !== path);
    const isToggled = others.length < view.toggled.length;
    change({ toggled: isToggled ? others : [...others, path].slice(-toggledLimit) });
  };
  const moveTo = (index: number) => {
    const line = rows.row(index);
    setActive({ index, path: line?.path ?? '' });
    if (line && !line.channel) setChosen(undefined);
  };
  useCommands([
    {
      id: 'channels.search',
      title: 'Search channels',
      group: 'Channels',
      shortcuts: ['/'],
      run: () => {
        search.current?.focus();
        search.current?.select();
      },
    },
    {
      id: 'channels.toggleSubscription',
      title: 'Subscribe to the chosen channel, or unsubscribe',
      group: 'Channels',
      shortcuts: ['s'],
      isAvailable: () => chosen !== undefined,
      run: () => chosen && actions.toggleSubscription(chosen),
    },
    {
      id: 'channels.toggleFavourite',
      title: 'Make the chosen channel a favourite, or no more',
      group: 'Channels',
      shortcuts: ['f'],
      isAvailable: () => chosen !== undefined,
      run: () => chosen && actions.toggleFavourite(chosen),
    },
  ]);

  return (
    <div ref={screen} tabIndex={-1} className={styles.screen}>
      <Toolbar label="Discovery">
        <SubscribeForm profileId={profileId} isCompact />
        <ToolbarSpace />
        {status && <DiscoveryBar status={status} />}
      </Toolbar>
      <Toolbar label="Channels on show">
        <div className={styles.search}>
          <TextField
            ref={search}
            label="Search channels"
            isLabelHidden
            type="search"
            isCode
            placeholder="Search names"
            before={<Icon name="search" />}
            value={view.search}
            onChange={(next) => change({ search: next.slice(0, 1000), toggled: [] })}
            onKeyDown={(event) => {
              if (event.key === 'Enter' || event.key === 'ArrowDown') {
                event.preventDefault();
                list.current?.focus();
              }
            }}
          />
        </div>
        <Segmented
          label="Channels to show"
          isLabelHidden
          value={view.show}
          options={[
            { value: 'all', label: 'All' },
            { value: 'subscribed', label: 'Subscribed to' },
            { value: 'favourites', label: 'Favourites' },
          ]}
          onChange={(show) => change({ show })}
        />
        <ToolbarSpace />
        <span className={styles.count} role="status">
          {answer &&
            (answer.matched === answer.known
              ? plural(answer.known, 'channel')
              : `${formatCount(answer.matched)} of ${plural(answer.known, 'channel')}`)}
        </span>
      </Toolbar>
      {(error ?? rows.error) && (
        <ErrorNotice error={(error ?? rows.error) as NonNullable<typeof error>} onRetry={rows.retry} isBar />
      )}
      {actions.error && <ErrorNotice error={actions.error} onDismiss={actions.clear} isBar />}
      {status && <DiscoveryProblem status={status} />}
      <div className={styles.panes}>
        <div className={styles.tree}>
          {!answer ? (
            <Loading label="Asking for the channels" />
          ) : answer.total === 0 ? (
            <Nothing view={view} isKnown={status?.answeredAt != null} />
          ) : (
            <ChannelTree
              ref={list}
              rows={rows}
              count={answer.total}
              activeIndex={activeIndex}
              onActiveChange={moveTo}
              onToggle={toggle}
              onToggleSubscription={actions.toggleSubscription}
              onToggleFavourite={actions.toggleFavourite}
            />
          )}
        </div>
        <aside className={styles.aside} aria-label="Channel and patterns">
          {chosen && (
            <ChannelDetail
              key={chosen.channel}
              profileId={profileId}
              facts={chosen}
              answeredAt={status?.answeredAt ?? null}
              onToggleSubscription={() => actions.toggleSubscription(chosen)}
              onToggleFavourite={() => actions.toggleFavourite(chosen)}
            />
          )}
          {status && <Patterns status={status} isConnected={isConnected} />}
        </aside>
      </div>
    </div>
  );
}

function Nothing({ view, isKnown }: { readonly view: View; readonly isKnown: boolean }) {
  if (view.search.trim() !== '')
    return <EmptyState icon="search" title="No channel’s name has this in it." />;
  if (view.show === 'favourites') {
    return (
      <EmptyState icon="favourite" title="No favourites yet">
        The star beside a channel makes it one. Favourites are kept, whether the channel is occupied or not.
      </EmptyState>
    );
  }
  if (view.show === 'subscribed') {
    return (
      <EmptyState icon="channel" title="Not subscribed to any channel">
        Events of a channel reach the inspector from the moment that you subscribe.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="channel" title={isKnown ? 'No channel is occupied' : 'No channel is known yet'}>
      {isKnown
        ? 'A channel is there as long as somebody is subscribed to it. Subscribe to one by its name above.'
        : 'Ask the server above which channels are occupied, or subscribe to one by its name.'}
    </EmptyState>
  );
}

function useChannelActions(profileId: string) {
  const subscribe = useCall('live.subscribe');
  const unsubscribe = useCall('live.unsubscribe');
  const favourite = useCall('channels.setFavourite');
  const toast = useToast();
  const all = [subscribe, unsubscribe, favourite];
  return {
    error: all.map(({ error }) => error).find((error) => error !== undefined),
    clear: () => {
      for (const each of all) each.clear();
    },
    toggleSubscription: async ({ channel, state }: ChannelFacts) => {
      if (state === null || state === 'failed') {
        await subscribe.run({ profileId, channel });
        return;
      }
      if (!(await unsubscribe.run({ profileId, channel }))) return;
      toast({
        message: `Unsubscribed from ${channel}.`,
        action: { label: 'Undo', onSelect: () => void subscribe.run({ profileId, channel }) },
      });
    },
    toggleFavourite: ({ channel, isFavourite }: ChannelFacts) =>
      void favourite.run({ profileId, channel, isFavourite: !isFavourite }),
  };
}
