/**
 * Takes out of a frame what the user does not want to hand on. Everything else stays as it was on the wire: order,
 * spelling, and digits beyond 2^53. A frame that can't be taken apart is replaced as a whole.
 */
import type { Redaction } from '#shared/contract/history.ts';

/** Good for one socket only, but made with a secret. */
const signatureNames = ['auth', 'shared_secret', 'auth_signature'];
const userNames = [
  'user_id',
  'user_info',
  'user_ids',
  'channel_data',
  'user_data',
  'ids',
  'hash',
  'watchlist',
];
export const redactedMark = '‹redacted›';

type Replace = (value: unknown) => unknown;

/** What is taken out wherever it is. */
interface Taken {
  readonly names: ReadonlySet<string>;
  readonly users: boolean;
}

/** Channels of one user, by their id: see `pusher:signin`. */
const ownChannel = /^#server-to-user-.+/s;

/** A channel's name as it may be handed on. */
export function redactedName(name: string, { users }: Pick<Redaction, 'users'>): string {
  return users && ownChannel.test(name) ? `#server-to-user-${redactedMark}` : name;
}

export function hasRules({ signatures, users, payloads, members }: Redaction): boolean {
  return signatures || users || payloads || members.length > 0;
}

/** Undefined: nothing is to be taken out. */
export function redactor(
  rules: Redaction,
  kind: 'message' | 'other',
): ((text: string) => string) | undefined {
  const names = new Set([
    ...(rules.signatures ? signatureNames : []),
    ...(rules.users ? userNames : []),
    ...rules.members.map((name) => name.toLowerCase()),
  ]);
  if (names.size === 0 && !rules.payloads) return undefined;
  return (text) => {
    if (kind === 'other') return withoutContent(text);
    try {
      const frame = exactly(text);
      if (!isObject(frame)) return withoutContent(text);
      const redact: Replace = (value) => without(value, { names, users: rules.users });
      const redacted = Object.entries(frame).map(([name, value]): [string, unknown] => {
        if (names.has(name.toLowerCase())) return [name, redactedMark];
        if (name !== 'data') return [name, redact(value)];
        const isPayload = !isProtocol(frame.event);
        return [name, rules.payloads && isPayload ? redactedMark : redact(value)];
      });
      return JSON.stringify(fromEntries(redacted));
    } catch (error) {
      // Nested so deeply that it can't be walked.
      if (error instanceof RangeError || error instanceof SyntaxError) return withoutContent(text);
      throw error;
    }
  };
}

/** JSON whose numbers are written out again as they were. */
export function exactly(text: string): unknown {
  return JSON.parse(text, function reviver(_key: string, value: unknown, context?: { source?: string }) {
    return typeof value === 'number' && context?.source !== undefined ? rawJson(context.source) : value;
  } as (key: string, value: unknown) => unknown);
}

/** In every runtime here; TypeScript's library does not know it yet. */
const { rawJSON: rawJson, isRawJSON: isRawJson } = JSON as unknown as {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
};

function without(value: unknown, taken: Taken): unknown {
  if (typeof value === 'string') return insideString(redactedName(value, taken), taken);
  if (typeof value !== 'object' || value === null || isRawJson(value)) return value;
  if (Array.isArray(value)) return value.map((item) => without(item, taken));
  return fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      taken.names.has(name.toLowerCase()) ? redactedMark : without(item, taken),
    ]),
  );
}

/**
 * Data is often JSON text inside of a JSON string, now and then twice. What looks like it and can't be taken apart is
 * replaced: nobody can say what is in it.
 */
function insideString(text: string, taken: Taken): string {
  if (taken.names.size === 0 || !/^\s*[[{"]/.test(text)) return text;
  let parsed: unknown;
  try {
    parsed = exactly(text);
  } catch (error) {
    if (error instanceof SyntaxError) return redactedMark;
    throw error;
  }
  return JSON.stringify(without(parsed, taken));
}

/** Of a member called `__proto__` too. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    Object.defineProperty(result, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

function withoutContent(text: string): string {
  return JSON.stringify(`${redactedMark} ${Buffer.byteLength(text)} bytes`);
}

function isProtocol(event: unknown): boolean {
  return typeof event === 'string' && /^pusher(?:_internal)?:/.test(event);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
