/** The bodies of `/events` and `/batch_events`, checked against the protocol's limits. */
import { channelNameProblem, isEncrypted, isPresence } from '#shared/protocol/channels.ts';
import { eventNameProblem } from '#shared/protocol/events.ts';
import { channelsPerEventLimit, eventsPerBatchLimit, utf8SizeBytes } from '#shared/protocol/limits.ts';
import { isSocketId } from '../../signing/index.ts';
import { isRecord } from './frames.ts';

/** A request that is refused, with the status and the sentence of its answer. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
  }
}

export type InfoAttribute = 'user_count' | 'subscription_count' | 'cache';

export interface ApiEvent {
  readonly name: string;
  readonly data: string;
  readonly channels: readonly string[];
  readonly exceptSocketId: string | undefined;
  readonly info: ReadonlySet<InfoAttribute>;
}

/** @throws Refusal */
export function parseEvent(value: unknown, dataLimitBytes: number): ApiEvent {
  if (!isRecord(value)) throw new Refusal(400, 'An event has to be a JSON object.');
  const { name, data, socket_id: socketId, info } = value;
  if (typeof name !== 'string') throw new Refusal(400, 'An event needs a name: a string.');
  const nameProblem = eventNameProblem(name);
  if (nameProblem?.severity === 'error') throw new Refusal(400, `Event name: ${nameProblem.message}`);
  const channels = parseChannels(value);
  if (typeof data !== 'string') throw new Refusal(400, 'data has to be a string; send objects as JSON text.');
  const sizeBytes = utf8SizeBytes(data);
  if (sizeBytes > dataLimitBytes) {
    throw new Refusal(413, `The data of the event has ${sizeBytes} bytes; the limit is ${dataLimitBytes}.`);
  }
  if (
    socketId !== undefined &&
    socketId !== null &&
    (typeof socketId !== 'string' || !isSocketId(socketId))
  ) {
    throw new Refusal(400, 'socket_id has to be of the form 1234.5678.');
  }
  const attributes = parseInfo(info, ['user_count', 'subscription_count']);
  if (attributes.has('user_count') && !channels.every(isPresence)) throw userCountRefusal();
  return {
    name,
    data,
    channels,
    exceptSocketId: typeof socketId === 'string' ? socketId : undefined,
    info: attributes,
  };
}

/** @throws Refusal */
export function parseBatch(value: unknown, dataLimitBytes: number): ApiEvent[] {
  const batch = isRecord(value) ? value.batch : undefined;
  if (!Array.isArray(batch)) throw new Refusal(400, 'A batch has to be an object with a list named batch.');
  if (batch.length > eventsPerBatchLimit) {
    throw new Refusal(400, `The batch has ${batch.length} events; the limit is ${eventsPerBatchLimit}.`);
  }
  return batch.map((entry: unknown) => {
    if (isRecord(entry) && 'channels' in entry) {
      throw new Refusal(400, 'Each event of a batch has one channel, not a list of channels.');
    }
    return parseEvent(entry, dataLimitBytes);
  });
}

/** @throws Refusal */
export function parseInfo(value: unknown, allowed: readonly InfoAttribute[]): Set<InfoAttribute> {
  if (value === undefined || value === null || value === '') return new Set();
  if (typeof value !== 'string')
    throw new Refusal(400, 'info has to be text: attributes with commas between.');
  return new Set(
    value.split(',').map((part) => {
      const attribute = allowed.find((name) => name === part.trim());
      if (!attribute) throw new Refusal(400, `info can name ${allowed.join(', ')} here.`);
      return attribute;
    }),
  );
}

export function userCountRefusal(): Refusal {
  return new Refusal(400, 'user_count can only be asked for presence channels.');
}

/** @throws Refusal */
export function requireChannelName(name: string): void {
  const problem = channelNameProblem(name, 'publish');
  if (problem?.severity === 'error') throw new Refusal(400, `Channel name: ${problem.message}`);
}

function parseChannels({ channel, channels }: Record<string, unknown>): string[] {
  const given: unknown = channels ?? (channel === undefined ? undefined : [channel]);
  if (!Array.isArray(given) || given.length === 0) {
    throw new Refusal(400, 'An event needs a channel, or a list of channels.');
  }
  if (given.length > channelsPerEventLimit) {
    throw new Refusal(
      400,
      `The event names ${given.length} channels; the limit is ${channelsPerEventLimit}.`,
    );
  }
  const names = given.map((name: unknown) => {
    if (typeof name !== 'string') throw new Refusal(400, 'Channel names have to be strings.');
    requireChannelName(name);
    return name;
  });
  if (names.length > 1 && names.some(isEncrypted)) {
    throw new Refusal(400, 'An event for an encrypted channel can not go to other channels as well.');
  }
  return [...new Set(names)];
}
