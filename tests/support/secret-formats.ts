/** What the secrets of an app look like, for a vault that is tested without the profiles that say whose they are. */
export function formatOf(_profileId: string, kind: string): 'text' | 'master-key' {
  return kind === 'masterKey' ? 'master-key' : 'text';
}
