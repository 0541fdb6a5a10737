/** The kinds of credentials, in the order in which they are offered. */
import { airship } from './airship.ts';
import { ibmPush } from './ibm-push.ts';
import { masterKey } from './master-key.ts';
import type { Provider, ProviderId } from './provider.ts';
import { pusher } from './pusher.ts';
import { selfHosted } from './self-hosted.ts';
import { soketify } from './soketify.ts';

export const providers: readonly Provider[] = [pusher, soketify, selfHosted, masterKey, airship, ibmPush];

const byId = new Map(providers.map((provider) => [provider.providerId, provider]));

export function findProvider(providerId: ProviderId): Provider {
  const provider = byId.get(providerId);
  if (!provider) throw new Error(`No provider is named ${providerId}`);
  return provider;
}

export {
  type CheckId,
  checkIds,
  type Exposure,
  exposures,
  type FactTable,
  type Field,
  type FieldFormat,
  type Provider,
  type ProviderId,
  providerIds,
  type ReadOnlyCheck,
  type RotationFacts,
} from './provider.ts';
