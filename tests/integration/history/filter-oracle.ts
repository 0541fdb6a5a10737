/** What a filter means, told once more and slowly: over events as the page gets them, without columns, probes or order of work. */
import type { Detail } from '#shared/contract/history.ts';
import { type FilterNode, type PathStep, resolveTime } from '#shared/lib/filter/index.ts';

export type OracleEvent = Detail;

const fold = (text: string) => text.toLowerCase().replaceAll('ς', 'σ');

export function oracleMatches(node: FilterNode, event: OracleEvent): boolean {
  const { row } = event;
  switch (node.type) {
    case 'and':
      return node.nodes.every((each) => oracleMatches(each, event));
    case 'or':
      return node.nodes.some((each) => oracleMatches(each, event));
    case 'not':
      return !oracleMatches(node.node, event);
    case 'text':
      return shownTexts(event).some((text) => fold(text).includes(fold(node.text)));
    case 'regex':
      return shownTexts(event).some((text) => new RegExp(node.source, node.flags).test(text));
    case 'channel':
    case 'event':
      return row[node.type] !== null && isLike(node.pattern, row[node.type] ?? '');
    case 'user':
      return userIds(event).some((id) => isLike(node.pattern, id));
    case 'direction':
      return row.direction === node.direction;
    case 'kind':
      return row.kind === node.kind;
    case 'connection':
      return row.connection === node.connection;
    case 'size':
      return row.sizeBytes >= node.least && row.sizeBytes <= node.most;
    case 'after':
      return row.at >= resolveTime(node.time, Date.now());
    case 'before':
      return row.at <= resolveTime(node.time, Date.now());
    case 'encrypted':
      return row.encryption !== null;
    case 'undecrypted':
      return row.encryption?.state === 'closed';
    case 'key':
      return row.encryption?.state === 'decrypted' && row.encryption.slot === node.slot;
    case 'path': {
      const values = valuesAt(shownObject(event), node.steps);
      const { test } = node;
      if (test.operator === 'exists') return values.length > 0;
      const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
      if (test.operator === '~') return values.some((value) => fold(text(value)).includes(fold(test.text)));
      // The tests below compare small numbers, `true` and text only.
      const wanted: unknown = test.isQuoted
        ? test.text
        : /^(?:\d+|true)$/.test(test.text)
          ? JSON.parse(test.text)
          : test.text;
      if (test.operator === '=') return values.some((value) => value === wanted);
      if (test.operator === '!=') return values.some((value) => value !== wanted);
      if (test.operator !== '>') throw new Error('Not in these tests.');
      return values.some((value) =>
        typeof value === 'number'
          ? value > Number(wanted)
          : typeof value === 'string' && !/^\d+$/.test(value) && value > test.text,
      );
    }
  }
}

function shownTexts({ row, data, raw }: OracleEvent): string[] {
  const shown = row.kind === 'note' || row.kind === 'undecodable' ? raw : (data ?? '');
  const looksLikeJson = /^\s*["[{]/.test(shown);
  const resolved = shown.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code?: string, plain?: string) =>
    code
      ? String.fromCharCode(Number.parseInt(code, 16))
      : ({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[plain as 'b'] ?? plain ?? ''),
  );
  const names = [row.channel, row.event].filter((name) => name !== null);
  return [...names, shown, ...(looksLikeJson ? [resolved] : [])];
}

function isLike(pattern: string, name: string): boolean {
  const source = fold(pattern)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su').test(fold(name));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function frameOf({ raw }: OracleEvent): Record<string, unknown> | undefined {
  const frame = parsed(raw);
  return typeof frame === 'object' && frame !== null && !Array.isArray(frame)
    ? (frame as Record<string, unknown>)
    : undefined;
}

function shownObject(event: OracleEvent): unknown {
  const frame = frameOf(event);
  if (!frame) return parsed(event.raw);
  if (!Object.hasOwn(frame, 'data')) return frame;
  const isOwn = event.row.kind !== 'undecodable' && event.data !== null;
  const data = isOwn ? event.data : typeof frame.data === 'string' ? frame.data : JSON.stringify(frame.data);
  return { ...frame, data: parsed(data ?? '') ?? data };
}

function valuesAt(value: unknown, steps: readonly PathStep[]): unknown[] {
  const [step, ...rest] = steps;
  if (!step) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const inner = (next: unknown) => (next === undefined ? [] : valuesAt(next, rest));
  if (step.type === 'all') return Object.values(value).flatMap(inner);
  if (step.type === 'index') return Array.isArray(value) ? inner(value[step.index]) : [];
  return !Array.isArray(value) && Object.hasOwn(value, step.name)
    ? inner((value as Record<string, unknown>)[step.name])
    : [];
}

function userIds(event: OracleEvent): string[] {
  const frame = frameOf(event);
  if (!frame) return [];
  const data = typeof frame.data === 'string' ? parsed(frame.data) : frame.data;
  const own = (value: unknown, name: string) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
      ? (value as Record<string, unknown>)[name]
      : undefined;
  const found =
    event.row.kind === 'client'
      ? own(frame, 'user_id')
      : /^pusher_internal:member_(?:added|removed)$/.test(event.row.event ?? '')
        ? own(data, 'user_id')
        : event.row.event === 'pusher:subscribe'
          ? own(parsed(String(own(data, 'channel_data'))), 'user_id')
          : undefined;
  return found === undefined || typeof found === 'object'
    ? found === null
      ? ['null']
      : []
    : [String(found)];
}
