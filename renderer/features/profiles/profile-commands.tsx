/** Commands about the apps and services themselves. Drawn once, around the page. */
import { type Command, useCommands } from '../../commands/index.ts';
import {
  useNavigation,
  usePlace,
  useProfiles,
  useProviders,
  useServiceList,
  useServices,
  valueOr,
} from '../../state/index.ts';
import { addKindDraft, firstKind } from './add-form.tsx';
import { useRemoveProfile } from './use-remove-profile.ts';

export function ProfileCommands() {
  const navigation = useNavigation();
  const { stores } = useServices();
  const place = usePlace();
  const profiles = useProfiles();
  const services = useServiceList();
  const providers = useProviders();
  const remove = useRemoveProfile();
  const placed = 'profileId' in place ? place.profileId : null;
  const service = services?.find(({ profileId }) => profileId === placed);
  const wanted = placed ?? navigation.lastApp.profileId;
  const app = profiles?.find(({ profileId }) => profileId === wanted) ?? profiles?.[0];
  const shown = service ?? app;
  // Asked of the stores themselves: buttons may be drawn before this component is.
  const hasSome = () =>
    valueOr(stores.profiles.get(), []).length + valueOr(stores.services.get(), []).length > 0;
  const add = () => navigation.go({ screen: 'profile-form', profileId: null });
  useCommands([
    {
      id: 'profiles.add',
      title: 'Add app',
      group: 'Apps',
      shortcuts: ['Mod+Shift+N'],
      keywords: 'new create profile service',
      run: add,
    },
    ...providers.map(
      ({ providerId, label, legacy }): Command => ({
        id: `profiles.add.${providerId}`,
        title: `Add ${label}${legacy ? ' (legacy)' : ''}`,
        group: 'Apps',
        keywords: 'new create app service',
        run: () => {
          stores.drafts.of(addKindDraft, firstKind).set(providerId);
          add();
        },
      }),
    ),
    {
      id: 'profiles.edit',
      title: shown ? `Edit ${shown.name}` : 'Edit app',
      group: 'Apps',
      keywords: 'settings profile key secret cluster host fields',
      isAvailable: hasSome,
      run: () => shown && navigation.go({ screen: 'profile-form', profileId: shown.profileId }),
    },
    {
      id: 'profiles.remove',
      title: shown ? `Remove ${shown.name}` : 'Remove app',
      group: 'Apps',
      keywords: 'delete profile service',
      isAvailable: hasSome,
      run: async () => {
        if (shown) await remove(shown);
      },
    },
  ]);
  return null;
}
