/** The app that the user is in, or was in last: what the status bar and the commands speak of. */
import type { Profile } from '#shared/contract/profiles.ts';
import { useNavigation, usePlace, useProfiles } from '../state/index.ts';

export function useCurrentApp(): Profile | undefined {
  const place = usePlace();
  const { lastApp } = useNavigation();
  const profiles = useProfiles() ?? [];
  const wanted = place.screen === 'app' ? place.profileId : lastApp.profileId;
  return profiles.find((profile) => profile.profileId === wanted) ?? profiles[0];
}
