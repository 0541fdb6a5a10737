/** What the page uses of the apps' profiles. */

export { ProfileCommands } from './profile-commands.tsx';
export { ProfileForm, ProfileForm as default } from './profile-form.tsx';
export { appKeyProblem } from './profile-form-values.ts';
export { useRemoveProfile } from './use-remove-profile.ts';
