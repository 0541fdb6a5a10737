/**
 * What is different between two JSON texts, place by place: members by their key, items by their position. Numbers are
 * the same when their digits are, so `1` and `1.0` are told apart: that is what was on the wire.
 */
import { type JsonNode, jsonSummary } from './json.ts';

export interface JsonChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** `$.order.items[2].id` */
  readonly path: string;
  /** As short text; undefined on the side that does not have it. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** More are of no use to a reader. */
export const changeLimit = 500;

export function diffJson(before: JsonNode, after: JsonNode): JsonChange[] {
  const changes: JsonChange[] = [];
  compare('$', before, after, changes);
  return changes.slice(0, changeLimit);
}

function compare(path: string, before: JsonNode, after: JsonNode, changes: JsonChange[]): void {
  if (changes.length >= changeLimit) return;
  if (before.kind === 'object' && after.kind === 'object') {
    compareChildren(path, members(before.entries), members(after.entries), changes);
  } else if (before.kind === 'array' && after.kind === 'array') {
    compareChildren(path, items(before.items), items(after.items), changes);
  } else if (textOf(before) !== textOf(after) || before.kind !== after.kind) {
    changes.push({ kind: 'changed', path, before: textOf(before), after: textOf(after) });
  }
}

type Children = ReadonlyMap<string, JsonNode>;

function compareChildren(path: string, before: Children, after: Children, changes: JsonChange[]): void {
  for (const [step, node] of before) {
    const other = after.get(step);
    if (other) compare(`${path}${step}`, node, other, changes);
    else changes.push({ kind: 'removed', path: `${path}${step}`, before: textOf(node), after: undefined });
  }
  for (const [step, node] of after) {
    if (before.has(step)) continue;
    changes.push({ kind: 'added', path: `${path}${step}`, before: undefined, after: textOf(node) });
  }
}

/** A key that is there twice counts each time: the second is `key(2)`. */
function members(entries: Extract<JsonNode, { kind: 'object' }>['entries']): Children {
  const children = new Map<string, JsonNode>();
  for (const { key, value } of entries) {
    const step = /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    let name = step;
    for (let turn = 2; children.has(name); turn++) name = `${step}(${turn})`;
    children.set(name, value);
  }
  return children;
}

function items(all: readonly JsonNode[]): Children {
  return new Map(all.map((node, index) => [`[${index}]`, node]));
}

function textOf(node: JsonNode): string {
  switch (node.kind) {
    case 'string':
      return JSON.stringify(node.value);
    case 'number':
    case 'word':
      return node.source;
    default:
      return jsonSummary(node);
  }
}
