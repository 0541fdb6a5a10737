/**
 * Gathers evidence about an app: a signed request that changes nothing, a connection with the key alone, and, when asked
 * to, the same on other clusters.
 */
import { randomBytes } from 'node:crypto';
import type { Location, Profile } from '#shared/contract/profiles.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { clockOffsetMs } from '#shared/protocol/clock-offset.ts';
import { clusterEndpoints, clusters, dialectFacts, type Endpoint } from '#shared/protocol/dialects.ts';
import { type HttpApi, httpEndpoint, offlineCode } from '../http-api/index.ts';
import type { Asked, Evidence } from './evidence.ts';
import { greet } from './greeting.ts';

/** Where the hosted clusters are; tests have others. */
export type ClusterPlaces = readonly { readonly cluster: string; readonly location: Location }[];

export const hostedClusters: ClusterPlaces = clusters.map((cluster) => ({
  cluster,
  location: { kind: 'cluster', cluster },
}));

export interface ChannelsTools {
  readonly api: HttpApi;
  readonly clusters: ClusterPlaces;
  now(): number;
}

export interface GatherOptions {
  /** Whether to ask the hosted clusters when the app is not where it should be. */
  readonly elsewhere: boolean;
  readonly signal: AbortSignal;
  onProgress(done: number, of: number): void;
}

/**
 * @param pair the secret to sign with, which brings its key along; without one, the app's key is looked at alone
 * @throws AppError `no_credential`, `vault_locked`, `vault_waiting`, `cancelled`
 */
export async function gatherChannels(
  tools: ChannelsTools,
  app: Profile,
  pair: Credential | undefined,
  { elsewhere, signal, onProgress }: GatherOptions,
): Promise<Evidence> {
  const profile = { ...app, key: pair?.key ?? app.key };
  const { location } = profile;
  const ask = (at: Location) => pair && askReadOnly(tools, { ...profile, location: at }, pair, signal);
  const knock = (at: Location) => greet(webSocketEndpoint(at), profile.key, signal);
  const [signed, greeting] = await Promise.all([ask(location), knock(location)]);
  const isFine = signed ? isAccepted(signed) : greeting.kind === 'welcomed';
  const withoutPrefix = isFine || !hasPrefix(location) ? undefined : await ask(withoutItsPrefix(location));
  const isHosted = location.kind === 'cluster';
  const findCluster = async () => {
    let done = 0;
    onProgress(done, tools.clusters.length);
    // All at once: each is one small request to the provider that the app is with.
    const answers = await Promise.all(
      tools.clusters.map(async ({ cluster, location: at }) => {
        const isThere = pair ? isAccepted(await ask(at)) : (await knock(at)).kind === 'welcomed';
        done++;
        if (!signal.aborted) onProgress(done, tools.clusters.length);
        return isThere ? cluster : undefined;
      }),
    );
    return { tried: answers.length, found: answers.find((found) => found !== undefined) ?? null };
  };
  const cluster = isFine || !elsewhere || !isHosted ? undefined : await findCluster();
  if (signal.aborted) throw new AppError('cancelled', 'The check was cancelled.');
  return {
    place: placeOf(httpEndpoint(location)),
    socketPlace: placeOf(webSocketEndpoint(location)),
    signed,
    greeting,
    withoutPrefix,
    isHosted,
    cluster,
    windowSeconds: dialectFacts[profile.dialect].timestampWindowSeconds,
  };
}

function isAccepted(asked: Asked | undefined): boolean {
  return asked?.kind === 'answered' && asked.isChannelList;
}

/** A channel prefix that nobody uses: the answer is small, and nothing is changed. */
async function askReadOnly(
  { api, now }: ChannelsTools,
  profile: Profile,
  { credentialId }: Credential,
  signal: AbortSignal,
): Promise<Asked> {
  const query = { filter_by_prefix: `latchkey-check-${randomBytes(6).toString('hex')}` };
  const sentAt = now();
  try {
    const answer = await api.request({
      profile,
      method: 'GET',
      path: '/channels',
      query,
      credentialId,
      signal,
    });
    const json = parse(answer.body);
    return {
      kind: 'answered',
      status: answer.status,
      text: answer.text,
      isJson: json !== undefined,
      isChannelList: answer.status === 200 && hasChannels(json),
      redirectsToTls: answer.status >= 300 && answer.status < 400 && /^https:/i.test(answer.location ?? ''),
      clockOffsetMs: clockOffsetMs(answer.date, sentAt, now()),
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'refused') return { kind: 'endless' };
    if (error.code !== 'offline') throw error;
    return { kind: 'silent', code: offlineCode(error), reason: error.message };
  }
}

function hasChannels(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'channels' in json;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasPrefix(location: Location): boolean {
  return location.kind === 'endpoints' && location.http.path !== '';
}

function withoutItsPrefix(location: Location): Location {
  if (location.kind === 'cluster') return location;
  return { ...location, http: { ...location.http, path: '' } };
}

function placeOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}

function webSocketEndpoint(location: Location): Endpoint {
  return location.kind === 'cluster' ? clusterEndpoints(location.cluster).webSocket : location.webSocket;
}
