/**
 * Channel names as a tree: by kind, then by the parts that names have in common, which end at `-`, `.` or `:`. A group
 * is made only where it holds two names or more, and never one that all of its parent's names are in.
 */
import type { ChannelFacts, ChannelLine } from '#shared/contract/channels.ts';
import { type ChannelKind, channelKind, channelKindLabels } from '#shared/protocol/channels.ts';

/** Names may be made to nest without end. */
const depthLimit = 12;

interface Group {
  readonly kind: 'group';
  readonly path: string;
  readonly label: string;
  readonly isKind: boolean;
  /** The name of a channel in it. */
  readonly sample: string;
  readonly channels: number;
  readonly children: readonly Node[];
}

interface Leaf {
  readonly kind: 'leaf';
  readonly label: string;
  readonly name: string;
}

type Node = Group | Leaf;

export type ChannelTree = readonly Group[];

const kindOrder = Object.keys(channelKindLabels) as ChannelKind[];

export function buildTree(names: Iterable<string>): ChannelTree {
  const byKind = new Map<ChannelKind, string[]>();
  for (const name of names) {
    const kind = channelKind(name);
    const known = byKind.get(kind);
    if (known) known.push(name);
    else byKind.set(kind, [name]);
  }
  return kindOrder.flatMap((kind) => {
    const ofKind = byKind.get(kind)?.sort();
    const [sample] = ofKind ?? [];
    if (!ofKind || sample === undefined) return [];
    const prefix = kind === 'public' ? '' : kind === 'server-to-user' ? '#server-to-user-' : `${kind}-`;
    const children = nodesOf(ofKind, prefix.length, kind, 1);
    return [
      { kind: 'group', path: kind, label: '', isKind: true, sample, channels: ofKind.length, children },
    ] satisfies Group[];
  });
}

/** @param names sorted, and alike up to `from`. */
function nodesOf(names: readonly string[], from: number, parentPath: string, depth: number): Node[] {
  const nodes: Node[] = [];
  for (let index = 0; index < names.length; ) {
    const name = names[index] ?? '';
    const end = partEnd(name, from);
    let next = index + 1;
    if (end !== undefined && depth < depthLimit) {
      const part = name.slice(from, end);
      while (next < names.length && names[next]?.startsWith(part, from)) next++;
    }
    const group = names.slice(index, next);
    index = next;
    if (group.length === 1 || end === undefined) {
      nodes.push({ kind: 'leaf', label: name.slice(from), name });
      continue;
    }
    const common = commonEnd(group, end);
    const path = `${parentPath}/${name.slice(from, common)}`;
    nodes.push({
      kind: 'group',
      path,
      label: name.slice(from, common),
      isKind: false,
      sample: name,
      channels: group.length,
      children: nodesOf(group, common, path, depth + 1),
    });
  }
  return nodes;
}

/** Behind the next separator, unless the name ends there. */
function partEnd(name: string, from: number): number | undefined {
  for (let index = from; index < name.length - 1; index++) {
    if ('-.:'.includes(name.charAt(index))) return index + 1;
  }
  return undefined;
}

/** How far whole parts are the same in all of them: one group stands for a chain of them. */
function commonEnd(names: readonly string[], from: number): number {
  const first = names[0] ?? '';
  const last = names.at(-1) ?? '';
  for (let end = from; ; ) {
    const next = partEnd(first, end);
    if (next === undefined || !last.startsWith(first.slice(end, next), end)) return end;
    // Names are sorted: what the first and the last begin with, all do. One that ends there must still have a rest.
    end = next;
  }
}

/** A line without what is known of its channel. */
export interface TreeLine {
  readonly path: string;
  readonly depth: number;
  readonly parent: number;
  readonly node: Node;
  readonly isExpanded: boolean;
}

/** The lines in sight or out of it, top to bottom. `isAllOpen`: groups are open unless toggled. */
export function treeLines(
  tree: ChannelTree,
  toggled: ReadonlySet<string>,
  isAllOpen: boolean,
): readonly TreeLine[] {
  const lines: TreeLine[] = [];
  const add = (node: Node, depth: number, parent: number) => {
    if (node.kind === 'leaf') {
      lines.push({ path: `=${node.name}`, depth, parent, node, isExpanded: false });
      return;
    }
    const isExpanded = (isAllOpen || node.isKind) !== toggled.has(node.path);
    const index = lines.push({ path: node.path, depth, parent, node, isExpanded }) - 1;
    if (isExpanded) for (const child of node.children) add(child, depth + 1, index);
  };
  for (const group of tree) add(group, 0, -1);
  return lines;
}

export function toLine(
  { path, depth, parent, node, isExpanded }: TreeLine,
  factsOf: (name: string) => ChannelFacts,
): ChannelLine {
  if (node.kind === 'leaf') {
    return {
      path,
      depth,
      parent,
      label: node.label,
      sample: node.name,
      group: null,
      channel: factsOf(node.name),
    };
  }
  const { label, sample, isKind, channels } = node;
  return { path, depth, parent, label, sample, group: { isExpanded, isKind, channels }, channel: null };
}
