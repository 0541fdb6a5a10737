/**
 * What the form of an app holds, and what is wrong with it. The contract's schemas decide what is valid; the words
 * are here. No secret is among these values: they are kept as a draft.
 */
import type { Profile, ProfileInput } from '#shared/contract/profiles.ts';
import * as s from '#shared/contract/strings.ts';
import { clusters, type Dialect, dialectFacts, soketifyHosts } from '#shared/protocol/dialects.ts';
import { appKeyProblem, badNameCharacter } from '../vault/secret-problems.ts';
import {
  type EndpointForm,
  type EndpointPart,
  emptyEndpoint,
  endpointForm,
  endpointProblems,
  isSameEndpoint,
  toEndpoint,
} from './endpoint-form.ts';

export interface ProfileFormValues {
  readonly name: string;
  readonly environment: ProfileInput['environment'];
  readonly dialect: Dialect;
  readonly appId: string;
  readonly key: string;
  /** One of the known clusters, or what was typed for another. */
  readonly cluster: string;
  readonly isOtherCluster: boolean;
  readonly http: EndpointForm;
  readonly webSocket: EndpointForm;
  /** The WebSocket endpoint is that of HTTP; `webSocket` keeps what was typed before. */
  readonly isOneEndpoint: boolean;
}

export type ProfileField =
  | 'name'
  | 'appId'
  | 'key'
  | 'cluster'
  | `http.${EndpointPart}`
  | `webSocket.${EndpointPart}`;

export type ProfileProblems = Readonly<Partial<Record<ProfileField, string>>>;

type Endpoints = Pick<ProfileFormValues, 'http' | 'webSocket' | 'isOneEndpoint'>;

const local = (port: string): Endpoints => {
  const endpoint: EndpointForm = { host: '127.0.0.1', port, tls: false, path: '' };
  return { http: endpoint, webSocket: endpoint, isOneEndpoint: true };
};

/** Where each server is usually found. */
const usualEndpoints: Readonly<Record<Dialect, Endpoints>> = {
  pusher: { http: emptyEndpoint, webSocket: emptyEndpoint, isOneEndpoint: true },
  soketify: {
    http: { ...emptyEndpoint, host: soketifyHosts.http },
    webSocket: { ...emptyEndpoint, host: soketifyHosts.webSocket },
    isOneEndpoint: false,
  },
  soketi: local('6001'),
  reverb: local('8080'),
  sockudo: local('6001'),
  sandbox: local('6001'),
  other: { http: emptyEndpoint, webSocket: emptyEndpoint, isOneEndpoint: true },
};

export function newProfileForm(): ProfileFormValues {
  return {
    name: '',
    environment: 'development',
    dialect: 'pusher',
    appId: '',
    key: '',
    cluster: 'mt1',
    isOtherCluster: false,
    ...usualEndpoints.pusher,
  };
}

export function profileForm(profile: Profile): ProfileFormValues {
  const { name, environment, dialect, appId, key, location } = profile;
  const common = { ...newProfileForm(), ...usualEndpoints[dialect], name, environment, dialect, appId, key };
  if (location.kind === 'cluster') {
    return { ...common, cluster: location.cluster, isOtherCluster: !isKnownCluster(location.cluster) };
  }
  const http = endpointForm(location.http);
  const webSocket = endpointForm(location.webSocket);
  return { ...common, http, webSocket, isOneEndpoint: isSameEndpoint(http, webSocket) };
}

/** Takes the usual endpoints of the new server, unless others were typed. */
export function withDialect(values: ProfileFormValues, dialect: Dialect): ProfileFormValues {
  const usual = usualEndpoints[values.dialect];
  const isUntouched =
    isSameEndpoint(values.http, usual.http) &&
    (values.isOneEndpoint || isSameEndpoint(values.webSocket, usual.webSocket));
  return { ...values, dialect, ...(isUntouched ? usualEndpoints[dialect] : {}) };
}

export function usesCluster({ dialect }: Pick<ProfileFormValues, 'dialect'>): boolean {
  return dialectFacts[dialect].hasClusters;
}

export function isKnownCluster(cluster: string): boolean {
  return clusters.some((known) => known === cluster);
}

export function profileProblems(values: ProfileFormValues): ProfileProblems {
  const found: Partial<Record<ProfileField, string>> = {};
  const note = (field: ProfileField, message: string | undefined) => {
    if (message) found[field] = message;
  };
  note('name', nameProblem(values.name.trim()));
  note('appId', appIdProblem(values.appId.trim()));
  note('key', appKeyProblem(values.key.trim()));
  if (usesCluster(values)) {
    note('cluster', clusterProblem(values.cluster.trim()));
    return found;
  }
  const sides = values.isOneEndpoint ? (['http'] as const) : (['http', 'webSocket'] as const);
  for (const side of sides) {
    const problems = endpointProblems(values[side]);
    note(`${side}.host`, problems.host);
    note(`${side}.port`, problems.port);
    note(`${side}.path`, problems.path);
  }
  return found;
}

/** Of values without problems. */
export function toProfileInput(values: ProfileFormValues): ProfileInput {
  const http = toEndpoint(values.http);
  return {
    name: values.name.trim(),
    environment: values.environment,
    dialect: values.dialect,
    appId: values.appId.trim(),
    key: values.key.trim(),
    location: usesCluster(values)
      ? { kind: 'cluster', cluster: values.cluster.trim() }
      : { kind: 'endpoints', http, webSocket: values.isOneEndpoint ? http : toEndpoint(values.webSocket) },
  };
}

/** Worth a second look, but valid. */
export function nameWarning(name: string, otherNames: readonly string[]): string | undefined {
  const wanted = name.trim().toLowerCase();
  if (!otherNames.some((other) => other.toLowerCase() === wanted)) return undefined;
  return 'Another app has this name. You can keep it; they are told apart by environment only.';
}

export function nameProblem(name: string): string | undefined {
  if (name === '') return 'Enter a name: it is how you find the app here.';
  if (s.label.safeParse(name).success) return undefined;
  if (name.length > 80) return `The name has ${name.length} characters; at most 80 fit.`;
  return 'The name holds a character that can’t be seen, or that turns the text around it. Take it out.';
}

function appIdProblem(appId: string): string | undefined {
  if (appId === '') return 'Enter the app id.';
  if (s.appId.safeParse(appId).success) return undefined;
  if (appId.length > 100) return `The app id has ${appId.length} characters; at most 100 are allowed.`;
  if (/^\.+$/.test(appId)) return 'The app id is more than dots.';
  return `The app id contains ${badNameCharacter(appId)}. It has letters, digits and _ . - only.`;
}

function clusterProblem(cluster: string): string | undefined {
  if (cluster === '') return 'Enter the cluster’s name, such as mt1 or eu.';
  if (s.clusterName.safeParse(cluster).success) return undefined;
  if (/^[A-Za-z0-9-]+$/.test(cluster) && cluster.length <= 40) return 'Cluster names are in lower case.';
  return 'A cluster’s name has lower-case letters, digits and hyphens only.';
}
