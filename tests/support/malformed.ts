/** Something wrong with a value: what a broken page, an old page, or one that was taken over might send. */
import type { SeededRandom } from './seeded-random.ts';

export interface Material {
  /** Texts to be hidden anywhere, also as keys. */
  readonly texts: readonly string[];
}

/** The result may be nothing that can be sent: `asSent` tells. */
export function malform(value: unknown, random: SeededRandom, material: Material): unknown {
  const places = placesIn(value);
  const place = random.pick(places);
  const replace = (next: unknown) => withReplaced(value, place.path, next);
  const { current } = place;
  const kind = random.integer(0, 9);
  if (kind <= 2) return replace(hostileValue(random, material));
  if (kind <= 5 && isPlain(current)) return replace(bentObject(current, random, material));
  if (kind <= 7 && typeof current === 'string') return replace(bentText(current, random, material));
  if (kind <= 8 && typeof current === 'number') return replace(bentNumber(current, random));
  if (kind === 9) return replace(otherShape(current, random));
  return replace(hostileValue(random, material));
}

/** @returns Undefined when this transport could not carry it at all. */
export function asSent(message: unknown, by: 'clone' | 'json'): { readonly message: unknown } | undefined {
  try {
    return { message: by === 'clone' ? structuredClone(message) : JSON.parse(JSON.stringify(message)) };
  } catch {
    // Functions, throwing getters, and for JSON cycles and big integers: the page's own call fails.
    return undefined;
  }
}

/** The bytes of a message that was damaged on its way, or was never one. */
export function brokenText(message: unknown, random: SeededRandom): Buffer {
  const text = String(JSON.stringify(asSent(message, 'json')?.message ?? {}));
  const at = random.integer(0, text.length);
  const make = random.pick<() => string | Uint8Array>([
    () => text,
    () => '',
    () => text.slice(0, at),
    () => text.slice(at),
    () =>
      text.slice(0, at) +
      random.pick(['"', '\\', '{', '}', '[', ',', ':', '\u0000', '\n', 'é', '//']) +
      text.slice(at),
    () => text.slice(0, at) + text.slice(at + 1),
    () => text + text,
    () => `\ufeff${text}`,
    () => `${text};`,
    () => `[${text}]`,
    () => text.replace('{', '{"type":"cancel",'),
    () =>
      text.replace(
        /"id":\d+/,
        `"id":${random.pick(['1e999', '-1', '1.5', '"1"', '9007199254740993', '00', 'NaN'])}`,
      ),
    () => text.replaceAll('"', "'"),
    () => random.pick(['[', '{"a":']).repeat(rarely(random, 100_000, 100)),
    () => `{"type":"call","id":1,"method":"settings.get","input":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
    () => random.bytes(random.integer(1, 200)),
    () => Buffer.from(text, 'utf16le'),
    () => 'null',
    () => '"hello"',
    () => JSON.stringify({ type: 'hello', token: text }),
  ]);
  return Buffer.from(make());
}

interface Place {
  readonly path: readonly string[];
  readonly current: unknown;
}

/** Not within what was made so deep, or so large, or in a circle. */
function placesIn(value: unknown, path: readonly string[] = []): Place[] {
  const here = { path, current: value };
  if (!isPlain(value) || path.length === 4) return [here];
  const properties = Object.entries(Object.getOwnPropertyDescriptors(value)).slice(0, 20);
  return [here, ...properties.flatMap(([key, property]) => placesIn(property.value, [...path, key]))];
}

function withReplaced(value: unknown, [key, ...rest]: readonly string[], next: unknown): unknown {
  if (key === undefined) return next;
  const properties = Object.getOwnPropertyDescriptors(value as object);
  const inner = withReplaced(properties[key]?.value, rest, next);
  const replaced = { value: inner, enumerable: true, configurable: true, writable: true };
  return Object.create(Object.prototype, { ...properties, [key]: replaced });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hostileValue(random: SeededRandom, { texts }: Material): unknown {
  const make = random.pick<() => unknown>([
    () => undefined,
    () => null,
    () => random.fraction() < 0.5,
    () => bentNumber(random.integer(-10, 10), random),
    () => hostileText(random),
    () => random.pick(texts),
    () => random.json(),
    () => [],
    () => [random.pick(texts)],
    () => [[[]]],
    () => ({}),
    () => ({ [random.pick(texts)]: random.pick(texts) }),
    () => withOwnProto({ value: random.pick(texts) }),
    () => ({ constructor: { prototype: { isAdmin: true } } }),
    () => ({ toString: 1, valueOf: null, hasOwnProperty: 0 }),
    () => ({ length: { toString: null, valueOf: null } }),
    () => ({ length: random.pick([0, 5, -1, '5', Number.POSITIVE_INFINITY]), 0: 'a' }),
    () => ({ size: { toString: null, valueOf: null } }),
    () => deep(random, 'object'),
    () => deep(random, 'array'),
    () => cyclic(),
    () => ({
      get value() {
        return random.pick(texts);
      },
    }),
    () => ({
      get value() {
        throw new Error('A getter that throws.');
      },
    }),
    () => new Map<unknown, unknown>([[random.pick(texts), { a: 1 }]]),
    () => new Set([random.pick(texts)]),
    () => new Date(random.pick([0, Number.NaN, 8.64e15])),
    () => (random.integer(0, 9) === 0 ? 2n ** 4000n : 5n),
    () =>
      random.pick([
        new Uint8Array(8),
        new Float64Array(2),
        new DataView(new ArrayBuffer(4)),
        new ArrayBuffer(3),
      ]),
    () => sparse(random),
    () => /(a+)+$/,
    () => new Error(random.pick(texts)),
    () => Object.create({ inherited: random.pick(texts) }) as object,
    () => Object.assign(Object.create(null) as object, { a: 1 }),
    () => Object(random.pick(['boxed', 1, true])) as object,
    () => () => random.pick(texts),
    () => Symbol('symbol'),
  ]);
  return make();
}

function bentObject(given: Record<string, unknown>, random: SeededRandom, material: Material): unknown {
  const object = asSent(given, 'clone')?.message as Record<string, unknown> | undefined;
  if (object === undefined) return given;
  const keys = Object.keys(object);
  const make = random.pick<() => unknown>([
    () => (keys.length === 0 ? { extra: 1 } : without(object, random.pick(keys))),
    () => ({ ...object, [random.pick(['extra', '', ' ', 'constructor', 'prototype', 'toString', '0'])]: 1 }),
    () => ({ ...object, [random.pick(material.texts)]: random.pick(material.texts) }),
    () => withOwnProto(object),
    () => Object.assign(Object.create({ isAdmin: true }) as object, object),
    () => renamed(object, random, (key) => key.toUpperCase()),
    () => renamed(object, random, (key) => `${key} `),
    () => renamed(object, random, (key) => `${key}\u0000`),
    () => ({
      ...object,
      ...Object.fromEntries(
        Array.from({ length: rarely(random, 2000, 50) }, (_, index) => [`k${index}`, index]),
      ),
    }),
    () => ({ ...object, self: object }),
    () => Object.fromEntries(keys.map((key) => [key, undefined])),
    () => Object.fromEntries(keys.map((key) => [key, null])),
    () => Object.fromEntries(keys.map((key) => [key, [object[key]]])),
  ]);
  return make();
}

/** Another container with the same in it. */
function otherShape(value: unknown, random: SeededRandom): unknown {
  const entries: [string, unknown][] = isPlain(value)
    ? Object.entries(Object.getOwnPropertyDescriptors(value)).map(([key, property]) => [key, property.value])
    : [['0', value]];
  const make = random.pick<() => unknown>([
    () => [value],
    () => entries,
    () => entries.map(([, inner]) => inner),
    () => new Map(entries),
    () => new Set(entries),
    () => String(JSON.stringify(asSent(value, 'json')?.message)),
    () => ({ value }),
    () => Object.assign([], Object.fromEntries(entries.filter(([key]) => key !== 'length'))),
    () => Object(value) as unknown,
    () => Object.prototype.toString.call(value),
  ]);
  return make();
}

function bentText(text: string, random: SeededRandom, { texts }: Material): string {
  const make = random.pick<() => string>([
    () => '',
    () => ' ',
    () => ` ${text}`,
    () => `${text}\n`,
    () => `${text}\u0000`,
    () => `\u202e${text}`,
    () => `${text}\ud800`,
    () => `${text}\u200b`,
    () => `${text.normalize('NFD')}\u0301`,
    () => text.toUpperCase(),
    () => text.toLowerCase().replace(/^./, (first) => first.toUpperCase()),
    () => text.slice(1),
    () => text.slice(0, -1),
    () => text + text,
    () => text + random.pick(texts),
    () => random.pick(texts) + text,
    () => `../../${text}`,
    () => `${text}'; DROP TABLE profiles; --`,
    () => 'a'.repeat(rarely(random, 2 ** 21, 2 ** random.integer(0, 14))),
    () => hostileText(random),
  ]);
  return make();
}

function hostileText(random: SeededRandom): string {
  return random.pick([
    '',
    '\u0000',
    '\ud800',
    '\udc00\ud800',
    '\u202e\u2066\u200b\ufeff',
    '../../../../etc/passwd',
    '..\\..\\windows',
    '/dev/zero',
    'file:///etc/passwd',
    '%2e%2e%2f',
    "' OR 1=1 --",
    '"; DROP TABLE profiles; --',
    '$(reboot)',
    '{{constructor.constructor("return process")()}}',
    '<img src=x onerror=alert(1)>',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    '/(a+)+$/',
    '[object Object]',
    'NaN',
    '1e999',
    '0x10',
    'null',
    'x'.repeat(10_000),
    '😀'.repeat(3000),
    '\r\nSet-Cookie: a=b',
    'a\u0301'.repeat(500),
  ]);
}

function bentNumber(number: number, random: SeededRandom): unknown {
  return random.pick<unknown>([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    -1,
    0.5,
    number + 0.5,
    -number - 1,
    number + 100_000,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    2 ** 53 - 1,
    -(2 ** 53),
    1e308,
    5e-324,
    String(number),
    Number.isFinite(number) ? BigInt(Math.trunc(number)) : 1n,
    [number],
    new Number(number),
  ]);
}

/** What is large takes long to send: it has its turn, and leaves time for the rest. */
function rarely(random: SeededRandom, large: number, small: number): number {
  return random.fraction() < 0.05 ? large : small;
}

/** As JSON.parse makes it: an own property. */
function withOwnProto(object: object): object {
  const copy = { ...object };
  Object.defineProperty(copy, '__proto__', { value: { isAdmin: true }, enumerable: true });
  return copy;
}

/** As deep as a structured clone goes, or JSON. */
function deep(random: SeededRandom, kind: 'object' | 'array'): unknown {
  let value: unknown = random.integer(0, 1);
  const depth = rarely(random, 10_000, random.pick([10, 300]));
  for (let level = 0; level < depth; level++) value = kind === 'array' ? [value] : { a: value };
  return value;
}

function cyclic(): unknown {
  const value: Record<string, unknown> = { a: [] };
  value.self = value;
  return value;
}

function sparse(random: SeededRandom): unknown[] {
  const array: unknown[] = [];
  array[rarely(random, 100_000, 3)] = 'at the end';
  return array;
}

function without(object: Record<string, unknown>, key: string): Record<string, unknown> {
  const { [key]: _, ...rest } = object;
  return rest;
}

function renamed(
  object: Record<string, unknown>,
  random: SeededRandom,
  rename: (key: string) => string,
): Record<string, unknown> {
  const keys = Object.keys(object);
  if (keys.length === 0) return { [rename('extra')]: 1 };
  const key = random.pick(keys);
  return { ...without(object, key), [rename(key)]: object[key] };
}
