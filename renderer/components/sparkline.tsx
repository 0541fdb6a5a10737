/** A rate over the last samples, as bars. Decoration beside the number, which says the same. */
import styles from './sparkline.module.css';

export interface SparklineProps {
  /** Oldest first. */
  readonly samples: readonly number[];
  /** Bars drawn; missing samples leave room at the start. */
  readonly length?: number;
}

const [barPx, gapPx, heightPx] = [3, 1, 14];

export function Sparkline({ samples, length = 20 }: SparklineProps) {
  const shown = samples.slice(-length);
  const most = Math.max(1, ...shown);
  const width = length * (barPx + gapPx) - gapPx;
  return (
    <svg className={styles.sparkline} width={width} height={heightPx} aria-hidden="true">
      <rect y={heightPx - 1} width={width} height={1} className={styles.ground} />
      {shown.map((sample, index) => {
        const height = Math.max(1, (sample / most) * heightPx);
        const place = length - shown.length + index;
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place.
            key={index}
            x={place * (barPx + gapPx)}
            y={heightPx - height}
            width={barPx}
            height={height}
          />
        );
      })}
    </svg>
  );
}
