/** Names what a connection hangs on, and what to do about it. Pure: from what is known of it. */
import type { ConnectionState, SignedInUser, Stuck, Subscription } from '#shared/contract/live.ts';
import { needsAuthorization } from '#shared/protocol/channels.ts';
import { closeCodeMeaning } from '#shared/protocol/codes.ts';
import { type Dialect, dialectFacts, type Endpoint } from '#shared/protocol/dialects.ts';
import type { ConnectProblem } from './connect-problem.ts';
import { duration } from './reasons.ts';

/** Why it did not connect, or was ended, last. */
export type Trouble =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'attempt'; readonly problem: ConnectProblem }
  /** Opened, and then silent, or ended in a way that has no code of the protocol. */
  | { readonly kind: 'other'; readonly text: string };

export interface StuckFacts {
  readonly state: ConnectionState;
  readonly reason: string | null;
  readonly trouble: Trouble | undefined;
  readonly endpoint: Endpoint;
  readonly isOnCluster: boolean;
  readonly dialect: Dialect;
  readonly user: SignedInUser | null;
  readonly subscriptions: readonly Subscription[];
  /** If the HTTP API refused the last signed request: the server's clock minus this one's. */
  readonly refusedWithOffsetMs: number | undefined;
}

/** Two clocks that differ by more are worth a word where a signature was refused. */
export const clockOffLimitMs = 60_000;

export function stuckOf(facts: StuckFacts): Stuck | null {
  const { state } = facts;
  if (state === 'initialized' || state === 'disconnected') return null;
  if (state === 'connected') return clockOff(facts) ?? unanswered(facts);
  if (!facts.trouble) return null;
  switch (facts.trouble.kind) {
    case 'code':
      return byCode(facts.trouble.code, facts);
    case 'attempt':
      return byProblem(facts.trouble.problem, facts);
    case 'other':
      return {
        title: facts.trouble.text,
        advice: 'It is tried again by itself. If it goes on, check that this address is a Channels server.',
        action: null,
      };
  }
}

function byCode(code: number, { endpoint, isOnCluster, dialect, user }: StuckFacts): Stuck {
  const place = `${endpoint.host}:${endpoint.port}`;
  if (code === 4000) return told('This app takes TLS only.', 'Switch TLS on in the app’s settings.');
  if (code === 4001) {
    return isOnCluster
      ? {
          title: 'No app has this key here: the key may belong to another cluster.',
          advice: 'Look for it on the nine clusters, or compare the key and the cluster with the dashboard.',
          action: 'try-clusters',
        }
      : told(
          `No app on ${place} has this key.`,
          'Compare the key with the server’s configuration, and check the host, the port and the path.',
        );
  }
  if (code === 4003)
    return told('The app is disabled.', 'Enable it where it is managed. This client does not try again.');
  if (code === 4004 || (code === 4100 && dialect === 'soketi')) {
    return told(
      'The app is over its connection quota.',
      'Close connections elsewhere, or raise the quota. Each of Latchkey’s connections counts as one.',
    );
  }
  if (code === 4005) {
    return told(
      'The server does not know this path.',
      `Check the path prefix${endpoint.path === '' ? ': there is none in the app’s settings' : ` “${endpoint.path}”`}.`,
    );
  }
  if (code === 4009) {
    return {
      title: user?.state === 'failed' ? 'The server refused the sign-in.' : 'The server refused a signature.',
      advice: 'It was made with another secret, or belongs to another key. Check the pair.',
      action: 'check-credentials',
    };
  }
  if (code === 4100) return told('The server is over capacity.', 'It is tried again by itself.');
  const meaning = closeCodeMeaning(code, dialect) ?? `The server closed the connection with code ${code}.`;
  const isFinal = code >= 4000 && code < 4100;
  return told(
    meaning,
    isFinal
      ? 'The log has the server’s words. Connect again when it is mended.'
      : 'It is tried again by itself.',
  );
}

function byProblem(problem: ConnectProblem, { endpoint }: StuckFacts): Stuck {
  const { text } = problem;
  switch (problem.kind) {
    case 'http':
      return told(
        `A web server answers here, not a WebSocket: HTTP ${problem.status}.`,
        problem.status === 404
          ? `Check the port, and the path prefix${endpoint.path === '' ? ': some servers are behind one, such as /realtime' : ` “${endpoint.path}”`}. A proxy in front must pass upgrades on.`
          : 'Check the host, port and path. A proxy in front must pass WebSocket upgrades on.',
      );
    case 'certificate':
      return told(text, 'Check the host name, and that the certificate is valid and trusted here.');
    case 'no-tls':
      return told(text, 'TLS is on for this app, and this port does not speak it.');
    case 'ended':
      return told(
        text,
        endpoint.tls ? 'Check the host and the port.' : 'If it wants TLS, switch TLS on in the settings.',
      );
    case 'unknown-host':
      return told(text, 'Check the host name, and this machine’s network.');
    case 'silent':
      return told(text, 'Check that the server runs, the host and the port. It is tried again by itself.');
  }
}

function unanswered({ subscriptions, user, dialect }: StuckFacts): Stuck | null {
  if (user?.state === 'failed') {
    return {
      title: `Not signed in as ${user.userId.slice(0, 128)}.`,
      advice: user.reason ?? 'The server refused it.',
      action: null,
    };
  }
  const waiting = subscriptions.filter(({ state, reason }) => state === 'pending' && reason !== null);
  const [first] = waiting;
  if (!first) return null;
  const isSigned = waiting.some(({ channel }) => needsAuthorization(channel));
  return {
    title:
      waiting.length === 1
        ? 'A subscription has no answer.'
        : `${waiting.length} subscriptions have no answer.`,
    advice: isSigned
      ? `${dialectFacts[dialect].label} may be silent when a signature is wrong. Check that the secret belongs to this key.`
      : 'The server does not answer. The list of channels says which they are.',
    action: isSigned ? 'check-credentials' : null,
  };
}

/** Signatures of channels have no time in them; those of the HTTP API do. */
function clockOff({ refusedWithOffsetMs: offsetMs = 0 }: StuckFacts): Stuck | null {
  if (Math.abs(offsetMs) <= clockOffLimitMs) return null;
  return {
    title: `This machine’s clock is ${duration(Math.abs(offsetMs))} ${offsetMs > 0 ? 'behind' : 'ahead of'} the server’s.`,
    advice:
      'The HTTP API refused a signed request. It takes timestamps within 600 s of its own: set the clock right.',
    action: 'check-credentials',
  };
}

function told(title: string, advice: string): Stuck {
  return { title, advice, action: null };
}
