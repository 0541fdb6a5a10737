/** Channel names as a tree. */
import { describe, expect, it } from 'vitest';
import { buildTree, treeLines } from '../../../electron/channels/channel-tree.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

/** Each line as its label, indented; groups with their number of channels. */
function drawn(names: readonly string[], { toggled = [] as string[], isAllOpen = true } = {}): string[] {
  return treeLines(buildTree(names), new Set(toggled), isAllOpen).map(({ depth, node }) => {
    const label =
      node.kind === 'group' ? `${node.isKind ? node.path : node.label} (${node.channels})` : node.label;
    return `${'  '.repeat(depth)}${label}`;
  });
}

describe('the tree of channels', () => {
  it('groups by kind, then by parts that two names or more have in common', () => {
    const names = [
      'private-orders-2',
      'private-orders-1',
      'news',
      'private-chat',
      'presence-room',
      'newsletter',
    ];
    expect(drawn(names)).toEqual([
      'public (2)',
      '  news',
      '  newsletter',
      'private (3)',
      '  chat',
      '  orders- (2)',
      '    1',
      '    2',
      'presence (1)',
      '  room',
    ]);
  });

  it('makes one group of parts that nothing else shares, and none for a single name', () => {
    const names = ['private-eu.shop.orders-1', 'private-eu.shop.orders-2', 'private-us:a'];
    expect(drawn(names)).toEqual(['private (3)', '  eu.shop.orders- (2)', '    1', '    2', '  us:a']);
  });

  it('keeps a name that is the beginning of others apart from their group', () => {
    expect(drawn(['a', 'a-', 'a-b', 'a-c'])).toEqual([
      'public (4)',
      '  a',
      '  a-',
      '  a- (2)',
      '    b',
      '    c',
    ]);
  });

  it('opens kinds, and groups only when they are toggled', () => {
    const names = ['a-1', 'a-2'];
    expect(drawn(names, { isAllOpen: false })).toEqual(['public (2)', '  a- (2)']);
    expect(drawn(names, { isAllOpen: false, toggled: ['public/a-'] })).toHaveLength(4);
    expect(drawn(names, { isAllOpen: false, toggled: ['public'] })).toEqual(['public (2)']);
  });

  it('has every name once and no group of one, whatever the names', () => {
    const random = new SeededRandom(7);
    for (let round = 0; round < 200; round++) {
      const names = new Set(
        Array.from({ length: 60 }, () =>
          Array.from({ length: random.integer(1, 6) }, () =>
            random.pick(['a', 'b', '-', '.', 'private-', 'cache-']),
          ).join(''),
        ),
      );
      const lines = treeLines(buildTree(names), new Set(), true);
      const leaves = lines.flatMap(({ node }) => (node.kind === 'leaf' ? [node.name] : []));
      expect(leaves.toSorted()).toEqual([...names].toSorted());
      for (const { node } of lines) {
        if (node.kind === 'group' && !node.isKind) expect(node.channels).toBeGreaterThan(1);
      }
      expect(new Set(lines.map(({ path }) => path)).size).toBe(lines.length);
    }
  });

  it('does not nest without end', () => {
    const names = Array.from({ length: 500 }, (_, index) => `${'a-'.repeat(index + 1)}b`);
    const lines = treeLines(buildTree(names), new Set(), true);
    expect(Math.max(...lines.map(({ depth }) => depth))).toBeLessThan(14);
    expect(lines.filter(({ node }) => node.kind === 'leaf')).toHaveLength(500);
  });
});
