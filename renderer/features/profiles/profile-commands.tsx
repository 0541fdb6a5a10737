/** Commands about the apps themselves. Drawn once, around the page. */
import { useCommands } from '../../commands/index.ts';
import { useNavigation, usePlace, useProfiles, useServices, valueOr } from '../../state/index.ts';
import { useRemoveProfile } from './use-remove-profile.ts';

export function ProfileCommands() {
  const navigation = useNavigation();
  const { stores } = useServices();
  const place = usePlace();
  const profiles = useProfiles();
  const remove = useRemoveProfile();
  const wanted = place.screen === 'app' ? place.profileId : navigation.lastApp.profileId;
  const shown = profiles?.find(({ profileId }) => profileId === wanted) ?? profiles?.[0];
  // Asked of the store itself: buttons may be drawn before this component is.
  const hasApps = () => (valueOr(stores.profiles.get(), undefined)?.length ?? 0) > 0;
  useCommands([
    {
      id: 'profiles.add',
      title: 'Add app',
      group: 'Apps',
      shortcuts: ['Mod+Shift+N'],
      keywords: 'new create profile',
      run: () => navigation.go({ screen: 'profile-form', profileId: null }),
    },
    {
      id: 'profiles.edit',
      title: shown ? `Edit ${shown.name}` : 'Edit app',
      group: 'Apps',
      keywords: 'settings profile key secret cluster host',
      isAvailable: hasApps,
      run: () => shown && navigation.go({ screen: 'profile-form', profileId: shown.profileId }),
    },
    {
      id: 'profiles.remove',
      title: shown ? `Remove ${shown.name}` : 'Remove app',
      group: 'Apps',
      keywords: 'delete profile',
      isAvailable: hasApps,
      run: async () => {
        if (shown) await remove(shown);
      },
    },
  ]);
  return null;
}
