/**
 * Frames as a server sends them, spoiled: what broken servers, proxies and fuzzers make of them. Each is made from a
 * seed, so that any of them can be made again.
 */
import { hostileFrames } from './hostile-frames.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface MutatedFrames {
  next(random: SeededRandom): Buffer;
}

/** Larger ones are made elsewhere: here there are many. */
const sizeLimitBytes = 20_000;

/** @param channel A public channel, `presence` a presence channel and `encrypted` an encrypted one; all subscribed. */
export function mutatedFrames(channel: string, presence: string, encrypted: string): MutatedFrames {
  const real = realFrames(channel, presence, encrypted);
  const hostile = hostileFrames(channel, presence, encrypted)
    .map((frame) => Buffer.from(frame))
    .filter((frame) => frame.length <= sizeLimitBytes);
  return {
    next(random) {
      if (random.fraction() < 0.05) return random.pick(hostile);
      let text = random.pick(real);
      let value: unknown = JSON.parse(text);
      const changes = random.integer(0, 3);
      for (let change = 0; change < changes; change++) value = spoil(value, random);
      text = JSON.stringify(value) ?? '';
      text = random.pick(spoilText)(text, random);
      const bytes = random.pick(spoilBytes)(Buffer.from(text), random);
      return bytes.subarray(0, sizeLimitBytes);
    },
  };
}

function realFrames(channel: string, presence: string, encrypted: string): string[] {
  const frame = (event: string, data: unknown, of?: string) =>
    JSON.stringify({ event, ...(of === undefined ? {} : { channel: of }), data });
  const both = (event: string, data: unknown, of?: string) => [
    frame(event, data, of),
    frame(event, JSON.stringify(data), of),
  ];
  const members = { presence: { count: 2, ids: ['ana', 'ben'], hash: { ana: { n: 1 }, ben: null } } };
  return [
    ...both('order.created', { id: 7, text: 'Ä 😀', items: [1, { a: null }] }, channel),
    ...both('order.created', { nonce: 'A'.repeat(32), ciphertext: 'QUJD' }, encrypted),
    ...both('client-typing', { user: 'ana' }, presence),
    ...both('pusher:connection_established', { socket_id: '12.34', activity_timeout: 120 }),
    ...both('pusher:error', { code: 4301, message: 'Too many' }),
    ...both('pusher:error', { code: null, message: 'Invalid signature' }),
    ...both('pusher:ping', {}),
    ...both('pusher:pong', {}),
    ...both('pusher:cache_miss', {}, channel),
    ...both('pusher:signin_success', { user_data: '{"id":"ana","watchlist":["ben"]}' }),
    ...both('pusher:subscription_error', { type: 'AuthError', status: 401 }, 'private-elsewhere'),
    ...both('pusher_internal:subscription_succeeded', {}, channel),
    ...both('pusher_internal:subscription_succeeded', members, presence),
    ...both('pusher_internal:subscription_count', { subscription_count: 3 }, channel),
    ...both('pusher_internal:member_added', { user_id: 'cleo', user_info: { name: 'C' } }, presence),
    ...both('pusher_internal:member_removed', { user_id: 'ben' }, presence),
    ...both('pusher_internal:watchlist_events', { events: [{ name: 'online', user_ids: ['ben'] }] }),
  ];
}

const strangers: readonly ((random: SeededRandom) => unknown)[] = [
  () => null,
  () => true,
  () => [],
  () => ({}),
  () => '',
  () => '__proto__',
  () => 'constructor',
  () => 1e308,
  () => -1e-320,
  () => Number.MAX_SAFE_INTEGER + 1,
  () => ({ length: { valueOf: null, toString: null } }),
  () => ({ toString: 1, valueOf: 2, hasOwnProperty: 3, constructor: null }),
  (random) => random.json(),
  (random) => nested(random.integer(1, 300)),
  (random) => 'x'.repeat(random.integer(1, 5000)),
];

const names = ['event', 'channel', 'data', '__proto__', 'constructor', 'presence', 'hash', 'ids', 'user_id'];

/** Changes one place of a JSON value: takes away, adds or swaps. */
function spoil(value: unknown, random: SeededRandom): unknown {
  const stranger = () => random.pick(strangers)(random);
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'string' && /^[[{]/.test(value) && random.fraction() < 0.7) {
      return JSON.stringify(spoil(JSON.parse(value), random)) ?? '';
    }
    return stranger();
  }
  if (Array.isArray(value)) {
    const copy = [...value];
    copy.splice(random.integer(0, copy.length), random.integer(0, 1), stranger());
    return copy;
  }
  // Not an object literal: a member called `__proto__` is to stay one.
  const entries = Object.entries(value);
  const at = random.integer(0, Math.max(0, entries.length - 1));
  const entry = entries[at];
  switch (entry ? random.integer(0, 5) : 4) {
    case 0:
      entries.splice(at, 1);
      break;
    case 1:
    case 2:
    case 3:
      if (entry) entries[at] = [entry[0], isInside(entry[1]) ? spoil(entry[1], random) : stranger()];
      break;
    case 4:
      entries.push([random.pick(names), stranger()]);
      break;
    default:
      if (entry) entries[at] = [random.pick(names), entry[1]];
  }
  return withMembers(entries);
}

function isInside(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || (typeof value === 'string' && /^[[{]/.test(value));
}

function withMembers(entries: readonly (readonly [string, unknown])[]): unknown {
  const object: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

type TextChange = (text: string, random: SeededRandom) => string;
const unchanged: TextChange = (text) => text;

const spoilText: readonly TextChange[] = [
  unchanged,
  unchanged,
  unchanged,
  unchanged,
  (text, random) => text.slice(0, random.integer(0, text.length)),
  (text, random) => text.slice(random.integer(0, text.length)),
  (text) => text + text,
  (text) => text.replace('{', '{"event":"pusher:pong",'),
  (text) => text.replace(/}$/, ',"data":null}'),
  (text) => text.replace(/}$/, ',"__proto__":{"event":"pusher:error"}}'),
  (text) => text.replace('"pusher', '"\\u0070usher'),
  (text, random) => text.replace(/\d+/, '9'.repeat(random.integer(20, 400))),
  (text) => text.replace(/\d+/, '1e999'),
  (text, random) => {
    const depth = random.integer(60, 3000);
    return text.replace(
      /"data":("(?:[^"\\]|\\.)*"|[^,}]*)/,
      `"data":${'['.repeat(depth)}${']'.repeat(depth)}`,
    );
  },
  (text) => `\uFEFF${text}`,
  (text) => text.replaceAll('"', "'"),
  (text) => text.replace(/:/, ':\u0000'),
];

type BytesChange = (bytes: Buffer, random: SeededRandom) => Buffer;

const asTheyAre: BytesChange = (bytes) => bytes;

const spoilBytes: readonly BytesChange[] = [
  asTheyAre,
  asTheyAre,
  asTheyAre,
  asTheyAre,
  (bytes, random) => {
    for (let flips = random.integer(1, 4); flips > 0 && bytes.length > 0; flips--) {
      const at = random.integer(0, bytes.length - 1);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.integer(0, 7)), at);
    }
    return bytes;
  },
  (bytes, random) => {
    const at = random.integer(0, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), random.bytes(random.integer(1, 8)), bytes.subarray(at)]);
  },
  (bytes, random) => {
    const at = random.integer(0, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from([0xed, 0xa0, 0x80, 0xff]), bytes.subarray(at)]);
  },
  (bytes, random) => bytes.subarray(0, random.integer(0, bytes.length)),
];
