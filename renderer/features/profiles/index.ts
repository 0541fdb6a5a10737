/** What the page uses of the apps' profiles. */

export { ProfileCommands } from './profile-commands.tsx';
export { ProfileForm, ProfileForm as default } from './profile-form.tsx';
export { useRemoveProfile } from './use-remove-profile.ts';
