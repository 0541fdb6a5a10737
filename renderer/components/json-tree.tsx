/** JSON as a tree, by the ARIA tree pattern: arrows move and fold, Home and End jump, Enter folds. */
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { classes } from './classes.ts';
import { Icon } from './icon.tsx';
import {
  childCount,
  childrenPerStep,
  type JsonLine,
  type JsonNode,
  jsonLines,
  jsonSummary,
  parseJson,
} from './json.ts';
import styles from './json-tree.module.css';
import { CodeBlock, VisibleText } from './text.tsx';

export interface JsonTreeProps {
  /** JSON text. What is not JSON, or nests too deep, is shown as text. */
  readonly text: string;
  /** What it is, for screen readers: “Payload”, “Info of ana”. */
  readonly label: string;
  /** Fills and scrolls in its parent; else it is as high as its lines. */
  readonly isFilling?: boolean;
}

export function JsonTree({ text, label, isFilling }: JsonTreeProps) {
  const root = useMemo(() => parseJson(text), [text]);
  if (!root) return <CodeBlock text={text} label={label} isWrapped />;
  // A new text is a new tree: what was folded in the old one means nothing here.
  return <Tree key={text} root={root} label={label} isFilling={isFilling ?? false} />;
}

function Tree({ root, label, isFilling }: { root: JsonNode; label: string; isFilling: boolean }) {
  const id = useId();
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<ReadonlyMap<string, number>>(new Map());
  const [activePath, setActivePath] = useState('');
  const lines = useMemo(() => jsonLines(root, { toggled, shown }), [root, toggled, shown]);
  const activeIndex = Math.max(
    0,
    lines.findIndex((line) => line.path === activePath),
  );

  const moveTo = (index: number) => {
    const line = lines[Math.min(Math.max(index, 0), lines.length - 1)];
    if (!line) return;
    setActivePath(line.path);
    document.getElementById(`${id}${line.path}`)?.scrollIntoView({ block: 'nearest' });
  };
  const open = (line: JsonLine) => {
    if (line.hidden !== undefined) {
      const parent = line.path.slice(0, line.path.lastIndexOf('/'));
      setShown((current) =>
        new Map(current).set(parent, (current.get(parent) ?? childrenPerStep) + childrenPerStep * 5),
      );
    } else if (line.isExpanded !== undefined) {
      setToggled((current) => {
        const next = new Set(current);
        if (!next.delete(line.path)) next.add(line.path);
        return next;
      });
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const line = lines[activeIndex];
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = treeKeys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act({ line, index: activeIndex, lines, moveTo, open });
  };

  return (
    <div
      role="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={`${id}${lines[activeIndex]?.path ?? ''}`}
      className={classes(styles.tree, isFilling && styles.filling)}
      onKeyDown={onKeyDown}
    >
      {lines.map((line, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the tree itself has the keys.
        <div
          key={line.path}
          id={`${id}${line.path}`}
          role="treeitem"
          // Keys stay with the tree, which names its active item.
          tabIndex={-1}
          aria-level={line.depth + 1}
          aria-expanded={line.isExpanded}
          aria-selected={index === activeIndex}
          className={classes(styles.line, index === activeIndex && styles.active)}
          style={{ paddingInlineStart: 8 + line.depth * 16 }}
          onClick={() => {
            setActivePath(line.path);
            if (window.getSelection()?.isCollapsed !== false) open(line);
          }}
        >
          <span className={styles.fold}>
            {line.isExpanded !== undefined && (
              <Icon name={line.isExpanded ? 'expanded' : 'collapsed'} size={12} />
            )}
          </span>
          <LineText line={line} />
        </div>
      ))}
    </div>
  );
}

function LineText({ line }: { readonly line: JsonLine }) {
  if (line.hidden !== undefined) {
    return <span className={styles.more}>{line.hidden} more: show the next</span>;
  }
  return (
    <span className={styles.text}>
      {line.label !== null && (
        <>
          <span className={line.isIndex ? styles.index : styles.key}>
            <VisibleText text={line.label} />
          </span>
          <span className={styles.sign}>: </span>
        </>
      )}
      <NodeText node={line.node} isExpanded={line.isExpanded} />
    </span>
  );
}

function NodeText({ node, isExpanded }: { node: JsonNode; isExpanded: boolean | undefined }) {
  switch (node.kind) {
    case 'string':
      return (
        <span className={styles.string}>
          &quot;
          <VisibleText text={node.value} />
          &quot;
        </span>
      );
    case 'number':
      return <span className={styles.number}>{node.source}</span>;
    case 'word':
      return <span className={styles.word}>{node.source}</span>;
    default: {
      const count = childCount(node);
      const signs = node.kind === 'array' ? '[ ]' : '{ }';
      if (count === 0) return <span className={styles.sign}>{signs}</span>;
      if (isExpanded) {
        return <span className={styles.sign}>{node.kind === 'array' ? `[ ${count} ]` : `{ ${count} }`}</span>;
      }
      return (
        <span className={styles.sign}>
          <VisibleText text={jsonSummary(node)} />
        </span>
      );
    }
  }
}

interface KeyContext {
  readonly line: JsonLine;
  readonly index: number;
  readonly lines: readonly JsonLine[];
  moveTo(index: number): void;
  open(line: JsonLine): void;
}

const treeKeys: Readonly<Record<string, (context: KeyContext) => void>> = {
  ArrowDown: ({ index, moveTo }) => moveTo(index + 1),
  ArrowUp: ({ index, moveTo }) => moveTo(index - 1),
  Home: ({ moveTo }) => moveTo(0),
  End: ({ lines, moveTo }) => moveTo(lines.length - 1),
  PageDown: ({ index, moveTo }) => moveTo(index + 10),
  PageUp: ({ index, moveTo }) => moveTo(index - 10),
  ArrowRight: ({ line, index, open, moveTo }) => {
    if (line.isExpanded) moveTo(index + 1);
    else open(line);
  },
  ArrowLeft: ({ line, index, lines, open, moveTo }) => {
    if (line.isExpanded) return open(line);
    const parent = lines.slice(0, index).findLastIndex((each) => each.depth < line.depth);
    if (parent >= 0) moveTo(parent);
  },
  Enter: ({ line, open }) => open(line),
  ' ': ({ line, open }) => open(line),
};
