/** The line between two panes: pulled by the pointer, or moved by arrow keys, 8 px at a time. */
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { classes } from './classes.ts';
import styles from './splitter.module.css';

const stepPx = 8;

export interface SplitterProps {
  readonly label: string;
  /** `vertical` stands between panes side by side; `horizontal` lies between panes one above the other. */
  readonly orientation: 'vertical' | 'horizontal';
  /** The pane whose size it sets: `before` or `after` the line. */
  readonly pane: 'before' | 'after';
  readonly sizePx: number;
  readonly minPx: number;
  readonly maxPx: number;
  /** While it is pulled. */
  readonly onResize: (sizePx: number) => void;
  /** When it is let go: the moment to remember the size. */
  readonly onResized: (sizePx: number) => void;
}

export function Splitter(props: SplitterProps) {
  const { label, orientation, pane, sizePx, minPx, maxPx, onResize, onResized } = props;
  const pull = useRef<{ readonly from: number; readonly sizePx: number; last: number }>(undefined);
  const sign = pane === 'before' ? 1 : -1;
  const clamp = (size: number) => Math.round(Math.min(Math.max(size, minPx), Math.max(minPx, maxPx)));
  const place = (event: PointerEvent) => (orientation === 'vertical' ? event.clientX : event.clientY);

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pull.current = { from: place(event), sizePx, last: sizePx };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (!pull.current) return;
    pull.current.last = clamp(pull.current.sizePx + sign * (place(event) - pull.current.from));
    onResize(pull.current.last);
  };
  const onPointerUp = () => {
    if (pull.current) onResized(pull.current.last);
    pull.current = undefined;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [less, more] = orientation === 'vertical' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const moves: Readonly<Record<string, number>> = {
      [less]: clamp(sizePx - sign * stepPx),
      [more]: clamp(sizePx + sign * stepPx),
      Home: minPx,
      End: clamp(maxPx),
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onResize(next);
    onResized(next);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that takes focus and has a value is a widget; `hr` is not.
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={sizePx}
      aria-valuemin={minPx}
      aria-valuemax={Math.max(minPx, Math.round(maxPx))}
      className={classes(styles.splitter, styles[orientation])}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onKeyDown={onKeyDown}
    />
  );
}
