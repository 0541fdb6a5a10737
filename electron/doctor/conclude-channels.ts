/**
 * What the evidence about an app means. Servers say why they refuse in words of their own, which change: they are shown,
 * and the verdict stands on what was tried. Only a recognised text narrows it further.
 */
import type { Verdict } from '#shared/contract/doctor.ts';
import { apiStatusMeaning, closeCodeMeaning } from '#shared/protocol/codes.ts';
import {
  type Conclusion,
  clockAdvice,
  clockFindings,
  type Finding,
  type Outcome,
  offsetWords,
  silence,
} from './conclusion.ts';
import type { Answered, Asked, Evidence } from './evidence.ts';

/** What an app on another cluster looks like. */
const elsewhere: readonly Verdict[] = [
  'wrong-key',
  'wrong-app-id',
  'wrong-place',
  'unreachable',
  'tls',
  'unclear',
];

export function concludeChannels(evidence: Evidence): Outcome {
  const { signed, cluster, isHosted } = evidence;
  const conclusion = decide(evidence);
  const said = signed?.kind === 'answered' && !signed.isChannelList ? signed.text.trim() : '';
  return {
    ...conclusion,
    findings: findingsOf(evidence),
    limits: null,
    serverSaid: said === '' ? null : said,
    clockOffsetMs: signed?.kind === 'answered' ? signed.clockOffsetMs : null,
    mayBeElsewhere: isHosted && cluster === undefined && elsewhere.includes(conclusion.verdict),
    foundOnCluster: cluster?.found ?? null,
  };
}

function decide(evidence: Evidence): Conclusion {
  const { signed, place, cluster, withoutPrefix } = evidence;
  if (cluster?.found) {
    return {
      verdict: 'wrong-place',
      summary: `The app is on the cluster ${cluster.found}.`,
      advice: `Change the cluster to ${cluster.found}, here and wherever clients and servers name it.`,
    };
  }
  if (!signed) return keyAlone(evidence);
  if (signed.kind === 'silent') return silence(signed.code, signed.reason, place);
  if (signed.kind === 'endless') return notChannels(place);
  if (signed.isChannelList) {
    return {
      verdict: 'works',
      summary: 'The app id, the key and the secret belong together: a signed request was accepted.',
      advice: socketAdvice(evidence) ?? clockAdvice(signed.clockOffsetMs),
    };
  }
  if (signed.redirectsToTls) {
    return {
      verdict: 'tls',
      summary: `${place} wants TLS.`,
      advice: 'Switch TLS on in the app’s settings, and check the port (443 is usual).',
    };
  }
  if (withoutPrefix?.kind === 'answered' && withoutPrefix.isChannelList) {
    return {
      verdict: 'path-prefix',
      summary: 'The API answers without the path prefix, and not with it.',
      advice: 'Take the path out of the HTTP API’s address in the app’s settings.',
    };
  }
  if (signed.status === 401) return refusedSignature(evidence, signed);
  if (signed.status === 403) {
    return {
      verdict: 'disabled',
      summary: 'The server knows the app and turns it away: it is disabled, or over its quota.',
      advice: 'Look at the app in the provider’s dashboard.',
    };
  }
  if (signed.status === 404) return notFound(evidence, signed);
  if (!signed.isJson && signed.status < 500) return notChannels(place);
  return {
    verdict: 'unclear',
    summary: `The server answered ${signed.status}, which says nothing certain about the credentials.`,
    advice: 'Read what it said below, and try again later.',
  };
}

/** The pair is right, and clients may still not get in. Null: they do. */
function socketAdvice({ greeting, socketPlace }: Evidence): string | null {
  if (greeting.kind === 'welcomed') return null;
  const what = greeting.kind === 'nothing' ? 'gave no greeting' : `refused the key (${greeting.code})`;
  return `That was the HTTP API. The WebSocket at ${socketPlace} ${what}, so clients may not get in: check its host, port, TLS and path in the app’s settings.`;
}

/** Without a secret, there is only what the server says to the key. */
function keyAlone({ greeting, socketPlace: place }: Evidence): Conclusion {
  if (greeting.kind === 'welcomed') {
    return {
      verdict: 'works',
      summary: 'The server welcomed the key. There is no secret in the vault, so nothing was signed.',
      advice: 'Enter the secret to have the pair checked.',
    };
  }
  if (greeting.kind === 'nothing') {
    return {
      verdict: 'unreachable',
      summary: `No server of the Channels protocol greeted the key at ${place}.`,
      advice: 'Check the WebSocket’s host, port, TLS and path in the app’s settings.',
    };
  }
  if (greeting.code === 4001) return unknownKey(place);
  return {
    verdict: greeting.code === 4003 || greeting.code === 4004 ? 'disabled' : 'unclear',
    summary:
      `The server turned the key away with ${greeting.code}. ${closeCodeMeaning(greeting.code) ?? ''}`.trim(),
    advice: 'Look at the app in the provider’s dashboard.',
  };
}

/** 401: the key, the secret, the app id, the path or the time. */
function refusedSignature(
  { greeting, windowSeconds, place }: Evidence,
  { clockOffsetMs, text }: Answered,
): Conclusion {
  const isOffByMore =
    clockOffsetMs !== null && windowSeconds !== undefined && Math.abs(clockOffsetMs) > windowSeconds * 1000;
  // A server that shows what it wanted signed has “auth_timestamp” in its text.
  if (isOffByMore || /timestamp expired|not within \d+/i.test(text)) {
    const by = clockOffsetMs === null ? 'not at' : offsetWords(clockOffsetMs);
    return {
      verdict: 'clock-off',
      summary: `The server refuses the time of the request: this machine’s clock is ${by} the server’s.`,
      advice: 'Set this machine’s clock (and switch time synchronisation on), then check again.',
    };
  }
  if (greeting.kind === 'refused' && greeting.code === 4001) return unknownKey(place);
  // Welcomed with the key, and told that this app does not know it: the id is of another app.
  const isKeyUnknown = /(?:unknown|no|invalid)\b.{0,20}\b(?:auth_)?key\b/i.test(text);
  if (greeting.kind === 'welcomed' && isKeyUnknown) {
    return {
      verdict: 'wrong-app-id',
      summary: 'The app id does not belong to this key.',
      advice: 'Copy the app id again from the app’s page.',
    };
  }
  if (greeting.kind === 'welcomed') {
    return {
      verdict: 'wrong-secret',
      summary:
        'The key is right, as the server welcomed it; the signature is not. The secret belongs to another key, or was not entered whole.',
      advice:
        'Enter the secret that stands beside this very key in the dashboard. If it is the same, check the app id.',
    };
  }
  return {
    verdict: 'refused',
    summary: 'The server refused the signature, and connecting with the key told nothing more.',
    advice: 'Compare the app id, the key and the secret with the dashboard’s, in this order.',
  };
}

function unknownKey(place: string): Conclusion {
  return {
    verdict: 'wrong-key',
    summary: `No app at ${place} has this key.`,
    advice:
      'Compare the key with the dashboard’s. If it is the same there, the app is on another cluster or server.',
  };
}

function notFound({ greeting, place }: Evidence, { isJson, text }: Answered): Conclusion {
  const knowsApps = isJson || /app/i.test(text);
  if (greeting.kind === 'welcomed' && knowsApps) {
    return {
      verdict: 'wrong-app-id',
      summary: `The key is right, but ${place} has no app with this id.`,
      advice: 'Copy the app id again from the app’s page or the server’s configuration.',
    };
  }
  if (greeting.kind === 'refused' && greeting.code === 4001) {
    return {
      verdict: 'wrong-place',
      summary: `${place} has neither this app id nor this key.`,
      advice: 'The app is on another cluster or server: check where it was made.',
    };
  }
  if (!knowsApps) return notChannels(place);
  return {
    verdict: 'wrong-app-id',
    summary: `${place} has no app with this id.`,
    advice: 'Compare the app id with the server’s configuration.',
  };
}

function notChannels(place: string): Conclusion {
  return {
    verdict: 'path-prefix',
    summary: `Something answers at ${place}, but not the Channels HTTP API.`,
    advice:
      'Check the host, the port and the path prefix: behind a proxy the API often has a path of its own.',
  };
}

function findingsOf({ place, signed, greeting, withoutPrefix, cluster }: Evidence): Finding[] {
  const findings: Finding[] = [];
  if (signed) findings.push({ tried: `A signed, read-only request to ${place}`, ...resultOf(signed) });
  findings.push({ tried: 'A connection with the key alone', ...greetingResult(greeting) });
  if (withoutPrefix)
    findings.push({ tried: 'The same request without the path prefix', ...resultOf(withoutPrefix) });
  if (cluster) {
    findings.push({
      tried: `The same ${signed ? 'request to' : 'connection to'} ${cluster.tried} clusters`,
      result: cluster.found ? `Accepted by ${cluster.found}.` : 'Accepted by none of them.',
      isGood: cluster.found !== null,
    });
  }
  return [...findings, ...clockFindings(signed?.kind === 'answered' ? signed.clockOffsetMs : null)];
}

function resultOf(asked: Asked): Pick<Finding, 'result' | 'isGood'> {
  if (asked.kind === 'silent') return { result: asked.reason, isGood: false };
  if (asked.kind === 'endless') return { result: 'Answered with more than 4 MB.', isGood: false };
  if (asked.isChannelList) return { result: `Accepted (${asked.status}).`, isGood: true };
  const meaning =
    asked.status === 200 ? 'The answer is not a list of channels.' : apiStatusMeaning(asked.status);
  return { result: `Answered ${asked.status}. ${meaning ?? ''}`.trim(), isGood: false };
}

function greetingResult(greeting: Evidence['greeting']): Pick<Finding, 'result' | 'isGood'> {
  if (greeting.kind === 'welcomed') return { result: 'Welcomed.', isGood: true };
  if (greeting.kind === 'nothing') return { result: 'No greeting came.', isGood: null };
  return {
    result: `Refused with ${greeting.code}. ${closeCodeMeaning(greeting.code) ?? ''}`.trim(),
    isGood: false,
  };
}
