/**
 * What the answer to a service's check means. Sources: Airship's API reference (401: the key and secret, or the token,
 * are wrong or missing; 403: they are right, and may not do this); RFC 6749, 5.2, for tokens; IBM Cloud's IAM, whose
 * codes say whether an API key is unknown or disabled.
 */
import { assertNever } from '#shared/lib/app-error.ts';
import { isTlsCode, networkReason } from '../http-api/index.ts';
import type { ServiceAnswer, ServiceCheckId } from '../vault/index.ts';
import {
  type Conclusion,
  clockAdvice,
  clockFindings,
  type Finding,
  type Outcome,
  silence,
} from './conclusion.ts';

export type Answer = Exclude<ServiceAnswer, { kind: 'cancelled' }>;

/** One host that was asked. */
export interface AskedHost {
  readonly host: string;
  /** What the host stands for, where there is more than one: “North America”. */
  readonly site: string | null;
  readonly answer: Answer;
}

export interface ServiceEvidence {
  readonly checkId: ServiceCheckId;
  readonly here: AskedHost;
  /** The provider's other sites, where they were asked. */
  readonly others: readonly AskedHost[];
  /** Whether there are others that could be asked. */
  readonly hasOthers: boolean;
  readonly limits: string | null;
}

export function concludeService(evidence: ServiceEvidence): Outcome {
  const { here, others, hasOthers, limits } = evidence;
  const found = others.find(({ answer }) => isGranted(answer));
  const conclusion: Conclusion = found
    ? {
        verdict: 'wrong-place',
        summary: `The project is on the other cloud site: ${found.site ?? found.host}.`,
        advice: `Change the cloud site to ${found.site ?? found.host}, here and in whatever calls the API.`,
      }
    : decide(evidence);
  const isInDoubt = !['works', 'disabled'].includes(conclusion.verdict);
  return {
    ...conclusion,
    findings: [
      ...[here, ...others].map(findingOf),
      ...clockFindings(here.answer.kind === 'answered' ? here.answer.clockOffsetMs : null),
    ],
    limits,
    serverSaid: null,
    clockOffsetMs: here.answer.kind === 'answered' ? here.answer.clockOffsetMs : null,
    mayBeElsewhere: hasOthers && others.length === 0 && isInDoubt,
    foundOnCluster: null,
  };
}

function decide({ checkId, here: { host, answer } }: ServiceEvidence): Conclusion {
  if (answer.kind === 'silent') return silence(answer.code, reasonOf(host, answer.code), host);
  const { status, errorCode } = answer;
  if (isGranted(answer)) {
    return { verdict: 'works', summary: granted(checkId), advice: clockAdvice(answer.clockOffsetMs) };
  }
  if (status >= 300 && status < 400) {
    return {
      verdict: 'unclear',
      summary: `${host} sends the request elsewhere, and Latchkey does not follow with a secret.`,
      advice: 'If the provider has moved its API, Latchkey has to learn of it first.',
    };
  }
  if (status === 429 || status >= 500) {
    return {
      verdict: 'unclear',
      summary: `${host} answered ${status}, which says nothing about the credentials.`,
      advice: 'Try again later.',
    };
  }
  switch (checkId) {
    case 'airship-validate':
      return airship(status, {
        refused: 'Airship refuses this app key and master secret: one of them is wrong.',
        compare: 'Compare both with the project’s, under APIs & Integrations. The app secret is another one.',
        forbidden: 'Airship knows the app key and master secret, and does not let them validate a push.',
      });
    case 'airship-schedules':
      return airship(status, {
        refused: 'Airship refuses this bearer token for this app key.',
        compare:
          'It may have been revoked, or be another project’s. If it is neither, its role may leave out schedules: try it on a call that the role allows.',
        forbidden: 'Airship knows the bearer token, and its role does not cover schedules.',
      });
    case 'airship-oauth-token':
      return oauth(status, errorCode);
    case 'ibm-token':
      return ibm(status, errorCode);
    default:
      return assertNever(checkId);
  }
}

function isGranted(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.isGranted;
}

function granted(checkId: ServiceCheckId): string {
  switch (checkId) {
    case 'airship-validate':
      return 'The app key and the master secret belong together: Airship validated a push, and sent none.';
    case 'airship-schedules':
      return 'The bearer token is of this project: Airship answered with it.';
    case 'airship-oauth-token':
      return 'The client id and secret belong together: they got an access token, which was thrown away.';
    case 'ibm-token':
      return 'The API key is right: it got an access token, which was thrown away.';
    default:
      return assertNever(checkId);
  }
}

function airship(
  status: number,
  words: { readonly refused: string; readonly compare: string; readonly forbidden: string },
): Conclusion {
  if (status === 401) return { verdict: 'refused', summary: words.refused, advice: words.compare };
  if (status === 403) {
    return {
      verdict: 'unclear',
      summary: words.forbidden,
      advice: 'The plan may not include it. Calls that it does include may work.',
    };
  }
  return odd(status);
}

function oauth(status: number, errorCode: string | null): Conclusion {
  if (status === 401 || errorCode === 'invalid_client') {
    return {
      verdict: 'refused',
      summary: 'Airship refuses this client id and secret: one of them is wrong, or they were revoked.',
      advice:
        'Compare the client id with the project’s OAuth credentials. A secret that is lost can’t be shown again.',
    };
  }
  if (status === 400 || status === 403) {
    return {
      verdict: 'wrong-key',
      summary: 'Airship gives these client credentials no token for this app key.',
      advice: 'Check that the app key is that of the project in which the client credentials were made.',
    };
  }
  return odd(status);
}

function ibm(status: number, errorCode: string | null): Conclusion {
  if (errorCode === 'BXNIM0462E') {
    return {
      verdict: 'disabled',
      summary: 'IBM Cloud knows this API key, and it is disabled.',
      advice: 'Enable it again under Manage → Access (IAM) → API keys, or make a new one.',
    };
  }
  if (errorCode === 'BXNIM0415E' || status === 400 || status === 401) {
    return {
      verdict: 'wrong-secret',
      summary:
        errorCode === 'BXNIM0415E'
          ? 'IBM Cloud has no such API key: it was deleted, or was not entered whole.'
          : 'IBM Cloud refuses this API key.',
      advice: 'An API key can’t be shown again: make a new one under Manage → Access (IAM) → API keys.',
    };
  }
  return odd(status);
}

function odd(status: number): Conclusion {
  return {
    verdict: 'unclear',
    summary: `The answer (${status}) is not one that the provider’s documentation has for this request.`,
    advice: 'The provider may have changed its API. Try the credentials where they are used.',
  };
}

function findingOf({ host, answer }: AskedHost): Finding {
  const tried = `One request to ${host}`;
  if (answer.kind === 'silent') return { tried, result: reasonOf(host, answer.code), isGood: false };
  if (answer.isGranted) return { tried, result: `Accepted (${answer.status}).`, isGood: true };
  const code = answer.errorCode === null ? '' : `, with the code ${answer.errorCode}`;
  return { tried, result: `Answered ${answer.status}${code}.`, isGood: false };
}

function reasonOf(host: string, code: string): string {
  const what = isTlsCode(code) ? 'was not trusted with the secret' : 'could not be reached';
  return `${host} ${what}: ${networkReason(code)}.`;
}
