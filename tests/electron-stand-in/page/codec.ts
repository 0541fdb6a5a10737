/**
 * Values of the IPC as JSON, for the DevTools Protocol carries text. Electron's IPC clones structures; these are all
 * that Latchkey's messages are made of, and anything else is refused, as Electron refuses what can't be cloned.
 */

/** An array is `["a", …items]`, so that `["u"]` can be `undefined`, which JSON lacks. */
export function encodeValue(value: unknown): unknown {
  if (value === undefined) return ['u'];
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return ['a', ...value.map(encodeValue)];
  if (typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, encodeValue(inner)]));
  }
  throw new Error(`An object could not be cloned: the stand-in for Electron can’t carry ${typeof value}.`);
}

export function decodeValue(value: unknown): unknown {
  if (Array.isArray(value)) return value[0] === 'u' ? undefined : value.slice(1).map(decodeValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, decodeValue(inner)]));
}
