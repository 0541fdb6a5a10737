/** Where the providers of services are, for tests: anywhere but where they are. */
import { airshipSites, ibmTokenHost } from '../../electron/providers/index.ts';
import type { CheckEndpoints } from '../../electron/vault/index.ts';

const hosts = [...Object.values(airshipSites).flatMap(({ api, oauth }) => [api, oauth]), ibmTokenHost];

/** Every host that a secret may be sent to, at one place. */
export function allProvidersAt(url: string): CheckEndpoints {
  return Object.fromEntries(hosts.map((host) => [host, url]));
}

/** Nothing listens on the first port. */
export const noProviders = allProvidersAt('http://127.0.0.1:1');
