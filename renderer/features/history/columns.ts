/**
 * Which columns the log shows, and how wide. A row is one line of monospaced text, and a column a number of characters:
 * the browser then lays out one line, where a grid of cells has it lay out each cell by itself. At thousands of events a
 * second, with every row another one in each frame, that is the difference between a page that keeps up and one that
 * does not.
 */
import type { CSSProperties } from 'react';
import { type LogColumn, logColumns } from '#shared/contract/settings.ts';

export interface ShownColumn {
  readonly column: LogColumn;
  /** In characters. */
  readonly width: number;
  /** Empty characters behind it. */
  readonly gap: number;
  /** Of a cell that holds more than plain text: as wide as the column with its gap. */
  readonly box: CSSProperties;
}

export interface ColumnLayout {
  readonly columns: readonly ShownColumn[];
  /** `grid-template-columns` of the heading, in the rows' font. */
  readonly template: string;
  /** Characters before a column. Undefined: it is not shown. */
  readonly startOf: (column: LogColumn) => number | undefined;
  /** The columns before a note's words, which take the rest of the row. */
  readonly beforeNote: readonly ShownColumn[];
}

const fixed: Partial<Readonly<Record<LogColumn, number>>> = {
  time: 12,
  delta: 9,
  connection: 2,
  direction: 2,
  size: 4,
  key: 9,
};
/** What is left is shared out: at least so many characters, and so many parts of it. */
type Share = readonly [least: number, parts: number];
type Room = 'wide' | 'medium' | 'narrow';
const shares: Readonly<Record<Room, Partial<Readonly<Record<LogColumn, Share>>>>> = {
  wide: { channel: [19, 1.1], event: [14, 0.9], data: [22, 2.4] },
  medium: { channel: [19, 1.4], event: [15, 1], data: [11, 1.1] },
  narrow: { channel: [14, 1.2], event: [12, 1], data: [11, 1.1] },
};
const beforeNotes: readonly LogColumn[] = ['time', 'delta', 'connection'];

/**
 * @param hasConnections the log has events of several connections, or may have
 * @param room characters that a row has room for
 */
export function layoutOf(chosen: readonly LogColumn[], hasConnections: boolean, room: number): ColumnLayout {
  const size: Room = room < 86 ? 'narrow' : room < 122 ? 'medium' : 'wide';
  const hasNames = chosen.includes('channel') || chosen.includes('event');
  const wanted = order.filter(
    (column) =>
      chosen.includes(column) &&
      (column !== 'connection' || hasConnections) &&
      // Beside names, these give way where there is little room.
      !(hasNames && ((column === 'size' && size !== 'wide') || (column === 'data' && size === 'narrow'))),
  );
  // A log of one connection, and only connections chosen.
  const shown: readonly LogColumn[] = wanted.length > 0 ? wanted : ['data'];
  const gap = size === 'wide' ? 2 : 1;
  const widths = widthsOf(shown, shares[size], room - gap * (shown.length - 1));
  const columns = shown.map((column, index) => {
    const width = widths[index] ?? 0;
    const isLast = index === shown.length - 1;
    const box = { width: isLast ? `calc(100% - ${before(widths, index, gap)}ch)` : `${width + gap}ch` };
    return { column, width, gap: isLast ? 0 : gap, box };
  });
  const template = columns.map(({ width, gap: behind }, index) =>
    index === columns.length - 1 ? 'minmax(0, 1fr)' : `${width + behind}ch`,
  );
  return {
    columns,
    template: template.join(' '),
    startOf: (column) => {
      const index = shown.indexOf(column);
      return index === -1 ? undefined : before(widths, index, gap);
    },
    beforeNote: columns
      .filter(({ column }) => beforeNotes.includes(column))
      .map((shownColumn) => ({ ...shownColumn, gap, box: { width: `${shownColumn.width + gap}ch` } })),
  };
}

function before(widths: readonly number[], index: number, gap: number): number {
  return widths.slice(0, index).reduce((sum, width) => sum + width + gap, 0);
}

/** As CSS shares out `minmax(least, parts fr)`: who would get less than its least gets that, and the others the rest. */
function widthsOf(
  columns: readonly LogColumn[],
  sharesOf: Partial<Readonly<Record<LogColumn, Share>>>,
  room: number,
): number[] {
  const widths = columns.map((column) => fixed[column] ?? 0);
  let left = room - widths.reduce((sum, width) => sum + width, 0);
  let open = columns.flatMap((column, index) => {
    const share = fixed[column] === undefined ? sharesOf[column] : undefined;
    return share ? [{ index, least: share[0], parts: share[1] }] : [];
  });
  while (open.length > 0) {
    const parts = open.reduce((sum, each) => sum + each.parts, 0);
    const isShort = (each: (typeof open)[number]) => (left * each.parts) / parts < each.least;
    const short = open.filter(isShort);
    const settled = short.length > 0 ? short : open;
    const toShare = left;
    for (const { index, least, parts: own } of settled) {
      const width = short.length > 0 ? least : Math.floor((toShare * own) / parts);
      widths[index] = width;
      left -= width;
    }
    open = open.filter((each) => !settled.includes(each));
  }
  return widths;
}

/** As they stand in a row: a note's words follow on the connection. */
const order: readonly LogColumn[] = [
  ...beforeNotes,
  ...logColumns.filter((column) => !beforeNotes.includes(column)),
];
