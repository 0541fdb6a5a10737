/** One app: what it is and how it stands, its tabs, and the one that is open. */
import { useEffect } from 'react';
import type { Profile } from '#shared/contract/profiles.ts';
import { CommandButton } from '../commands/index.ts';
import { Badge, EnvironmentLabel, EnvironmentLine, Name, StateDot, Tabs } from '../components/index.ts';
import ChannelsScreen from '../features/channels/index.ts';
import Inspector from '../features/history/index.ts';
import { ConnectionsScreen, useConnectionWords } from '../features/live/index.ts';
import PresenceScreen from '../features/presence/index.ts';
import PublishScreen from '../features/publishing/index.ts';
import KeysScreen from '../features/rotation/index.ts';
import {
  type AppTab,
  appTabs,
  useAppConnections,
  useConnection,
  useNavigation,
  usePlace,
  useServices,
} from '../state/index.ts';
import styles from './app-screen.module.css';
import { tabLabels } from './tab-labels.ts';

export function AppScreen({ profile }: { readonly profile: Profile }) {
  const { profileId } = profile;
  const navigation = useNavigation();
  const place = usePlace();
  const { logs } = useServices().stores;
  const connection = useConnection(profileId);
  const tab: AppTab = place.screen === 'app' ? place.tab : 'inspector';
  // Open while any tab of this app is: the status bar shows its rate.
  useEffect(() => logs.of(profileId).acquire(), [logs, profileId]);
  const subscriptions = connection?.subscriptions.length ?? 0;
  return (
    <Tabs
      label={`Views of ${profile.name}`}
      tabs={appTabs.filter(hasTab).map((value) => ({
        value,
        label: tabLabels[value],
        mark: value === 'channels' && subscriptions > 0 ? <Badge>{subscriptions}</Badge> : undefined,
      }))}
      value={hasTab(tab) ? tab : null}
      panelLabel={tabLabels[tab]}
      onChange={(next) => navigation.openApp(profileId, next)}
      before={<Identity profile={profile} />}
      after={
        <>
          <CommandButton command="exports.open" label="Export…" icon="export" variant="quiet" isCompact />
          <CommandButton command="profiles.edit" label="Edit" icon="edit" variant="quiet" isCompact />
          {isDown(connection?.state) ? (
            <CommandButton command="live.connect" label="Connect" icon="connect" />
          ) : (
            <CommandButton
              command="live.disconnect"
              label="Disconnect"
              icon="disconnect"
              variant="quiet"
              isCompact
            />
          )}
        </>
      }
    >
      <TabScreen tab={tab} profileId={profileId} />
    </Tabs>
  );
}

/** Connections are reached from the state beside the app's name. */
function hasTab(tab: AppTab): boolean {
  return tab !== 'connections';
}

function isDown(state: string | undefined): boolean {
  return state === undefined || state === 'disconnected' || state === 'initialized';
}

function Identity({ profile }: { readonly profile: Profile }) {
  const connection = useConnection(profile.profileId);
  const { tone, text } = useConnectionWords(profile.profileId);
  const navigation = useNavigation();
  const place = usePlace();
  const others = useAppConnections(profile.profileId).length - 1;
  return (
    <div className={styles.identity}>
      <EnvironmentLine environment={profile.environment} />
      <div className={styles.who}>
        <h1 className={styles.name} title={profile.name}>
          {profile.name}
        </h1>
        <EnvironmentLabel environment={profile.environment} />
      </div>
      <button
        type="button"
        className={styles.state}
        title={connection?.reason ?? 'Show the connections'}
        aria-label={`${text}. Show the connections`}
        aria-current={place.screen === 'app' && place.tab === 'connections' ? 'page' : undefined}
        onClick={() => navigation.openApp(profile.profileId, 'connections')}
      >
        <StateDot tone={tone} label={text} isLabelBeside />
        <span className={styles.stateText}>{text}</span>
        {connection?.state === 'connected' && connection.socketId !== null && (
          <Name text={connection.socketId} className={styles.socketId} />
        )}
        {others > 0 && <Badge title={`${others} more connections of this app`}>+{others}</Badge>}
      </button>
    </div>
  );
}

function TabScreen({ tab, profileId }: { readonly tab: AppTab; readonly profileId: string }) {
  switch (tab) {
    case 'inspector':
      return <Inspector profileId={profileId} />;
    case 'channels':
      return <ChannelsScreen profileId={profileId} />;
    case 'presence':
      return <PresenceScreen profileId={profileId} />;
    case 'publish':
      return <PublishScreen profileId={profileId} />;
    case 'keys':
      return <KeysScreen profileId={profileId} />;
    case 'connections':
      return <ConnectionsScreen profileId={profileId} />;
  }
}
