/** Opens the exports of the app or the service that the user is in. Drawn once, around the page. */
import { useCommands } from '../../commands/index.ts';
import { useNavigation, usePlace, useProfiles, useServiceList } from '../../state/index.ts';

export function ExportsCommands() {
  const navigation = useNavigation();
  const place = usePlace();
  const all = [...(useProfiles() ?? []), ...(useServiceList() ?? [])];
  const wanted = 'profileId' in place && place.profileId ? place.profileId : navigation.lastApp.profileId;
  const shown = all.find(({ profileId }) => profileId === wanted) ?? all[0];
  useCommands([
    {
      id: 'exports.open',
      title: shown ? `Export ${shown.name}…` : 'Export…',
      group: 'Apps',
      keywords: 'env dotenv bundle backup snippet code bug report redacted',
      isAvailable: () => shown !== undefined,
      run: () => shown && navigation.go({ screen: 'exports', profileId: shown.profileId }),
    },
  ]);
  return null;
}
