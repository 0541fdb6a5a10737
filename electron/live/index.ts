/** Live traffic: connections through pusher-js, the tap on their sockets, subscriptions and presence members. */
export type { Authorizer } from './connection.ts';
export { type Identity, Live, type LiveOptions, type Which } from './live.ts';
export { MemberTable } from './member-table.ts';
export type { MemberInput } from './own-member.ts';
export { PresenceTimeline } from './presence-timeline.ts';
export type { Recorder } from './recorder.ts';
export type { KnownPresence } from './subscriptions.ts';
export { Throttle } from './throttle.ts';
export type { LiveTiming } from './timing.ts';
export { webSocketEndpoint } from './web-socket-endpoint.ts';
