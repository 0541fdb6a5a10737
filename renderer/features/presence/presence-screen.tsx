/** Who is on a presence channel: as this app's own subscription knows it, or asked for without joining. */
import { useRef, useState } from 'react';
import type { Connection } from '#shared/contract/live.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { channelNameProblem, isPresence } from '#shared/protocol/channels.ts';
import {
  EmptyState,
  type FieldProblem,
  Loading,
  Segmented,
  Select,
  SuggestField,
  Toolbar,
  useKeepFocus,
} from '../../components/index.ts';
import { useAppConnections, useDraft, useProfile } from '../../state/index.ts';
import { OwnMembers } from './own-members.tsx';
import styles from './presence.module.css';
import { SilentMembers } from './silent-members.tsx';

type Mode = 'own' | 'silent';

interface PresenceView {
  readonly channel: string;
  readonly mode: Mode;
  readonly search: string;
  /** Whose subscription is shown, and who joins. */
  readonly number: number;
}

export function PresenceScreen({ profileId }: { readonly profileId: string }) {
  const profile = useProfile(profileId);
  return profile ? <Presence key={profileId} profile={profile} /> : <Loading />;
}

const prefix = 'presence-';

function Presence({ profile }: { readonly profile: Profile }) {
  const { profileId } = profile;
  const connections = useAppConnections(profileId);
  const [view, setView] = useDraft<PresenceView>(`presence:${profileId}`, {
    channel: '',
    mode: 'own',
    search: '',
    number: 1,
  });
  // A connection may have been closed meanwhile; the app's own is always there.
  const connection = connections.find((each) => each.connection === view.number) ?? connections[0];
  const number = connection?.connection ?? 1;
  const subscribed = presenceChannels(connections);
  // The one that is there, until another is named.
  const shown = view.channel === '' ? (subscribed[0] ?? '') : view.channel;
  const screen = useRef<HTMLDivElement>(null);
  // Joining and leaving take their own buttons away.
  useKeepFocus(screen, connection?.subscriptions);
  const [typed, setTyped] = useState<string>();
  const text = typed ?? shown;
  const problem = text === '' ? undefined : presenceProblem(text);
  const channel = text !== '' && problem?.severity !== 'error' ? text : undefined;
  const change = (changes: Partial<PresenceView>) => setView({ ...view, ...changes });

  return (
    <div ref={screen} tabIndex={-1} className={styles.screen}>
      <Toolbar label="Presence">
        <div className={styles.channel}>
          <SuggestField
            label="Presence channel"
            isLabelHidden
            value={text}
            onChange={(next) => {
              setTyped(next);
              change({ channel: next });
            }}
            // The one that is written already would open a list that hides what is below.
            suggestions={subscribed.filter((each) => each !== text)}
            placeholder="presence-room-7"
            problem={problem}
          />
        </div>
        {connections.length > 1 && view.mode === 'own' && (
          <Select
            label="Connection"
            isLabelHidden
            value={String(number)}
            options={connections.map((each) => ({
              value: String(each.connection),
              label: connectionName(each, channel),
            }))}
            onChange={(next) => change({ number: Number(next) })}
          />
        )}
        <Segmented
          label="Where members come from"
          isLabelHidden
          value={view.mode}
          options={[
            { value: 'own', label: 'From this subscription' },
            { value: 'silent', label: 'Watch silently' },
          ]}
          onChange={(mode) => change({ mode })}
        />
      </Toolbar>
      {channel === undefined ? (
        <EmptyState
          icon="presence"
          title={text === '' ? 'Name a presence channel' : 'No such presence channel'}
        >
          Type its name above. “From this subscription” shows members with their info once you have joined;
          “Watch silently” asks the server for ids, and nobody sees you.
        </EmptyState>
      ) : view.mode === 'own' ? (
        <OwnMembers
          key={`${number} ${channel}`}
          profile={profile}
          channel={channel}
          number={number}
          connection={connection}
          hasOthers={connections.length > 1}
          search={view.search}
          onSearch={(search) => change({ search })}
          onWatchSilently={() => change({ mode: 'silent' })}
        />
      ) : (
        <SilentMembers
          key={channel}
          profileId={profileId}
          channel={channel}
          isJoined={subscribed.includes(channel)}
          search={view.search}
          onSearch={(search) => change({ search })}
        />
      )}
    </div>
  );
}

/** Of all connections; those of the app's own come first. */
function presenceChannels(connections: readonly Connection[]): readonly string[] {
  const all = connections.flatMap(({ subscriptions }) => subscriptions.map(({ channel }) => channel));
  return [...new Set(all.filter(isPresence))];
}

function connectionName(
  { connection, label, subscriptions }: Connection,
  channel: string | undefined,
): string {
  const isOn = subscriptions.some((each) => each.channel === channel && each.state === 'subscribed');
  return `Connection ${connection}${label === null ? '' : `, ${label}`}${isOn ? '' : ' (not on it)'}`;
}

function presenceProblem(name: string): FieldProblem | undefined {
  // While its beginning is typed, it is not wrong yet.
  if (prefix.startsWith(name)) return undefined;
  if (!isPresence(name)) {
    return {
      severity: 'error',
      message: 'Only presence channels have members: their names begin with “presence-”.',
    };
  }
  return channelNameProblem(name);
}
