/** What servers answer to questions about channels, read leniently: they differ in what they tell. */
import { AppError } from '#shared/lib/app-error.ts';

export interface Counts {
  /** Null: the server did not say. */
  readonly subscriptions: number | null;
  readonly users: number | null;
}

export interface ChannelDescription extends Counts {
  readonly isOccupied: boolean | null;
  /** Undefined: the answer has no `cache`. */
  readonly cache: unknown;
}

const nameLimit = 4096;

/** @throws AppError `refused` when it is no list of channels. */
export function parseChannels(body: string): Map<string, Counts> {
  const channels = membersOf(parseJson(body)).channels;
  // PHP servers write an empty map as a list.
  const isList = Array.isArray(channels) && channels.length === 0;
  if (typeof channels !== 'object' || channels === null || (Array.isArray(channels) && !isList)) {
    throw new AppError('refused', 'The server’s answer is not a list of channels.');
  }
  const found = new Map<string, Counts>();
  for (const [name, attributes] of Object.entries(channels)) {
    if (name === '' || name.length > nameLimit) continue;
    const { occupied, ...rest } = membersOf(attributes);
    if (occupied !== false) found.set(name, countsOf(rest));
  }
  return found;
}

/** @throws AppError `refused` when it is no JSON object. */
export function parseDescription(body: string): ChannelDescription {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null) {
    throw new AppError('refused', 'The server’s answer does not describe a channel.');
  }
  const { occupied, cache, ...rest } = membersOf(value);
  return { isOccupied: typeof occupied === 'boolean' ? occupied : null, cache, ...countsOf(rest) };
}

function countsOf({ subscription_count, user_count }: Readonly<Record<string, unknown>>): Counts {
  return { subscriptions: asCount(subscription_count), users: asCount(user_count) };
}

function asCount(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('refused', 'The server’s answer is not JSON.');
  }
}
