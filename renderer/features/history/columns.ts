/** Which columns the log shows, and how wide: computed once for all rows. */
import { type LogColumn, logColumns } from '#shared/contract/settings.ts';

export interface ColumnLayout {
  readonly columns: readonly LogColumn[];
  readonly has: (column: LogColumn) => boolean;
  /** `grid-template-columns` for a list that is wide, under 900 px, and under 640 px. */
  readonly wide: string;
  readonly medium: string;
  readonly narrow: string;
  /** The column that a note's words begin in. */
  readonly noteColumn: number;
  /** Size and data give way to names where there is little room. */
  readonly hasNames: boolean;
}

const fixed: Partial<Readonly<Record<LogColumn, string>>> = {
  time: '90px',
  delta: '76px',
  direction: '14px',
  connection: '16px',
  size: '40px',
  key: '68px',
};
const widths = {
  wide: { channel: 'minmax(120px, 1.1fr)', event: 'minmax(100px, 0.9fr)', data: 'minmax(160px, 2.4fr)' },
  medium: { channel: 'minmax(140px, 1.4fr)', event: 'minmax(110px, 1fr)', data: 'minmax(80px, 1.1fr)' },
  narrow: { channel: 'minmax(100px, 1.2fr)', event: 'minmax(90px, 1fr)', data: 'minmax(80px, 1.1fr)' },
} as const;
const beforeNotes: readonly LogColumn[] = ['time', 'delta', 'connection'];

/** @param hasConnections the log has events of several connections, or may have */
export function layoutOf(chosen: readonly LogColumn[], hasConnections: boolean): ColumnLayout {
  const shown = order.filter(
    (column) => chosen.includes(column) && (column !== 'connection' || hasConnections),
  );
  const hasNames = shown.includes('channel') || shown.includes('event');
  const template = (width: keyof typeof widths) => {
    const columns = shown.filter(
      (column) =>
        !hasNames || !((column === 'size' && width !== 'wide') || (column === 'data' && width === 'narrow')),
    );
    const tracks = columns.map(
      (column) => fixed[column] ?? widths[width][column as keyof (typeof widths)['wide']],
    );
    // Something has to take the room that is left.
    if (!columns.some((column) => fixed[column] === undefined)) tracks.push('minmax(0, 1fr)');
    return tracks.join(' ');
  };
  return {
    columns: shown,
    has: (column) => shown.includes(column),
    wide: template('wide'),
    medium: template('medium'),
    narrow: template('narrow'),
    noteColumn: 1 + shown.filter((column) => beforeNotes.includes(column)).length,
    hasNames,
  };
}

/** As they stand in a row: a note's words follow on the connection. */
const order: readonly LogColumn[] = [
  ...beforeNotes,
  ...logColumns.filter((column) => !beforeNotes.includes(column)),
];
