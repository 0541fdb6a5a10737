/** Sends a session's events again, to the sandbox and nowhere else, at the pace in which they came or another. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Profile } from '#shared/contract/profiles.ts';
import type { PublishAnswer } from '#shared/contract/publishing.ts';
import { AppError } from '#shared/lib/app-error.ts';

export interface EventToSend {
  /** Among those that the filter finds. */
  readonly row: number;
  readonly atMs: number;
  readonly channel: string;
  readonly event: string;
  readonly data: string;
}

/** The events in their order, as far as they can be read. */
export interface ReplaySource {
  /** Rows that the filter finds. */
  readonly rows: number;
  channels(limit: number): Promise<readonly string[]>;
  /** From a row on. `closed`: encrypted ones that no key here opens. */
  part(start: number): Promise<{ events: readonly EventToSend[]; next: number; closed: number }>;
}

export interface ReplayOptions {
  /** As it runs now: its app, at the address of its process, whatever the app's settings say. */
  readonly sandbox: () => Profile | undefined;
  readonly publish: (
    profile: Profile,
    input: { channel: string; event: string; data: string },
    signal: AbortSignal,
  ) => Promise<PublishAnswer>;
  /** Resolves when the sandbox's own app watches the channels, or can't. */
  readonly watch: (profile: Profile, channels: readonly string[], signal: AbortSignal) => Promise<void>;
}

export interface ReplayOrder {
  /** Times as fast as they came. Null: one after the other, without a pause. */
  readonly speed: number | null;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

export interface Replayed {
  readonly sent: number;
  readonly closed: number;
  /** Rows that are no events of an application from a server: they are not sent. */
  readonly leftOut: number;
  readonly refused: number;
  /** What the sandbox said to the first that it refused. */
  readonly whyRefused: string | null;
}

/** So many channels the sandbox's own app watches. */
const watchedChannels = 100;
const tellIntervalMs = 100;
/** How often it is looked whether the sandbox is still there, while the next event is not due. */
const lookIntervalMs = 250;

/** @throws AppError `sandbox_failed` when it does not run, `cancelled` */
export async function replay(
  source: ReplaySource,
  { speed, signal, onProgress }: ReplayOrder,
  { sandbox, publish, watch }: ReplayOptions,
): Promise<Replayed> {
  const profile = running(sandbox());
  await watch(profile, await source.channels(watchedChannels), signal);
  const told = { sent: 0, closed: 0, leftOut: 0, refused: 0, whyRefused: null as string | null };
  let firstAtMs: number | undefined;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  const tell = (done: number) => {
    if (performance.now() - toldAtMs < tellIntervalMs) return;
    toldAtMs = performance.now();
    onProgress(done, source.rows);
  };
  const startedAtMs = performance.now();
  for (let start = 0; start < source.rows; ) {
    const { events, next, closed } = await source.part(start);
    told.closed += closed;
    told.leftOut += next - start - events.length - closed;
    for (const { row, atMs, ...event } of events) {
      firstAtMs ??= atMs;
      const dueAtMs = speed === null ? 0 : startedAtMs + (atMs - firstAtMs) / speed;
      let target = asAtFirst(sandbox(), profile);
      // Hours may lie between two events: a sandbox that ends meanwhile is not waited for.
      // Nor is it left open meanwhile how far it came.
      for (let waitMs = dueAtMs - performance.now(); waitMs > 0; waitMs = dueAtMs - performance.now()) {
        tell(row);
        await pause(Math.min(waitMs, lookIntervalMs), signal);
        target = asAtFirst(sandbox(), profile);
      }
      stopIfCancelled(signal);
      const answer = await send(target, event, signal, publish);
      if (answer === null) told.sent++;
      else {
        told.refused++;
        told.whyRefused ??= answer;
      }
      tell(row + 1);
    }
    start = next;
  }
  return told;
}

/** Answers why it was refused; null: it was not. */
async function send(
  profile: Profile,
  event: Omit<EventToSend, 'atMs' | 'row'>,
  signal: AbortSignal,
  publish: ReplayOptions['publish'],
): Promise<string | null> {
  try {
    const answer = await publish(profile, event, signal);
    // Without a status nothing answered: it is gone.
    if (answer.status === null) throw stopped();
    return answer.isAccepted ? null : answer.meaning;
  } catch (error) {
    // A name that the protocol does not allow is this event's own fault; anything else ends the replay.
    if (error instanceof AppError && error.code === 'invalid_input') return error.message;
    throw error;
  }
}

function running(profile: Profile | undefined): Profile {
  if (!profile) throw notRunning();
  return profile;
}

/** @throws AppError `sandbox_failed` when it is gone, or another one */
function asAtFirst(now: Profile | undefined, first: Profile): Profile {
  if (!now) throw stopped();
  if (addressOf(now) !== addressOf(first)) throw restarted();
  return now;
}

/** Another start of the sandbox has another port. */
function addressOf({ location, key }: Profile): string {
  return JSON.stringify([location, key]);
}

function notRunning(): AppError {
  return new AppError('sandbox_failed', 'The sandbox is not running.', {
    hint: 'Start it first: events are sent to it, and to no other server.',
  });
}

function stopped(): AppError {
  return new AppError('sandbox_failed', 'The sandbox was stopped before the end.', {
    hint: 'Start it and replay again: what was sent until then went with it.',
  });
}

function restarted(): AppError {
  return new AppError('sandbox_failed', 'The sandbox was started anew, or its key was changed.', {
    hint: 'What was sent until then went to the one before. Replay again.',
  });
}

async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  await delay(waitMs, undefined, { signal }).catch(() => stopIfCancelled(signal));
}

function stopIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('cancelled', 'The replay was cancelled.');
}
