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
  SuggestField,
  Toolbar,
  useKeepFocus,
} from '../../components/index.ts';
import { useConnection, useDraft, useProfile } from '../../state/index.ts';
import { OwnMembers } from './own-members.tsx';
import styles from './presence.module.css';
import { SilentMembers } from './silent-members.tsx';

type Mode = 'own' | 'silent';

interface PresenceView {
  readonly channel: string;
  readonly mode: Mode;
  readonly search: string;
}

export function PresenceScreen({ profileId }: { readonly profileId: string }) {
  const profile = useProfile(profileId);
  return profile ? <Presence key={profileId} profile={profile} /> : <Loading />;
}

const prefix = 'presence-';

function Presence({ profile }: { readonly profile: Profile }) {
  const { profileId } = profile;
  const connection = useConnection(profileId);
  const subscribed = presenceChannels(connection);
  const [view, setView] = useDraft<PresenceView>(`presence:${profileId}`, {
    channel: '',
    mode: 'own',
    search: '',
  });
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
          key={channel}
          profile={profile}
          channel={channel}
          connection={connection}
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

function presenceChannels(connection: Connection | undefined): readonly string[] {
  return connection?.subscriptions.map(({ channel }) => channel).filter(isPresence) ?? [];
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
