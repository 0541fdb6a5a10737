/**
 * A list of any length that draws only the rows in sight, as an ARIA grid. Rows are painted in a layer that sticks
 * to the viewport, so that fast scrolling shows older rows for a frame and never an empty area.
 */
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useReducer,
  useRef,
  useState,
} from 'react';
import { classes } from './classes.ts';
import {
  clampOffset,
  isShortened,
  maxOffset,
  offsetOfTrack,
  offsetToShow,
  type RowRange,
  type ScrollShape,
  trackHeight,
  trackOfOffset,
  visibleRows,
} from './scroll-math.ts';
import styles from './virtual-list.module.css';

export const rowHeightPx = 26;

export interface VirtualListHandle {
  focus(): void;
  /** Moves the active row, and shows it. */
  moveTo(index: number): void;
  /** Shows the rows from one on. */
  showFrom(index: number): void;
  /** Rows that fit. */
  readonly pageSize: number;
}

export interface VirtualListProps {
  readonly label: string;
  readonly count: number;
  /** Heading cells, in the grid of `rowClassName`; drawn once, above. */
  readonly heading: ReactNode;
  /** The columns: one class with `grid-template-columns`, used for heading and rows. */
  readonly columnsClassName: string | undefined;
  /** The cells of one row; each with `role="gridcell"`. Undefined rows (not there yet) are drawn by it as well. */
  readonly renderRow: (index: number) => ReactNode;
  readonly rowClassName?: (index: number) => string | undefined;
  /** The row that the keys are on. Null: none. */
  readonly activeIndex: number | null;
  readonly onActiveChange: (index: number) => void;
  /** Enter, or a second click. */
  readonly onOpen: (index: number) => void;
  /** Told whenever other rows come in sight: the moment to fetch them. */
  readonly onRangeChange: (range: RowRange) => void;
  /** Stays at the newest row while rows are added. */
  readonly isFollowing: boolean;
  /** The user scrolled away from the newest row, or back to it. */
  readonly onFollowingChange: (isFollowing: boolean) => void;
  /** The row at the top when the list is drawn first, unless it follows. */
  readonly startAt?: number;
  /** Of a list that is a tree: what a row is in it. Opening and closing is the caller's, by `onKey`. */
  readonly treeOf?: (index: number) => TreePlace;
  /**
   * An element belongs to a place on screen and not to a row: while a thousand events pass between two frames, nothing
   * is made, moved or placed anew, only filled anew. For rows without controls of their own.
   */
  readonly isRefilled?: boolean;
  /** Before the list's own keys. True: it was dealt with. */
  readonly onKey?: (key: string) => boolean;
  readonly ref?: Ref<VirtualListHandle>;
}

export interface TreePlace {
  /** From 1. */
  readonly level: number;
  /** Undefined: nothing is in it. */
  readonly isExpanded: boolean | undefined;
}

export function VirtualList(props: VirtualListProps) {
  const { label, count, heading, columnsClassName, renderRow, rowClassName, activeIndex, ref } = props;
  const { onActiveChange, onOpen, onRangeChange, isFollowing, onFollowingChange, startAt = 0 } = props;
  const { treeOf, onKey, isRefilled = false } = props;
  const id = useId();
  const grid = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [viewportPx, setViewportPx] = useState(0);
  const [gutterPx, setGutterPx] = useState(0);
  // A ref, as it follows what was drawn: while rows are added, and when following ends.
  const offset = useRef(startAt * rowHeightPx);
  const trackGiven = useRef(0);
  /** The row that the pointer went down on. */
  const pressed = useRef<number>(undefined);
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const shape: ScrollShape = { contentPx: count * rowHeightPx, viewportPx };
  const shownOffset = isFollowing ? maxOffset(shape) : clampOffset(offset.current, shape);
  const range = visibleRows(shownOffset, rowHeightPx, count, viewportPx);

  // To move the bar has the browser lay the page out at once: on a shortened track it waits until that can be seen. But
  // it stands at an end when the list does, and only then: it could not be pulled further.
  const leastShift = isShortened(shape) ? trackHeight(shape) / Math.max(1, viewportPx) / 2 : 1;
  const isEnd = (track: number) => track <= 0 || track >= trackHeight(shape) - viewportPx - 1;
  // The scroll bar follows what is drawn; the event that this causes finds nothing to change.
  useLayoutEffect(() => {
    offset.current = shownOffset;
    const element = scroller.current;
    const track = trackOfOffset(shownOffset, shape);
    // What the bar was given last is remembered: to ask for it would have the browser lay the page out at once.
    const shift = Math.abs(trackGiven.current - track);
    if (element && shift > (isEnd(track) === isEnd(trackGiven.current) ? leastShift : 1)) {
      element.scrollTop = track;
      trackGiven.current = track;
    }
  });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      setViewportPx(element.clientHeight);
      setGutterPx(element.offsetWidth - element.clientWidth);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  // A pane that opens below must not cover the row that it is about.
  const lastViewportPx = useRef(0);
  useLayoutEffect(() => {
    const wasPx = lastViewportPx.current;
    lastViewportPx.current = viewportPx;
    if (activeIndex === null || isFollowing || viewportPx >= wasPx) return;
    const top = activeIndex * rowHeightPx;
    if (top < offset.current || top + rowHeightPx > offset.current + wasPx) return;
    const next = offsetToShow(activeIndex, offset.current, rowHeightPx, {
      contentPx: shape.contentPx,
      viewportPx,
    });
    if (next === offset.current) return;
    offset.current = next;
    redraw();
  });

  useEffect(() => {
    onRangeChange({ start: range.start, end: range.end });
  }, [onRangeChange, range.start, range.end]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` is made anew each time; its two numbers count.
  const scrollTo = useCallback(
    (next: number, mayFollow = true) => {
      const target = clampOffset(next, shape);
      offset.current = target;
      redraw();
      const isAtEnd = mayFollow && target >= maxOffset(shape) - 1;
      if (isAtEnd !== isFollowing) onFollowingChange(isAtEnd);
    },
    [shape.contentPx, shape.viewportPx, isFollowing, onFollowingChange],
  );

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const track = element.scrollTop;
    const given = trackGiven.current;
    // A shift of the bar that we made ourselves, or one smaller than it can express.
    if (Math.abs(track - given) <= 1) return;
    trackGiven.current = track;
    // The bar may not stand quite where the list is: then what counts is how far it was moved.
    const shift = offsetOfTrack(track, shape) - offsetOfTrack(given, shape);
    scrollTo(isEnd(track) || !isShortened(shape) ? offsetOfTrack(track, shape) : shownOffset + shift);
  };

  // On a shortened track one notch of the wheel would pass many rows: there, the wheel moves the list itself.
  useEffect(() => {
    const element = scroller.current;
    if (!element || !isShortened(shape)) return;
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? rowHeightPx : event.deltaMode === 2 ? viewportPx : 1;
      scrollTo(shownOffset + event.deltaY * unit);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  });

  const pageSize = Math.max(1, Math.floor(viewportPx / rowHeightPx) - 1);
  const moveTo = (index: number) => {
    if (count === 0) return;
    const target = Math.min(Math.max(index, 0), count - 1);
    onActiveChange(target);
    scrollTo(offsetToShow(target, shownOffset, rowHeightPx, shape), target === count - 1);
  };
  useImperativeHandle(ref, () => ({
    focus: () => grid.current?.focus({ preventScroll: true }),
    moveTo,
    showFrom: (index) => scrollTo(index * rowHeightPx, false),
    pageSize,
  }));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // A button within a row has keys of its own.
    if (event.target === event.currentTarget && onKey?.(event.key)) {
      event.preventDefault();
      return;
    }
    const from = activeIndex ?? (isFollowing ? count : range.start - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + pageSize,
      PageUp: from - pageSize,
      Home: 0,
      End: count - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) {
      event.preventDefault();
      moveTo(target);
    } else if (event.key === 'Enter' && activeIndex !== null) {
      event.preventDefault();
      onOpen(activeIndex);
    }
  };

  // A row that comes in sight takes the element of one that leaves: far less work for the browser than a new one.
  const elementCount = Math.ceil(viewportPx / rowHeightPx) + 1;
  const rows: ReactNode[] = [];
  for (let index = range.start; index < range.end; index++) {
    const isActive = index === activeIndex;
    const place = treeOf?.(index);
    rows.push(
      // biome-ignore lint/a11y/useKeyWithClickEvents: the grid itself has the keys.
      // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row.
      // biome-ignore lint/a11y/useSemanticElements: a table can't be drawn in part.
      <div
        key={isRefilled ? index - range.start : index % elementCount}
        id={isActive ? `${id}${index}` : undefined}
        role="row"
        aria-rowindex={index + 2}
        aria-selected={isActive}
        aria-level={place?.level}
        aria-expanded={place?.isExpanded}
        className={classes(styles.row, columnsClassName, isActive && styles.active, rowClassName?.(index))}
        onPointerDown={() => {
          pressed.current = index;
        }}
        onClick={({ detail }) => {
          // The row that was there when the click began; without a pointer, as assistive technology clicks, that is there.
          const clicked = detail === 0 ? index : (pressed.current ?? index);
          onActiveChange(clicked);
          onOpen(clicked);
          // Following, it may be out of sight by now.
          scrollTo(offsetToShow(clicked, shownOffset, rowHeightPx, shape), false);
        }}
      >
        {renderRow(index)}
      </div>,
    );
  }
  const isActiveDrawn =
    activeIndex !== null &&
    activeIndex < count &&
    (activeIndex + 1) * rowHeightPx > shownOffset &&
    activeIndex * rowHeightPx < shownOffset + viewportPx;

  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles that it may have support it.
    // biome-ignore lint/a11y/noStaticElementInteractions: it has a role either way.
    <div
      ref={grid}
      role={treeOf ? 'treegrid' : 'grid'}
      aria-label={label}
      aria-rowcount={count + 1}
      aria-activedescendant={isActiveDrawn ? `${id}${activeIndex}` : undefined}
      tabIndex={0}
      className={classes(styles.grid, !isActiveDrawn && styles.ring)}
      onKeyDown={onKeyDown}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above. */}
      <div role="row" aria-rowindex={1} className={styles.heading} style={{ paddingInlineEnd: gutterPx }}>
        <div role="presentation" className={classes(styles.headingRow, columnsClassName)}>
          {heading}
        </div>
      </div>
      {/* Not a stop of its own for Tab: the grid's keys scroll it. */}
      {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
      <div ref={scroller} role="rowgroup" tabIndex={-1} className={styles.scroller} onScroll={onScroll}>
        <div className={styles.track} role="presentation" style={{ height: trackHeight(shape) }}>
          <div
            className={styles.layer}
            role="presentation"
            style={{ height: Math.min(viewportPx, shape.contentPx) }}
          >
            <div
              className={classes(styles.rows, range.start % 2 === 1 && styles.startsOdd)}
              role="presentation"
              style={{ marginTop: range.start * rowHeightPx - shownOffset }}
            >
              {rows}
            </div>
          </div>
        </div>
      </div>
    </div>
  );
}

export interface CellProps {
  readonly className?: string | undefined;
  /** In place of words, for screen readers. */
  readonly label?: string;
  readonly style?: CSSProperties;
  readonly children?: ReactNode;
}

/** One cell of a row. */
export function Cell({ className, label, style, children }: CellProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table can't be drawn in part.
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row.
    <span role="gridcell" className={className} aria-label={label} style={style}>
      {children}
    </span>
  );
}

/** One cell of the heading. */
export function HeadingCell({ className, label, children }: CellProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table can't be drawn in part.
    // biome-ignore lint/a11y/useFocusableInteractive: columns can't be chosen.
    <span role="columnheader" className={className} aria-label={label}>
      {children}
    </span>
  );
}
