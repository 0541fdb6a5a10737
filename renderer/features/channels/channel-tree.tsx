/** The lines of the tree that are in sight, by the ARIA tree grid pattern. */
import type { Ref } from 'react';
import type { ChannelFacts, ChannelLine } from '#shared/contract/channels.ts';
import { channelKind, channelKindLabels } from '#shared/protocol/channels.ts';
import {
  Badge,
  Cell,
  classes,
  formatCount,
  HeadingCell,
  Icon,
  IconButton,
  KindSign,
  Name,
  plural,
  Sparkline,
  StateDot,
  VirtualList,
  type VirtualListHandle,
} from '../../components/index.ts';
import type { Rows, RowsAnswer } from '../../state/index.ts';
import { subscriptionWords } from '../live/index.ts';
import styles from './channels.module.css';

export interface ChannelTreeProps {
  readonly rows: Rows<ChannelLine, RowsAnswer<ChannelLine>>;
  readonly count: number;
  readonly activeIndex: number | null;
  readonly onActiveChange: (index: number) => void;
  readonly onToggle: (path: string) => void;
  readonly onToggleSubscription: (facts: ChannelFacts) => void;
  readonly onToggleFavourite: (facts: ChannelFacts) => void;
  readonly ref?: Ref<VirtualListHandle>;
}

export function ChannelTree(props: ChannelTreeProps) {
  const { rows, count, activeIndex, onActiveChange, onToggle, ref } = props;
  const open = (index: number) => {
    const line = rows.row(index);
    if (line?.group) onToggle(line.path);
  };
  const onKey = (key: string): boolean => {
    const line = activeIndex === null ? undefined : rows.row(activeIndex);
    if (!line || activeIndex === null || (key !== 'ArrowLeft' && key !== 'ArrowRight')) return false;
    const isOpen = line.group?.isExpanded === true;
    if (key === 'ArrowRight' && isOpen) onActiveChange(Math.min(activeIndex + 1, count - 1));
    else if (key === 'ArrowRight' && line.group) onToggle(line.path);
    else if (key === 'ArrowLeft' && isOpen) onToggle(line.path);
    else if (key === 'ArrowLeft' && line.parent >= 0) onActiveChange(line.parent);
    return true;
  };
  return (
    <VirtualList
      {...(ref ? { ref } : {})}
      label="Channels"
      count={count}
      columnsClassName={styles.columns}
      heading={headingCells}
      renderRow={(index) => <LineCells line={rows.row(index)} isActive={index === activeIndex} {...props} />}
      treeOf={(index) => {
        const line = rows.row(index);
        return { level: (line?.depth ?? 0) + 1, isExpanded: line?.group?.isExpanded };
      }}
      onKey={onKey}
      activeIndex={activeIndex}
      onActiveChange={onActiveChange}
      onOpen={open}
      onRangeChange={rows.want}
      isFollowing={false}
      onFollowingChange={ignore}
    />
  );
}

const headingCells = (
  <>
    <HeadingCell>Channel</HeadingCell>
    <HeadingCell>State</HeadingCell>
    <HeadingCell className={styles.number}>Subscribers</HeadingCell>
    <HeadingCell className={styles.number}>Users</HeadingCell>
    <HeadingCell>Last minute</HeadingCell>
    <HeadingCell label="Actions" />
  </>
);

interface LineCellsProps extends Pick<ChannelTreeProps, 'onToggleSubscription' | 'onToggleFavourite'> {
  readonly line: ChannelLine | undefined;
  readonly isActive: boolean;
}

function LineCells({ line, isActive, onToggleSubscription, onToggleFavourite }: LineCellsProps) {
  if (!line) return <Cell className={styles.waiting} label="Loading" />;
  const kind = channelKind(line.sample);
  const indent = { paddingInlineStart: line.depth * 16 };
  if (line.group) {
    const { isExpanded, isKind, channels } = line.group;
    return (
      <Cell className={classes(styles.nameCell, styles.groupCell)}>
        <span className={styles.indent} style={indent}>
          <Icon name={isExpanded ? 'expanded' : 'collapsed'} size={12} />
          {isKind ? (
            <>
              <KindSign kind={kind} />
              <span className={styles.kind}>{channelKindLabels[kind]}</span>
            </>
          ) : (
            <Name text={line.label} />
          )}
          <span className={styles.faint}>{plural(channels, 'channel')}</span>
        </span>
      </Cell>
    );
  }
  const facts = line.channel;
  if (!facts) return null;
  const tabIndex = isActive ? 0 : -1;
  const isSubscribed = facts.state !== null && facts.state !== 'failed';
  return (
    <>
      <Cell className={styles.nameCell}>
        <span className={styles.indent} style={indent} title={facts.channel}>
          <KindSign kind={kind} />
          <Name text={line.label} />
        </span>
      </Cell>
      <Cell className={styles.stateCell}>
        <State facts={facts} />
      </Cell>
      <Cell className={styles.number}>
        <Count count={facts.subscriptions} isOccupied={facts.isOccupied} />
      </Cell>
      <Cell className={styles.number}>
        {kind === 'presence' || kind === 'presence-cache' ? (
          <Count count={facts.users} isOccupied={facts.isOccupied} />
        ) : (
          <span className={styles.faint}>–</span>
        )}
      </Cell>
      <Cell className={styles.rateCell} label={rateWords(facts.rate)}>
        {facts.rate && <Sparkline samples={facts.rate} length={facts.rate.length} />}
      </Cell>
      <Cell className={styles.actions}>
        <IconButton
          icon="favourite"
          label={
            facts.isFavourite
              ? `Take ${facts.channel} out of favourites`
              : `Make ${facts.channel} a favourite`
          }
          isPressed={facts.isFavourite}
          tabIndex={tabIndex}
          onClick={(event) => {
            event.stopPropagation();
            onToggleFavourite(facts);
          }}
        />
        <IconButton
          icon={isSubscribed ? 'close' : 'add'}
          label={isSubscribed ? `Unsubscribe from ${facts.channel}` : `Subscribe to ${facts.channel}`}
          tabIndex={tabIndex}
          onClick={(event) => {
            event.stopPropagation();
            onToggleSubscription(facts);
          }}
        />
      </Cell>
    </>
  );
}

function State({ facts }: { readonly facts: ChannelFacts }) {
  if (facts.state === null) {
    return <span className={styles.faint}>{occupiedWords(facts.isOccupied)}</span>;
  }
  const { tone, text } = subscriptionWords(facts.state);
  return (
    <span className={styles.state} title={facts.reason ?? undefined}>
      <StateDot tone={tone} label={text} isLabelBeside />
      <span className={styles.stateText}>{text}</span>
      {facts.pattern !== null && <Badge title={`Subscribed by ${facts.pattern}`}>by pattern</Badge>}
    </span>
  );
}

export function Count({
  count,
  isOccupied,
}: {
  readonly count: number | null;
  readonly isOccupied: boolean | null;
}) {
  if (count !== null) return formatCount(count);
  if (isOccupied === false) return <span className={styles.faint}>–</span>;
  return (
    <span className={styles.faint} title="The server did not say.">
      unknown
    </span>
  );
}

export function occupiedWords(isOccupied: boolean | null): string {
  if (isOccupied === null) return 'Not known';
  return isOccupied ? 'Occupied' : 'Vacant';
}

export function rateWords(rate: readonly number[] | null): string {
  if (rate === null) return 'Not subscribed';
  return `${plural(
    rate.reduce((sum, count) => sum + count, 0),
    'event',
  )} in the last minute`;
}

/** Nothing is added at the end. */
function ignore(): void {}
