/** What the doctor gathers about an app before it concludes anything. */
import type { Greeting } from './greeting.ts';

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** The answer is the list of channels that was asked for. */
  readonly isChannelList: boolean;
  readonly isJson: boolean;
  readonly text: string;
  /** Where it redirects to. */
  readonly redirectsToTls: boolean;
  readonly clockOffsetMs: number | null;
}

export interface Silent {
  readonly kind: 'silent';
  /** See `networkReason`; empty when there is none. */
  readonly code: string;
  /** In words, as the HTTP API's error says it. */
  readonly reason: string;
}

/** An answer that goes on and on: not the few bytes that were asked for. */
export interface Endless {
  readonly kind: 'endless';
}

export type Asked = Answered | Silent | Endless;

export interface Evidence {
  /** Of the HTTP API, and of the WebSocket: a host and a port. */
  readonly place: string;
  readonly socketPlace: string;
  /** A signed request. Undefined: there is no secret to sign with. */
  readonly signed: Asked | undefined;
  readonly greeting: Greeting;
  /** The same request without the path prefix, where the app has one and it did not work with it. */
  readonly withoutPrefix: Asked | undefined;
  /** On one of the hosted clusters. */
  readonly isHosted: boolean;
  /** The cluster that took it, of those that were tried; null when none did. */
  readonly cluster: { readonly tried: number; readonly found: string | null } | undefined;
  /** Requests are refused when the clocks differ by more. Undefined: not looked at, or not known. */
  readonly windowSeconds: number | undefined;
}
