/** One row of the log, cell by cell. */
import { memo, type ReactNode } from 'react';
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
  hasMarks,
  Icon,
  type IconName,
  isPlain,
  KindSign,
  Name,
  SlotLabel,
  VisibleText,
} from '../../components/index.ts';
import type { ColumnLayout, ShownColumn } from './columns.ts';
import { encryptionFailureWords } from './encryption-words.ts';
import styles from './inspector.module.css';

const headings: Readonly<Record<LogColumn, { readonly words?: string; readonly label?: string }>> = {
  time: { words: 'Time' },
  delta: { words: 'Δ', label: 'Time since the row before' },
  direction: { label: 'Direction' },
  connection: { label: 'Connection' },
  channel: { words: 'Channel' },
  event: { words: 'Event' },
  size: { words: 'Size' },
  key: { words: 'Key' },
  data: { words: 'Data' },
};

export function headingCells(layout: ColumnLayout) {
  return layout.columns.map(({ column, gap }) => {
    const { words, label } = headings[column];
    const isAtEnd = column === 'delta' || column === 'size';
    return (
      <HeadingCell key={column} {...(label === undefined ? {} : { label })}>
        <span
          className={classes(styles.headingWords, isAtEnd && styles.atEnd)}
          style={isAtEnd ? { paddingInlineEnd: `${gap}ch` } : undefined}
        >
          {words}
        </span>
      </HeadingCell>
    );
  });
}

interface RowCellsProps {
  readonly row: Row | undefined;
  /** When the row before it came. Undefined: there is none, or it has not been fetched. */
  readonly previousAt: number | undefined;
  readonly mark: Mark | undefined;
  readonly layout: ColumnLayout;
}

/**
 * While the list follows thousands of events a second every cell is another one in every frame: the elements are as few
 * as they can be, and a cell keeps its elements whatever is in it.
 */
export const RowCells = memo(function RowCells({ row, previousAt, mark, layout }: RowCellsProps) {
  // Drawn for the moment between scrolling and the answer: the row's place, without words.
  if (!row) return <Cell label="Loading" />;
  const isNote = row.kind === 'note';
  const columns = isNote ? layout.beforeNote : layout.columns;
  const sign = mark && <MarkSign mark={mark} />;
  const cells = columns.map((shown, index) => cell(shown, row, previousAt, index === 0 ? sign : undefined));
  if (isNote) cells.push(noteCell(row, columns, columns.length === 0 ? sign : undefined));
  return cells;
});

function cell(shown: ShownColumn, row: Row, previousAt: number | undefined, sign: ReactNode): ReactNode {
  const { column, width } = shown;
  switch (column) {
    case 'time':
      return text(shown, styles.faint, sign, formatTime(row.at));
    case 'delta': {
      const since = previousAt === undefined ? '–' : formatDelta(row.at - previousAt);
      return text(shown, styles.faint, sign, since.padStart(width));
    }
    case 'connection':
      return box(shown, undefined, sign, row.connection > 0 && <ConnectionMark number={row.connection} />);
    case 'direction':
      return withIcon(shown, sign, <DirectionSign row={row} />, '');
    case 'channel': {
      if (row.channel === null) return text(shown, styles.faint, sign, '–');
      return name(shown, undefined, sign, <ChannelSign channel={row.channel} />, row.channel);
    }
    case 'event': {
      if (row.event === null) return text(shown, styles.faint, sign, 'not readable');
      return name(shown, row.kind === 'protocol' ? styles.faint : undefined, sign, undefined, row.event);
    }
    case 'size':
      return text(shown, styles.soft, sign, formatSize(row.sizeBytes).padStart(width));
    case 'key':
      return row.encryption
        ? box(shown, styles.keyCell, sign, <KeyWords encryption={row.encryption} />)
        : text(shown, undefined, sign, '');
    case 'data':
      return data(shown, sign, row);
    default:
      return assertNever(column);
  }
}

/** More characters than a row's room may be out by. */
const beyondSight = 8;
/** Characters that the sign of a channel's kind takes. */
const kindWidth = 2;

/** A cell of plain text of ours, which is never too long. It is part of the row's line, and as wide by its spaces. */
function text(
  { column, width, gap }: ShownColumn,
  className: string | undefined,
  sign: ReactNode,
  words: string,
): ReactNode {
  const padded = words.padEnd(width + gap);
  return (
    <Cell key={column} className={className}>
      {sign ? (
        <>
          {sign}
          {padded}
        </>
      ) : (
        padded
      )}
    </Cell>
  );
}

/** A cell of text with an icon, which stands in the row where the style sheet puts it, over spaces. */
function withIcon(shown: ShownColumn, sign: ReactNode, icon: ReactNode, words: string): ReactNode {
  return (
    <Cell key={shown.column}>
      {sign}
      {icon}
      {words.padEnd(shown.width + shown.gap)}
    </Cell>
  );
}

/** A cell that holds more than text, or text that may be wider than its characters are many. */
function box(
  shown: ShownColumn,
  className: string | undefined,
  sign: ReactNode,
  content: ReactNode,
): ReactNode {
  return (
    <Cell key={shown.column} className={classes(styles.box, className)} style={shown.box}>
      {sign}
      {content}
    </Cell>
  );
}

function name(
  shown: ShownColumn,
  className: string | undefined,
  sign: ReactNode,
  icon: ReactNode,
  words: string,
): ReactNode {
  const lead = icon ? kindWidth : 0;
  if (words.length <= shown.width - lead && isPlain(words)) {
    const padded = ' '.repeat(lead) + words;
    if (icon) return withIcon(shown, sign, icon, padded);
    return text(shown, className, sign, padded);
  }
  return (
    <Cell
      key={shown.column}
      className={classes(styles.box, styles.nameBox, icon ? styles.afterKind : undefined, className)}
      style={shown.box}
    >
      {sign}
      {icon}
      <Name text={words} />
    </Cell>
  );
}

function data(shown: ShownColumn, sign: ReactNode, { preview, encryption }: Row): ReactNode {
  if (preview === '' && encryption?.state === 'closed') {
    const words = encryptionFailureWords[encryption.why].title;
    return box(shown, styles.soft, sign, <span className={styles.why}>{words}</span>);
  }
  // What can't be in sight is cut off: it costs as much as what is. The row's own end has the ellipsis.
  const room = isPlain(preview) ? shown.width : shown.width * 2;
  const inSight = preview.slice(0, room + beyondSight).replace(halfAtEnd, '');
  if (hasMarks(inSight)) return box(shown, styles.dataBox, sign, <VisibleText text={inSight} />);
  const isCut = inSight.length < preview.length && !isPlain(preview);
  // Of plain text there is always more than the row has room for, and the row puts the ellipsis.
  return text(shown, styles.data, sign, isCut ? `${inSight}…` : inSight);
}

/** The first half of a character that was cut. */
const halfAtEnd = /[\ud800-\udbff]$/;

/** In the margin, before the first column. */
function MarkSign({ mark: { note } }: { readonly mark: Mark }) {
  return (
    <span className={styles.markSign} title={note === '' ? 'Marked' : note}>
      <Icon name="mark" size={10} label={note === '' ? 'Marked' : `Marked: ${note}`} />
    </span>
  );
}

function noteCell(row: Row, before: readonly ShownColumn[], sign: ReactNode): ReactNode {
  const words = [row.channel, row.preview === '' ? row.event : row.preview]
    .filter((part) => part !== null && part !== '')
    .join(' · ');
  const taken = before.reduce((sum, { width, gap }) => sum + width + gap, 0);
  return (
    <Cell
      key="note"
      className={classes(styles.box, styles.note)}
      style={{ width: `calc(100% - ${taken}ch)` }}
    >
      {sign}
      <span className={styles.noteText}>{words}</span>
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
  return <Icon name={name} size={13} label={label} className={classes(styles.directionSign, hue)} />;
}

function ChannelSign({ channel }: { readonly channel: string }) {
  return <KindSign kind={channelKind(channel)} className={styles.kindSign} />;
}

function KeyWords({ encryption }: { readonly encryption: NonNullable<Row['encryption']> }) {
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
