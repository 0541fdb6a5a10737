/** The shell: sidebar, the place where the user is, status bar; and what is true everywhere. */
import { useEffect, useState } from 'react';
import { listenForKeys, useIsMac } from '../commands/index.ts';
import { ErrorNotice, Loading, Notice, useToast } from '../components/index.ts';
import AuditScreen from '../features/audit/index.ts';
import ExportsScreen, { ExportsCommands } from '../features/exports/index.ts';
import ImportScreen, { ImportCommands } from '../features/imports/index.ts';
import ProfileForm, { ProfileCommands } from '../features/profiles/index.ts';
import ServiceScreen from '../features/providers/index.ts';
import SandboxScreen, { SandboxCommands } from '../features/sandbox/index.ts';
import SettingsScreen from '../features/settings/index.ts';
import SweepScreen, { SweepCommands } from '../features/sweep/index.ts';
import { VaultCommands, VaultScreen } from '../features/vault/index.ts';
import {
  useContractEvent,
  useNavigation,
  usePlace,
  useReadable,
  useServiceList,
  useServices,
  useTransportStatus,
} from '../state/index.ts';
import styles from './app.module.css';
import { AppScreen } from './app-screen.tsx';
import { CopiedBar } from './copied-bar.tsx';
import type { FailureReports } from './failure-reports.ts';
import { FirstStart } from './first-start.tsx';
import { useGlobalCommands } from './global-commands.ts';
import { KeysHelp } from './keys-help.tsx';
import { NoEntry } from './no-entry.tsx';
import { Notices } from './notices.tsx';
import { OfflineBar } from './offline-bar.tsx';
import { Palette } from './palette.tsx';
import { watchForInput } from './presence.ts';
import { Sidebar } from './sidebar.tsx';
import { StatusBar } from './status-bar.tsx';
import { useCurrentApp } from './use-current-app.ts';
import { useTheme } from './use-theme.ts';

type Overlay = 'palette' | 'keys' | undefined;

export function App({ failures }: { readonly failures: FailureReports }) {
  const status = useTransportStatus();
  if (status.state === 'refused' && status.what === 'link') return <NoEntry problem={status.reason} />;
  return <Shell failures={failures} />;
}

function Shell({ failures }: { readonly failures: FailureReports }) {
  const { client, commands } = useServices();
  const isMac = useIsMac();
  const toast = useToast();
  const [overlay, setOverlay] = useState<Overlay>();
  useTheme();
  useGlobalCommands({ openPalette: () => setOverlay('palette'), openKeys: () => setOverlay('keys') });
  useEffect(() => listenForKeys(window, commands, isMac), [commands, isMac]);
  useEffect(
    () =>
      watchForInput(window, () => {
        // One that is lost is followed by another: whoever is there goes on.
        if (client.status.state === 'online') client.call('vault.touch', {}).catch(() => {});
      }),
    [client],
  );
  useContractEvent('about.commandChosen', ({ commandId }) => {
    commands.run(commandId);
  });
  useEffect(
    () =>
      failures.listen((error) =>
        toast({ tone: 'danger', message: [error.message, error.hint].filter(Boolean).join(' ') }),
      ),
    [failures, toast],
  );
  const close = () => setOverlay(undefined);
  return (
    <div className={styles.app}>
      <OfflineBar />
      <Notices />
      <CopiedBar />
      <div className={styles.middle}>
        <Sidebar />
        <main className={styles.main}>
          <Screen />
        </main>
      </div>
      <StatusBar />
      <ProfileCommands />
      <VaultCommands />
      <ImportCommands />
      <ExportsCommands />
      <SweepCommands />
      <SandboxCommands />
      <Palette isOpen={overlay === 'palette'} onClose={close} />
      <KeysHelp isOpen={overlay === 'keys'} onClose={close} />
    </div>
  );
}

function Screen() {
  const place = usePlace();
  switch (place.screen) {
    case 'app':
      return <CurrentApp />;
    case 'service':
      return <ServiceScreen key={place.profileId} profileId={place.profileId} />;
    case 'profile-form':
      return <ProfileForm key={place.profileId} profileId={place.profileId} />;
    case 'import':
      return <ImportScreen />;
    case 'exports':
      return <ExportsScreen key={place.profileId} profileId={place.profileId} />;
    case 'sweep':
      return <SweepScreen />;
    case 'sandbox':
      return <SandboxScreen />;
    case 'settings':
      return <SettingsScreen />;
    case 'vault':
      return <VaultScreen />;
    case 'audit':
      return <AuditScreen />;
  }
}

function CurrentApp() {
  const { stores } = useServices();
  const profiles = useReadable(stores.profiles);
  const services = useServiceList();
  const current = useCurrentApp();
  const navigation = useNavigation();
  const place = usePlace();
  // The first app stands in for one that was not named or is gone; from here on it is the one.
  const stand =
    place.screen === 'app' && current && current.profileId !== place.profileId ? current : undefined;
  // Without any app, the first service does.
  const service = profiles.state === 'ready' && profiles.value.length === 0 ? services?.[0] : undefined;
  useEffect(() => {
    if (stand) navigation.openApp(stand.profileId);
    else if (service) navigation.openService(service.profileId);
  }, [navigation, stand, service]);
  if (profiles.state === 'loading') return <Loading />;
  if (profiles.state === 'failed') {
    return <ErrorNotice error={profiles.error} isBar onRetry={() => void stores.profiles.load()} />;
  }
  if (!services || service) return <Loading />;
  if (profiles.value.length === 0) return <FirstStart />;
  if (!current) return <Notice tone="notice" isBar title="Choose an app on the left." />;
  return <AppScreen key={current.profileId} profile={current} />;
}
