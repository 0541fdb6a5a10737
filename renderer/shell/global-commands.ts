/** Commands that are there wherever the user is. The host's menu names some of them. */
import { type Command, useCommands } from '../commands/index.ts';
import {
  appTabs,
  useCall,
  useConnection,
  useNavigation,
  useProfiles,
  useProviders,
  useServiceList,
  useSettings,
} from '../state/index.ts';
import { tabLabels } from './tab-labels.ts';
import { useCurrentApp } from './use-current-app.ts';

export interface Openers {
  openPalette(): void;
  openKeys(): void;
}

export function useGlobalCommands({ openPalette, openKeys }: Openers): void {
  const navigation = useNavigation();
  const app = useCurrentApp();
  const profiles = useProfiles() ?? [];
  const services = useServiceList() ?? [];
  const providers = useProviders();
  const connection = useConnection(app?.profileId ?? '');
  const { isSidebarCollapsed, theme } = useSettings();
  const { run: updateSettings } = useCall('settings.update');
  const { run: connect } = useCall('live.connect');
  const { run: disconnect } = useCall('live.disconnect');
  const isDown = !connection || connection.state === 'disconnected' || connection.state === 'initialized';

  const tabs = appTabs.map(
    (tab, index): Command => ({
      id: `view.${tab}`,
      title: `Go to ${tabLabels[tab]}`,
      group: 'Views',
      shortcuts: [`Mod+${index + 1}`],
      isAvailable: () => app !== undefined,
      run: () => app && navigation.openApp(app.profileId, tab),
    }),
  );
  useCommands([
    {
      id: 'palette.open',
      title: 'Find a command or an app',
      group: 'Latchkey',
      shortcuts: ['Mod+K', 'Mod+Shift+P'],
      isListed: false,
      run: openPalette,
    },
    {
      id: 'help.keys',
      title: 'All keys',
      group: 'Latchkey',
      shortcuts: ['?'],
      keywords: 'shortcuts help',
      run: openKeys,
    },
    ...tabs,
    {
      id: 'live.connect',
      title: app ? `Connect ${app.name}` : 'Connect',
      group: 'Apps',
      isAvailable: () => app !== undefined && isDown,
      run: async () => {
        if (app) await connect({ profileId: app.profileId });
      },
    },
    {
      id: 'live.disconnect',
      title: app ? `Disconnect ${app.name}` : 'Disconnect',
      group: 'Apps',
      isAvailable: () => app !== undefined && !isDown,
      run: async () => {
        if (app) await disconnect({ profileId: app.profileId });
      },
    },
    {
      id: 'sandbox.open',
      title: 'Open sandbox',
      group: 'Views',
      run: () => navigation.go({ screen: 'sandbox' }),
    },
    {
      id: 'settings.open',
      title: 'Open settings',
      group: 'Views',
      shortcuts: ['Mod+,'],
      keywords: 'preferences',
      run: () => navigation.go({ screen: 'settings' }),
    },
    {
      id: 'sidebar.toggle',
      title: isSidebarCollapsed ? 'Show sidebar' : 'Hide sidebar',
      group: 'View',
      shortcuts: ['Mod+B'],
      run: async () => {
        await updateSettings({ isSidebarCollapsed: !isSidebarCollapsed });
      },
    },
    ...(['system', 'light', 'dark'] as const).map(
      (next): Command => ({
        id: `view.theme.${next}`,
        title: next === 'system' ? 'Use the system’s theme' : `Use the ${next} theme`,
        group: 'View',
        keywords: 'colour color mode appearance',
        isAvailable: () => theme !== next,
        run: async () => {
          await updateSettings({ theme: next });
        },
      }),
    ),
    ...profiles.map(
      (profile): Command => ({
        // Ids of commands have no digits; the host's menu names none of these.
        id: `go.${profile.profileId}`,
        title: `Go to ${profile.name}`,
        group: 'Apps',
        keywords: `${profile.environment} ${profile.key} ${profile.appId}`,
        isAvailable: () => profile.profileId !== app?.profileId || navigation.get().screen !== 'app',
        run: () => navigation.openApp(profile.profileId),
      }),
    ),
    ...services.map((service): Command => {
      const { profileId, name, environment, provider, fields } = service;
      const kind = providers.find(({ providerId }) => providerId === provider)?.label ?? provider;
      return {
        id: `go.${profileId}`,
        title: `Go to ${name}`,
        group: 'Apps',
        keywords: `${environment} service ${kind} ${fields.map(({ value }) => value).join(' ')}`,
        isAvailable: () => {
          const place = navigation.get();
          return place.screen !== 'service' || place.profileId !== profileId;
        },
        run: () => navigation.openService(profileId),
      };
    }),
  ]);
}
