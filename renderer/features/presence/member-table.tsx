/** Members as rows: a crowd of thousands draws no more than what is in sight. */
import type { ReactNode } from 'react';
import { EmptyState, HeadingCell, VirtualList } from '../../components/index.ts';
import styles from './presence.module.css';

export interface MemberTableProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly count: number;
  /** Said in place of rows. */
  readonly empty: string;
  readonly activeIndex: number | null;
  readonly onActiveChange: (index: number) => void;
  readonly renderCells: (index: number) => ReactNode;
}

export function MemberTable(props: MemberTableProps) {
  const { label, columns, count, empty, activeIndex, onActiveChange, renderCells } = props;
  if (count === 0) return <EmptyState icon="presence" title={empty} />;
  return (
    <VirtualList
      label={label}
      count={count}
      columnsClassName={columns.length > 1 ? styles.columns : styles.oneColumn}
      heading={columns.map((column) => <HeadingCell key={column}>{column}</HeadingCell>)}
      renderRow={renderCells}
      activeIndex={activeIndex}
      onActiveChange={onActiveChange}
      onOpen={onActiveChange}
      onRangeChange={ignore}
      isFollowing={false}
      onFollowingChange={ignore}
    />
  );
}

/** All rows are at hand, and nothing is added at the end. */
function ignore(): void {}
