/** Where an app's WebSocket is. */
import type { Location } from '#shared/contract/profiles.ts';
import { clusterEndpoints, type Endpoint } from '#shared/protocol/dialects.ts';

export function webSocketEndpoint(location: Location): Endpoint {
  return location.kind === 'cluster' ? clusterEndpoints(location.cluster).webSocket : location.webSocket;
}

export function isSameEndpoint(one: Location, other: Location): boolean {
  const [a, b] = [webSocketEndpoint(one), webSocketEndpoint(other)];
  return a.host === b.host && a.port === b.port && a.tls === b.tls && a.path === b.path;
}
