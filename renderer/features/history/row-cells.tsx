/** One row of the log, cell by cell. */
import { memo } from 'react';
import type { Mark, Row } from '#shared/contract/history.ts';
import type { LogColumn } from '#shared/contract/settings.ts';
import { assertNever } from '#shared/lib/app-error.ts';
import { channelKind } from '#shared/protocol/channels.ts';
import {
  Cell,
  ConnectionMark,
  classes,
  formatDelta,
  formatSize,
  formatTime,
  HeadingCell,
  Icon,
  type IconName,
  KindSign,
  Name,
  SlotLabel,
  VisibleText,
} from '../../components/index.ts';
import type { ColumnLayout } from './columns.ts';
import { encryptionFailureWords } from './encryption-words.ts';
import styles from './inspector.module.css';

const headings: Readonly<Record<LogColumn, React.ReactNode>> = {
  time: <HeadingCell key="time">Time</HeadingCell>,
  delta: (
    <HeadingCell key="delta" className={styles.delta} label="Time since the row before">
      Δ
    </HeadingCell>
  ),
  direction: <HeadingCell key="direction" label="Direction" />,
  connection: <HeadingCell key="connection" label="Connection" />,
  channel: <HeadingCell key="channel">Channel</HeadingCell>,
  event: <HeadingCell key="event">Event</HeadingCell>,
  size: null,
  key: (
    <HeadingCell key="key" className={styles.keyCell}>
      Key
    </HeadingCell>
  ),
  data: null,
};

export function headingCells(layout: ColumnLayout) {
  return layout.columns.map((column) => {
    if (column === 'size')
      return (
        <HeadingCell key="size" className={sizeClass(layout)}>
          Size
        </HeadingCell>
      );
    if (column === 'data')
      return (
        <HeadingCell key="data" className={dataClass(layout)}>
          Data
        </HeadingCell>
      );
    return headings[column];
  });
}

/** Beside names, these give way where there is little room. */
const sizeClass = ({ hasNames }: ColumnLayout) => classes(styles.sizeCell, hasNames && styles.givesWay);
const dataClass = ({ hasNames }: ColumnLayout) => classes(hasNames && styles.givesWayLast);

interface RowCellsProps {
  readonly row: Row | undefined;
  /** When the row before it came. Undefined: there is none, or it has not been fetched. */
  readonly previousAt: number | undefined;
  readonly mark: Mark | undefined;
  readonly layout: ColumnLayout;
}

/** Memoized: the list is drawn anew with each count, many times a second, while most rows stay what they are. */
export const RowCells = memo(function RowCells({ row, previousAt, mark, layout }: RowCellsProps) {
  // Drawn for the moment between scrolling and the answer: the row's place, without words.
  if (!row) return <Cell className={styles.waiting} label="Loading" />;
  const isNote = row.kind === 'note';
  const columns = isNote ? layout.columns.slice(0, layout.noteColumn - 1) : layout.columns;
  return (
    <>
      {columns.map((column, index) => (
        <ColumnCell
          key={column}
          column={column}
          row={row}
          previousAt={previousAt}
          mark={index === 0 ? mark : undefined}
          layout={layout}
        />
      ))}
      {isNote && <NoteCell row={row} mark={columns.length === 0 ? mark : undefined} />}
    </>
  );
});

interface ColumnCellProps extends RowCellsProps {
  readonly row: Row;
  readonly column: LogColumn;
}

function ColumnCell({ column, row, previousAt, mark, layout }: ColumnCellProps) {
  const sign = mark && <MarkSign mark={mark} />;
  switch (column) {
    case 'time':
      return (
        <Cell className={styles.time}>
          {sign}
          {formatTime(row.at)}
        </Cell>
      );
    case 'delta':
      return (
        <Cell className={classes(styles.time, styles.delta)}>
          {sign}
          {previousAt === undefined ? '–' : formatDelta(row.at - previousAt)}
        </Cell>
      );
    case 'connection':
      return (
        <Cell className={styles.direction}>
          {sign}
          {row.connection > 0 && <ConnectionMark number={row.connection} />}
        </Cell>
      );
    case 'direction':
      return (
        <Cell className={styles.direction}>
          {sign}
          <DirectionSign row={row} />
        </Cell>
      );
    case 'channel':
      return (
        <Cell className={styles.channel}>
          {sign}
          {row.channel === null ? (
            <span className={styles.none}>–</span>
          ) : (
            <>
              <KindSign kind={channelKind(row.channel)} />
              <Name text={row.channel} />
            </>
          )}
        </Cell>
      );
    case 'event':
      return (
        <Cell className={classes(styles.event, row.kind === 'protocol' && styles.protocol)}>
          {sign}
          {row.event === null ? <span className={styles.none}>not readable</span> : <Name text={row.event} />}
        </Cell>
      );
    case 'size':
      return (
        <Cell className={classes(sizeClass(layout), styles.size)}>
          {sign}
          {formatSize(row.sizeBytes)}
        </Cell>
      );
    case 'key':
      return (
        <Cell className={styles.keyCell}>
          {sign}
          <KeyCell row={row} />
        </Cell>
      );
    case 'data':
      return (
        <Cell className={classes(dataClass(layout), styles.preview)}>
          {sign}
          <Preview row={row} />
        </Cell>
      );
    default:
      return assertNever(column);
  }
}

/** In the margin, before the first column. */
function MarkSign({ mark: { note } }: { readonly mark: Mark }) {
  return (
    <span className={styles.markSign} title={note === '' ? 'Marked' : note}>
      <Icon name="mark" size={10} label={note === '' ? 'Marked' : `Marked: ${note}`} />
    </span>
  );
}

function Preview({ row }: { readonly row: Row }) {
  if (row.preview !== '' || row.encryption?.state !== 'closed') return <VisibleText text={row.preview} />;
  return <span className={styles.why}>{encryptionFailureWords[row.encryption.why].title}</span>;
}

function NoteCell({ row, mark }: { readonly row: Row; readonly mark: Mark | undefined }) {
  return (
    <Cell className={styles.note}>
      {mark && <MarkSign mark={mark} />}
      <span className={styles.noteText}>
        {[row.channel, row.preview === '' ? row.event : row.preview]
          .filter((part) => part !== null && part !== '')
          .join(' · ')}
      </span>
    </Cell>
  );
}

function DirectionSign({ row }: { readonly row: Row }) {
  const [name, label, hue]: readonly [IconName, string, string | undefined] =
    row.kind === 'undecodable'
      ? ['alert-sign', 'Not decodable', styles.bad]
      : row.direction === 'out'
        ? ['outgoing', 'Sent', styles.sent]
        : ['incoming', 'Received', styles.received];
  return <Icon name={name} size={13} label={label} className={hue} />;
}

function KeyCell({ row }: { readonly row: Row }) {
  const { encryption } = row;
  if (!encryption) return null;
  switch (encryption.state) {
    case 'decrypted':
      return <SlotLabel slot={encryption.slot} />;
    case 'closed':
      return (
        <span className={styles.closed}>
          <Icon name="not-opened" size={12} />
          closed
        </span>
      );
    default:
      return assertNever(encryption);
  }
}
