/** Which kind of credentials an app has: by the server that it is on. */
import type { ProfileInput } from '#shared/contract/profiles.ts';
import type { Provider } from '#shared/contract/providers.ts';

export function providerIdOf({ dialect }: Pick<ProfileInput, 'dialect'>): string {
  return dialect === 'pusher' || dialect === 'soketify' ? dialect : 'self-hosted';
}

export function findKind(providers: readonly Provider[], providerId: string): Provider | undefined {
  return providers.find((provider) => provider.providerId === providerId);
}
