/** An app or a service as it is exported: all that is public of it. Its secrets are added in the vault process. */
import type { Profile, Service } from '#shared/contract/profiles.ts';
import type { Dialect, Endpoint } from '#shared/protocol/dialects.ts';
import { parseProviderId } from '../../providers/index.ts';
import { fieldsOfProvider } from '../import/model.ts';
import type { ExportApp } from './model.ts';

type Server = Pick<ExportApp, 'provider' | 'dialect'>;

const servers: Readonly<Record<Dialect, Server>> = {
  pusher: { provider: 'pusher', dialect: null },
  soketify: { provider: 'soketify', dialect: null },
  soketi: { provider: 'self-hosted', dialect: 'soketi' },
  reverb: { provider: 'self-hosted', dialect: 'reverb' },
  sockudo: { provider: 'self-hosted', dialect: 'sockudo' },
  sandbox: { provider: 'self-hosted', dialect: 'other' },
  other: { provider: 'self-hosted', dialect: 'other' },
};

export function exportAppOf({
  name,
  dialect,
  appId,
  key,
  location,
}: Pick<Profile, 'name' | 'dialect' | 'appId' | 'key' | 'location'>): ExportApp {
  const place =
    location.kind === 'cluster'
      ? { cluster: location.cluster }
      : { ...endpointFields('api', location.http), ...endpointFields('socket', location.webSocket) };
  return { name, ...servers[dialect], fields: { appId, key, ...place } };
}

function endpointFields(side: 'api' | 'socket', { host, port, tls, path }: Endpoint) {
  return {
    [`${side}Host`]: host,
    [`${side}Port`]: String(port),
    [`${side}Tls`]: String(tls),
    [`${side}Path`]: path,
  };
}

export function exportServiceOf({
  name,
  provider: providerId,
  fields,
}: Pick<Service, 'name' | 'provider' | 'fields'>): ExportApp {
  const provider = parseProviderId(providerId);
  const known: readonly string[] = fieldsOfProvider[provider];
  const exported = fields.filter(({ fieldId }) => known.includes(fieldId));
  return {
    name,
    provider,
    dialect: null,
    fields: Object.fromEntries(exported.map(({ fieldId, value }) => [fieldId, value])),
  };
}
