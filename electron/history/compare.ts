/**
 * Two logs side by side: which events each has, how often, and what became of the form of their data. Channels that
 * differ in numbers and ids only count as one, for a name with an id in it is hardly ever in both.
 */
import { setImmediate } from 'node:timers/promises';
import type { ComparedGroup, Comparison } from '#shared/contract/history.ts';
import { comparedGroupsLimit, shapeChangesLimit } from '#shared/contract/history.ts';
import type { LogReader } from './log-reader.ts';
import type { EncryptedItem } from './messages.ts';
import { type Decrypt, encryptedItem } from './rows.ts';

/** Events of a group whose data is looked into, spread over all of them as they come. */
const samplesPerGroup = 25;
const sampleLimitBytes = 262_144;
const linesPerTurn = 50_000;
const groupsLimit = 20_000;
const pathsLimit = 2000;
const depthLimit = 20;

interface Side {
  count: number;
  bytes: number;
  readonly samples: number[];
}

const newSide = (): Side => ({ count: 0, bytes: 0, samples: [] });

interface Group {
  readonly channel: string | null;
  readonly event: string | null;
  readonly sides: readonly [Side, Side];
}

export async function compareLogs(one: LogReader, other: LogReader, decrypt: Decrypt): Promise<Comparison> {
  const groups = new Map<string, Group>();
  let isCut = false;
  for (const [index, log] of [one, other].entries()) {
    for (let sequence = log.floor; sequence < log.count; sequence++) {
      if (sequence % linesPerTurn === 0) await setImmediate();
      const facts = log.facts(sequence);
      if (facts.kind !== 'event' && facts.kind !== 'client') continue;
      const line = () => log.line(sequence, facts.lengthBytes);
      const channel = generalName(log.channel(sequence, line));
      const event = log.event(sequence, line);
      const key = JSON.stringify([channel, event]);
      let group = groups.get(key);
      if (!group) {
        if (groups.size >= groupsLimit) {
          isCut = true;
          continue;
        }
        group = { channel, event, sides: [newSide(), newSide()] };
        groups.set(key, group);
      }
      const side = group.sides[index === 0 ? 0 : 1];
      side.count++;
      side.bytes += facts.sizeBytes;
      // The first ones, and then ever rarer ones of the rest.
      if (side.samples.length < samplesPerGroup || isPowerOfTwo(side.count)) {
        if (facts.lengthBytes <= sampleLimitBytes) side.samples.push(sequence);
      }
    }
  }
  const sorted = [...groups.values()].sort((a, b) => difference(b) - difference(a));
  const compared: ComparedGroup[] = [];
  for (const { channel, event, sides } of sorted.slice(0, comparedGroupsLimit)) {
    const [left, right] = sides;
    const changes =
      left.count > 0 && right.count > 0
        ? shapeChanges(
            await shapeOf(one, left.samples, decrypt),
            await shapeOf(other, right.samples, decrypt),
          )
        : [];
    compared.push({
      channel,
      event,
      one: { events: left.count, bytes: left.bytes },
      other: { events: right.count, bytes: right.bytes },
      changes,
    });
  }
  return { groups: compared, isCut: isCut || sorted.length > compared.length };
}

function difference({ sides: [left, right] }: Group): number {
  return Math.abs(left.count - right.count);
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0;
}

const ids = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<![A-Za-z])[0-9a-f]{16,}(?![A-Za-z])|\d+/gi;

/** `orders-123` → `orders-#` */
function generalName(name: string | null): string | null {
  return name === null ? null : name.replace(ids, '#');
}

/** Path → the types that were seen there. */
type Shape = ReadonlyMap<string, ReadonlySet<string>>;

async function shapeOf(log: LogReader, samples: readonly number[], decrypt: Decrypt): Promise<Shape> {
  const texts: string[] = [];
  const items: EncryptedItem[] = [];
  for (const sequence of samples) {
    const { lengthBytes, isEncrypted } = log.facts(sequence);
    const line = log.line(sequence, lengthBytes);
    if (isEncrypted) items.push(encryptedItem(line));
    else texts.push(line.data ?? '');
  }
  if (items.length > 0) {
    for (const opened of await decrypt(log.profileId, items)) {
      if (opened.state === 'decrypted') texts.push(opened.plaintext);
    }
  }
  const shape = new Map<string, Set<string>>();
  for (const text of texts) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = text;
    }
    addShape(shape, '$', value, 0);
  }
  return shape;
}

function addShape(shape: Map<string, Set<string>>, path: string, value: unknown, depth: number): void {
  const types = shape.get(path) ?? new Set<string>();
  if (types.size === 0) {
    if (shape.size >= pathsLimit) return;
    shape.set(path, types);
  }
  types.add(typeName(value));
  if (typeof value !== 'object' || value === null || depth >= depthLimit) return;
  if (Array.isArray(value)) {
    for (const item of value.slice(0, 20)) addShape(shape, `${path}[*]`, item, depth + 1);
  } else {
    for (const [key, item] of Object.entries(value)) {
      const step = /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 100))}]`;
      addShape(shape, `${path}${step}`, item, depth + 1);
    }
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function shapeChanges(before: Shape, after: Shape): ComparedGroup['changes'] {
  if (before.size === 0 || after.size === 0) return [];
  const changes: ComparedGroup['changes'] = [];
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [typesOf(before, path), typesOf(after, path)];
    if (was === is) continue;
    // Of something that is new as a whole, its parts say nothing more.
    if (changes.some((change) => path.startsWith(`${change.path}.`) || path.startsWith(`${change.path}[`)))
      continue;
    changes.push({ path: path.slice(0, 500), before: was, after: is });
    if (changes.length >= shapeChangesLimit) break;
  }
  return changes;
}

function typesOf(shape: Shape, path: string): string | null {
  const types = shape.get(path);
  return types ? [...types].sort().join(' or ') : null;
}
