/** One row of the log, cell by cell. */
import { memo } from 'react';
import type { Row } from '#shared/contract/history.ts';
import { assertNever } from '#shared/lib/app-error.ts';
import { channelKind } from '#shared/protocol/channels.ts';
import {
  Cell,
  ConnectionMark,
  classes,
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
import { encryptionFailureWords } from './encryption-words.ts';
import styles from './inspector.module.css';

/** @param isMarked The app has, or had, more than one connection: each row says which it is of. */
export const headingCells = (isMarked: boolean) => (
  <>
    <HeadingCell>Time</HeadingCell>
    {isMarked && <HeadingCell label="Connection" />}
    <HeadingCell label="Direction" />
    <HeadingCell>Channel</HeadingCell>
    <HeadingCell>Event</HeadingCell>
    <HeadingCell className={styles.sizeCell}>Size</HeadingCell>
    <HeadingCell className={styles.keyCell}>Key</HeadingCell>
    <HeadingCell className={styles.previewCell}>Data</HeadingCell>
  </>
);

interface RowCellsProps {
  readonly row: Row | undefined;
  readonly isMarked: boolean;
}

/** Memoized: the list is drawn anew with each count, many times a second, while most rows stay what they are. */
export const RowCells = memo(function RowCells({ row, isMarked }: RowCellsProps) {
  // Drawn for the moment between scrolling and the answer: the row's place, without words.
  if (!row) return <Cell className={styles.waiting} label="Loading" />;
  if (row.kind === 'note') return <NoteCells row={row} isMarked={isMarked} />;
  return (
    <>
      <Cell className={styles.time}>{formatTime(row.at)}</Cell>
      {isMarked && <MarkCell row={row} />}
      <Cell className={styles.direction}>
        <DirectionSign row={row} />
      </Cell>
      <Cell className={styles.channel}>
        {row.channel === null ? (
          <span className={styles.none}>–</span>
        ) : (
          <>
            <KindSign kind={channelKind(row.channel)} />
            <Name text={row.channel} />
          </>
        )}
      </Cell>
      <Cell className={classes(styles.event, row.kind === 'protocol' && styles.protocol)}>
        {row.event === null ? <span className={styles.none}>not readable</span> : <Name text={row.event} />}
      </Cell>
      <Cell className={classes(styles.sizeCell, styles.size)}>{formatSize(row.sizeBytes)}</Cell>
      <Cell className={styles.keyCell}>
        <KeyCell row={row} />
      </Cell>
      <Cell className={classes(styles.previewCell, styles.preview)}>
        <Preview row={row} />
      </Cell>
    </>
  );
});

function Preview({ row }: { readonly row: Row }) {
  if (row.preview !== '' || row.encryption?.state !== 'closed') return <VisibleText text={row.preview} />;
  return <span className={styles.why}>{encryptionFailureWords[row.encryption.why].title}</span>;
}

function MarkCell({ row }: { readonly row: Row }) {
  return (
    <Cell className={styles.direction}>
      {row.connection > 0 && <ConnectionMark number={row.connection} />}
    </Cell>
  );
}

function NoteCells({ row, isMarked }: { readonly row: Row; readonly isMarked: boolean }) {
  return (
    <>
      <Cell className={styles.time}>{formatTime(row.at)}</Cell>
      {isMarked && <MarkCell row={row} />}
      <Cell className={styles.note}>
        <span className={styles.noteText}>
          {[row.channel, row.preview === '' ? row.event : row.preview]
            .filter((part) => part !== null && part !== '')
            .join(' · ')}
        </span>
      </Cell>
    </>
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
