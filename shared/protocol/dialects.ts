/**
 * Servers that speak the protocol, and where they differ in ways that this app has to act on.
 * Source: each server's own code and docs; see `docs/architecture.md` for the list of versions read.
 */

export const dialects = ['pusher', 'soketify', 'soketi', 'reverb', 'sockudo', 'sandbox', 'other'] as const;
export type Dialect = (typeof dialects)[number];

export interface DialectFacts {
  readonly label: string;
  /** Hosted on clusters, by name; otherwise the user gives endpoints. */
  readonly hasClusters: boolean;
  /** The most bytes of `data` in one event by default. Where no source says, the documented 10 KB. */
  readonly eventDataLimitBytes: number;
  /** Requests with an older or newer timestamp are refused. Undefined: it does not look, or no source says. */
  readonly timestampWindowSeconds: number | undefined;
  /** Whether a subscription with a bad signature gets an answer that names its channel. Undefined: no source says. */
  readonly answersBadSignature: boolean | undefined;
}

export const dialectFacts: Readonly<Record<Dialect, DialectFacts>> = {
  pusher: {
    label: 'Pusher Channels',
    hasClusters: true,
    eventDataLimitBytes: 10_240,
    timestampWindowSeconds: 600,
    answersBadSignature: false,
  },
  soketify: {
    label: 'Soketify',
    hasClusters: false,
    eventDataLimitBytes: 10_240,
    timestampWindowSeconds: 600,
    answersBadSignature: undefined,
  },
  soketi: {
    label: 'soketi',
    hasClusters: false,
    eventDataLimitBytes: 102_400,
    timestampWindowSeconds: undefined,
    answersBadSignature: true,
  },
  reverb: {
    label: 'Laravel Reverb',
    hasClusters: false,
    eventDataLimitBytes: 10_240,
    timestampWindowSeconds: undefined,
    answersBadSignature: false,
  },
  sockudo: {
    label: 'Sockudo',
    hasClusters: false,
    eventDataLimitBytes: 10_240,
    timestampWindowSeconds: 600,
    answersBadSignature: undefined,
  },
  sandbox: {
    label: 'Built-in sandbox',
    hasClusters: false,
    eventDataLimitBytes: 10_240,
    timestampWindowSeconds: 600,
    answersBadSignature: false,
  },
  other: {
    label: 'Other server',
    hasClusters: false,
    eventDataLimitBytes: 10_240,
    timestampWindowSeconds: undefined,
    answersBadSignature: undefined,
  },
};

export const clusters = ['mt1', 'us2', 'us3', 'eu', 'ap1', 'ap2', 'ap3', 'ap4', 'sa1'] as const;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** A prefix before `/app` or `/apps`, without a slash at its end; empty for most servers. */
  readonly path: string;
}

/** Soketify has one host for its HTTP API, and one for WebSockets. */
export const soketifyHosts = { http: 'api.soketify.com', webSocket: 'ws.soketify.com' } as const;

/** Where a hosted cluster's HTTP API and WebSocket are. mt1's API keeps an older name. */
export function clusterEndpoints(cluster: string): { readonly http: Endpoint; readonly webSocket: Endpoint } {
  const httpHost = cluster === 'mt1' ? 'api.pusherapp.com' : `api-${cluster}.pusher.com`;
  return {
    http: { host: httpHost, port: 443, tls: true, path: '' },
    webSocket: { host: `ws-${cluster}.pusher.com`, port: 443, tls: true, path: '' },
  };
}
