/**
 * A master key is known to nobody but its holders: no server can say whether it is right. What can be tried is to open
 * events that were captured, which a server encrypted.
 */
import type { Decryption } from '../vault/index.ts';
import type { Conclusion, Finding, Outcome } from './conclusion.ts';

export interface CapturedEvent {
  readonly atMs: number;
  readonly channel: string;
  readonly data: string;
}

/** As many of an app's newest events are tried. */
export const capturedLimit = 200;

/** The events of one app, newest first, and what became of each. */
export interface TriedEvents {
  /** What the app is called, where there are several. */
  readonly appName: string | null;
  readonly tried: readonly { readonly event: CapturedEvent; readonly result: Decryption }[];
}

/** Of an app's own master key. */
export function concludeCaptured(events: TriedEvents): Outcome {
  return outcome(ofOneApp(events), [events]);
}

/** Of a master key that stands alone: which of the apps have it is what is to be found out. */
export function concludeCapturedOfAll(all: readonly TriedEvents[]): Outcome {
  const apps = all.filter(({ tried }) => tried.length > 0);
  return outcome(ofAllApps(apps), apps);
}

function outcome(conclusion: Conclusion, apps: readonly TriedEvents[]): Outcome {
  return {
    ...conclusion,
    findings: apps.flatMap(findingOf),
    limits: 'It tells of the servers that published these events. Another server may have another key.',
    serverSaid: null,
    clockOffsetMs: null,
    mayBeElsewhere: false,
    foundOnCluster: null,
  };
}

const namesLimit = 5;

const nothingToTry: Conclusion = {
  verdict: 'unchecked',
  summary: 'No event that a server encrypted has been captured, so there is nothing to try the key on.',
  advice: 'Stay subscribed to an encrypted channel until a server has published to it, then check again.',
};

function ofOneApp(events: TriedEvents): Conclusion {
  const { tried } = events;
  const [newest] = tried;
  if (!newest) return nothingToTry;
  const opened = openedOf(events);
  if (opened === tried.length) {
    return { verdict: 'works', summary: 'It opens the events that servers encrypted.', advice: null };
  }
  if (opened === 0) {
    const isSealed = tried.some(({ result }) => result.state === 'closed' && result.why === 'wrong-key');
    return isSealed
      ? {
          verdict: 'wrong-secret',
          summary: 'It opens none of the events that servers encrypted: they have another master key.',
          advice: 'Copy the master key again from a server’s configuration.',
        }
      : {
          verdict: 'unclear',
          summary: 'What was captured on encrypted channels is not encrypted as the protocol says.',
          advice:
            'Look at an event’s wire data in the Inspector: a server library that is too old publishes in the clear.',
        };
  }
  return newest.result.state === 'decrypted'
    ? {
        verdict: 'works',
        summary: 'It opens the newest event, and not all of the older ones.',
        advice:
          'If the key was changed meanwhile, this is as it should be. If not, a server has another key.',
      }
    : {
        verdict: 'unclear',
        summary: 'It opens some events, and not the newest one.',
        advice: 'A server has another key, or the key was changed: compare every server’s configuration.',
      };
}

function ofAllApps(apps: readonly TriedEvents[]): Conclusion {
  if (apps.length === 0) return nothingToTry;
  const openedApps = apps.filter((events) => openedOf(events) > 0);
  if (openedApps.length > 0) {
    const names = openedApps.slice(0, namesLimit).map(({ appName }) => appName);
    const more = openedApps.length > namesLimit ? `, and ${openedApps.length - namesLimit} more` : '';
    return {
      verdict: 'works',
      summary: `It opens events that servers encrypted, of: ${names.join(', ')}${more}.`,
      advice: null,
    };
  }
  return {
    verdict: 'unclear',
    summary: 'It opens none of the events that were captured here.',
    advice:
      'It may be the key of servers that no app here listens to. If it is not, copy it again from a server.',
  };
}

function openedOf({ tried }: TriedEvents): number {
  return tried.filter(({ result }) => result.state === 'decrypted').length;
}

function findingOf(events: TriedEvents): Finding[] {
  const { appName, tried } = events;
  const [newest] = tried;
  if (!newest) return [];
  const opened = openedOf(events);
  const channels = new Set(tried.map(({ event }) => event.channel)).size;
  const latest = `${new Date(newest.event.atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const of = appName === null ? '' : ` of ${appName}`;
  return [
    {
      tried:
        tried.length === 1
          ? `The event${of} that was captured at ${latest}`
          : `The newest ${tried.length} captured events${of}, on ${channels} channel(s), up to ${latest}`,
      result: `${opened} of ${tried.length} open with it.`,
      isGood: opened === tried.length ? true : opened === 0 ? false : null,
    },
  ];
}
