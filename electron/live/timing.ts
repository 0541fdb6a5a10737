/** Every wait of a live connection, in milliseconds. Tests give shorter ones. */
export interface LiveTiming {
  /** Silence of the protocol before a ping. pusher-js waits 120 s by default. */
  readonly activityTimeoutMs: number;
  /** A half-open socket is given up this long after an unanswered ping. pusher-js waits 30 s by default. */
  readonly pongTimeoutMs: number;
  /** Without a connection for this long, the state is `unavailable`. */
  readonly unavailableTimeoutMs: number;
  /** For one attempt: TCP, TLS and the upgrade. */
  readonly handshakeTimeoutMs: number;
  /** From an open socket to `pusher:connection_established`. */
  readonly welcomeTimeoutMs: number;
  /** For the server's half of the closing handshake. */
  readonly closeTimeoutMs: number;
  /** A subscription unanswered for this long gets a reason that says so. */
  readonly answerTimeoutMs: number;
  /** Changes are told at most this often. */
  readonly changeIntervalMs: number;
}

export const defaultTiming: LiveTiming = {
  activityTimeoutMs: 4000,
  pongTimeoutMs: 3000,
  unavailableTimeoutMs: 5000,
  handshakeTimeoutMs: 5000,
  welcomeTimeoutMs: 6000,
  closeTimeoutMs: 1000,
  answerTimeoutMs: 5000,
  changeIntervalMs: 100,
};
