/**
 * Asks whoever owns the data folder. When nobody does, this process becomes its owner for as long as it takes. Loads
 * little: with an owner that answers, this is most of what a command does.
 */
import { AppError, errorCodes } from '#shared/lib/app-error.ts';
import type { CommandType } from '../ownership/index.ts';
import {
  answerLimitBytes,
  exchange,
  type Failure,
  readNoteText,
  trustedAddress,
} from '../ownership/light.ts';
import type { Place } from './place.ts';
import { type AnswerTo, encodeRequest, type Request } from './request.ts';

/** One answer: a keychain's prompt may be on the user's screen meanwhile. */
const answerLimitMs = 65_000;
/** After this the user is told what is being waited for. */
const tellAfterMs = 4_000;
/** How long an owner that does not answer, or is starting, is waited for. */
const patienceMs = { gone: 8_000, starting: 30_000 };
const [shortestPauseMs, longestPauseMs] = [10, 200];

type RequestFor<T extends CommandType> = Extract<Request, { readonly type: T }>;

/**
 * Asks for all of it, one after the other, and gives the last answer.
 * @throws AppError
 */
export async function ask<T extends CommandType>(
  place: Place,
  request: RequestFor<T>,
  before: readonly Request[] = [],
): Promise<AnswerTo<T>> {
  const requests = [...before, request];
  const began = performance.now();
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const outcome = await askOwner(place, requests);
    if (outcome.kind === 'answered') return outcome.answer as unknown as AnswerTo<T>;
    const waitsFor = outcome.kind === 'starting' ? 'starting' : 'gone';
    if (waitsFor === 'gone') {
      const { askAlone } = await import('./alone.ts');
      const alone = await askAlone(place, requests);
      if (alone) return alone.answer as AnswerTo<T>;
    }
    if (performance.now() - began > patienceMs[waitsFor]) throw ownerIsSilent(place);
    await new Promise((resume) => setTimeout(resume, pauseMs));
  }
}

type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'starting' }
  | Failure;
type Answer = Readonly<Record<string, unknown>>;

async function askOwner(place: Place, requests: readonly Request[]): Promise<Outcome> {
  let outcome: Outcome = { kind: 'absent' };
  for (const request of requests) {
    outcome = await askOnce(place, request);
    if (outcome.kind !== 'answered') return outcome;
  }
  return outcome;
}

async function askOnce(place: Place, request: Request): Promise<Outcome> {
  const owner = readOwner(place.dataFolder);
  const address = trustedAddress(owner.address);
  if (address === undefined) return { kind: 'absent' };
  const line = encodeRequest(request);
  const timer = setTimeout(
    () => place.tell(`Waiting for Latchkey${owner.pid}, which may be waiting for the system’s keychain.`),
    tellAfterMs,
  );
  try {
    const answer = await exchange(address, line, { timeoutMs: answerLimitMs, limitBytes: answerLimitBytes });
    if (typeof answer === 'string') return read(request.type, answer);
    if (answer.kind === 'silent' || answer.kind === 'unreadable') throw ownerIsSilent(place);
    return answer;
  } finally {
    clearTimeout(timer);
    line.fill(0);
  }
}

/** Of its note, checked by hand: it is this user's own, and only says where to ask. */
function readOwner(folder: string): { readonly address: string | undefined; readonly pid: string } {
  const note = parsed(readNoteText(folder) ?? '');
  const address = typeof note?.address === 'string' && note.address.length <= 1024 ? note.address : undefined;
  return { address, pid: Number.isSafeInteger(note?.pid) ? ` (process ${note?.pid})` : '' };
}

const answerTypes: Readonly<Record<CommandType, string>> = {
  listApps: 'apps',
  listVariables: 'names',
  formVariables: 'variables',
  formEnvText: 'text',
  signChannel: 'signature',
  signUser: 'signature',
  signRequest: 'request',
  checkCredentials: 'diagnoses',
  vaultStatus: 'vault',
  lockVault: 'vault',
  unlockVault: 'vault',
};

/** The owner checks its answers itself: here it is only told whether this is one. */
function read(type: CommandType, line: string): Outcome {
  const answer = parsed(line);
  if (answer?.type === answerTypes[type]) return { kind: 'answered', answer };
  if (answer?.type !== 'refused') return { kind: 'unreadable' };
  if (answer.reason === 'starting') return { kind: 'starting' };
  const code = errorCodes.find((each) => each === answer.reason);
  const message = typeof answer.message === 'string' ? answer.message : 'Latchkey refused that.';
  const hint = typeof answer.hint === 'string' ? { hint: answer.hint } : {};
  if (code) throw new AppError(code, message, hint);
  const isOlder = answer.reason === 'unknown_type' || answer.reason === 'unsupported_protocol';
  throw new AppError('conflict', message, {
    hint: isOlder
      ? 'The Latchkey that runs is of another version: end it, and start this one.'
      : 'Try again.',
  });
}

function parsed(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Answer) : undefined;
  } catch {
    return undefined;
  }
}

function ownerIsSilent({ dataFolder }: Place): AppError {
  const { pid } = readOwner(dataFolder);
  return new AppError(
    'conflict',
    `A Latchkey${pid} has the data folder ${dataFolder}, and does not answer.`,
    {
      hint: 'Look at it, or end it, and try again.',
    },
  );
}
