/** Members, or what they did, as rows: a crowd of thousands draws no more than what is in sight. */
import type { ReactNode } from 'react';
import { EmptyState, HeadingCell, VirtualList } from '../../components/index.ts';

export interface MemberTableProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly columnsClassName: string | undefined;
  readonly count: number;
  /** Said in place of rows. */
  readonly empty: string;
  readonly activeIndex: number | null;
  readonly onActiveChange: (index: number) => void;
  readonly onRangeChange: (range: { readonly start: number; readonly end: number }) => void;
  readonly renderCells: (index: number) => ReactNode;
}

export function MemberTable(props: MemberTableProps) {
  const { label, columns, columnsClassName, count, empty, activeIndex, onActiveChange, onRangeChange } =
    props;
  if (count === 0) return <EmptyState icon="presence" title={empty} />;
  return (
    <VirtualList
      label={label}
      count={count}
      columnsClassName={columnsClassName}
      heading={columns.map((column) => <HeadingCell key={column}>{column}</HeadingCell>)}
      renderRow={props.renderCells}
      activeIndex={activeIndex}
      onActiveChange={onActiveChange}
      onOpen={onActiveChange}
      onRangeChange={onRangeChange}
      isFollowing={false}
      onFollowingChange={ignore}
    />
  );
}

/** Nothing is added at the end. */
function ignore(): void {}
