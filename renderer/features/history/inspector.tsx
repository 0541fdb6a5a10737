/** The live log of one app: filter, rows, and the details of one of them. */
import {
  type CSSProperties,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Detail } from '#shared/contract/history.ts';
import { useCommands } from '../../commands/index.ts';
import {
  Button,
  classes,
  ErrorNotice,
  Loading,
  plural,
  Splitter,
  useToast,
  VirtualList,
  type VirtualListHandle,
} from '../../components/index.ts';
import {
  asAppError,
  type LogState,
  type LogView,
  useAppConnections,
  useCall,
  useLogState,
  useLogTick,
  useLogView,
  useSelected,
  useSettings,
} from '../../state/index.ts';
import { type ColumnLayout, layoutOf } from './columns.ts';
import { ColumnsMenu } from './columns-menu.tsx';
import { DetailPane } from './detail-pane.tsx';
import { arePingsHidden, useEventFilters } from './event-filter.tsx';
import { ExportPanel, useExportCommand } from './export-panel.tsx';
import styles from './inspector.module.css';
import { InspectorToolbar } from './inspector-toolbar.tsx';
import { NextStep } from './next-step.tsx';
import { headingCells, RowCells } from './row-cells.tsx';
import { SessionBar, SessionGone } from './session-bar.tsx';
import { SessionsPanel, useSessionsCommand } from './sessions-panel.tsx';
import { type Jump, useJump } from './use-jump.ts';
import { useLogSummary } from './use-log-summary.ts';
import { type Marks, useMarks } from './use-marks.ts';

/** The list keeps at least this much beside the details. */
const listMinPx = 140;
const detailMinPx = 120;
/** Before the list has been measured. */
const usualRoom = 120;
const rulerLength = 100;
const rowInsetPx = 12;
/** Where it takes room of its own; the last column gives way. */
const scrollBarPx = 16;
const undecodableLine = classes(styles.line, styles.undecodableRow);

export function Inspector({ profileId }: { readonly profileId: string }) {
  const view = useLogView(profileId);
  const log = useLogState(view);
  const list = useRef<VirtualListHandle>(null);
  const filter = useRef<HTMLInputElement>(null);
  const summary = useLogSummary(view, log);
  const clear = useClear(view);
  // The live log stays open with its app: see `AppScreen`.
  useEffect(() => (view.sessionId === undefined ? undefined : view.acquire()), [view]);
  const [panel, setPanel] = useState<'sessions' | 'export'>();
  const [picked, setPicked] = useState<Detail>();
  const closePanel = () => setPanel(undefined);
  const hasOthers = useAppConnections(profileId).some((each) => each.hasOthers);
  // Of an earlier session it is not known whether it had several.
  const hasConnections = hasOthers || view.sessionId !== undefined;
  const marks = useMarks(profileId, view.sessionId);
  const jump = useJump(view, list);
  const previousAt = usePreviousAt(view, log.active?.index ?? null);
  useInspectorCommands(view, log, list, filter, clear.run);
  const isShown = panel === undefined;
  useMarkCommands(view, marks, jump, isShown);
  useEventFilters(view, isShown);
  useSessionsCommand(() => setPanel('sessions'));
  useExportCommand(() => setPanel('export'), log.hasRows);

  if (panel === 'sessions') return <SessionsPanel profileId={profileId} onClose={closePanel} />;
  if (panel === 'export') return <ExportPanel view={view} onClose={closePanel} />;

  return (
    <div className={styles.inspector}>
      <InspectorToolbar
        key={`${profileId} ${view.sessionId ?? ''}`}
        view={view}
        log={log}
        filterRef={filter}
        onLeaveFilter={() => list.current?.focus()}
        marks={marks}
        onJump={jump}
      />
      {clear.error && <ErrorNotice error={clear.error} isBar onDismiss={clear.dismiss} />}
      {marks.error && <ErrorNotice error={marks.error} isBar onDismiss={marks.clearError} />}
      {log.error && <ErrorNotice error={log.error} isBar onRetry={() => view.retry()} />}
      {view.sessionId === undefined ? (
        <>
          <SessionGone profileId={profileId} />
          <NextStep profileId={profileId} />
        </>
      ) : (
        <SessionBar profileId={profileId} sessionId={view.sessionId} />
      )}
      <Panes
        isDetailOpen={log.isDetailOpen && log.active?.sequence != null}
        list={
          log.isOpen ? (
            <div className={styles.listArea}>
              <Events view={view} hasConnections={hasConnections} marks={marks} listRef={list} />
              <ColumnsMenu arePingsHidden={arePingsHidden(log.filter)} />
              <Nothing view={view} onClearFilter={() => void view.setFilter('')} />
              {!log.isFollowing && (
                <div className={styles.newest}>
                  <Button icon="newest" onClick={() => view.setFollowing(true)}>
                    Newest
                  </Button>
                </div>
              )}
            </div>
          ) : (
            !log.error && <Loading label="Opening the log" />
          )
        }
        detail={
          log.active?.sequence != null && (
            <DetailPane
              profileId={profileId}
              sessionId={view.sessionId}
              sequence={log.active.sequence}
              previousAt={previousAt}
              marks={marks}
              picked={picked}
              onPick={setPicked}
              onClose={() => {
                view.closeDetail();
                list.current?.focus();
              }}
            />
          )
        }
      />
      <p className="visually-hidden" role="status">
        {summary}
      </p>
    </div>
  );
}

interface EventsProps {
  readonly view: LogView;
  readonly hasConnections: boolean;
  readonly marks: Marks;
  readonly listRef: RefObject<VirtualListHandle | null>;
}

/** The rows: the one part of the page that is drawn anew with each tick of the log. */
function Events({ view, hasConnections, marks, listRef }: EventsProps) {
  const { active, isFollowing, moved } = useLogTick(view);
  useLayoutEffect(() => {
    if (!moved) return;
    listRef.current?.showFrom(moved.to);
    view.arrived();
  }, [view, listRef, moved]);
  const { logColumns } = useSettings();
  const [area, room] = useRoom();
  const layout = useMemo(
    () => layoutOf(logColumns, hasConnections, room),
    [logColumns, hasConnections, room],
  );
  const heading = useMemo(() => headingCells(layout), [layout]);
  return (
    <div ref={area} className={styles.events} style={columnVariables(layout)}>
      <VirtualList
        ref={listRef}
        label="Events"
        count={view.count}
        heading={heading}
        columnsClassName={styles.columns}
        rowClassName={(index) => rowClassName(view, index)}
        renderRow={(index) => {
          const row = view.row(index);
          return (
            <RowCells
              row={row}
              previousAt={view.row(index - 1)?.at}
              mark={row && marks.of(row.sequence)}
              layout={layout}
            />
          );
        }}
        activeIndex={active?.index ?? null}
        onActiveChange={view.setActive}
        onOpen={view.openDetail}
        isRefilled
        onRangeChange={view.want}
        isFollowing={isFollowing}
        startAt={view.shownFrom}
        onFollowingChange={view.setFollowing}
      />
    </div>
  );
}

/** When the row before came, as soon as that is known. */
function usePreviousAt(view: LogView, index: number | null): number | undefined {
  return useSelected(view, () => ({ at: index === null ? undefined : view.row(index - 1)?.at })).at;
}

function columnVariables({ template, startOf }: ColumnLayout): CSSProperties {
  return {
    '--columns': template,
    '--direction-at': `${startOf('direction') ?? 0}ch`,
    '--channel-at': `${startOf('channel') ?? 0}ch`,
  } as CSSProperties;
}

/** How many characters of the rows' face a row has room for. */
function useRoom() {
  const area = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(usualRoom);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    const ruler = document.createElement('span');
    ruler.className = styles.ruler ?? '';
    ruler.textContent = '0'.repeat(rulerLength);
    ruler.ariaHidden = 'true';
    element.append(ruler);
    const measure = () => {
      const characterPx = ruler.getBoundingClientRect().width / rulerLength;
      const px = element.clientWidth - 2 * rowInsetPx - scrollBarPx;
      if (characterPx > 0 && px > 0) setRoom(Math.floor(px / characterPx));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    // The face may come later than the page.
    observer.observe(ruler);
    measure();
    return () => {
      observer.disconnect();
      ruler.remove();
    };
  }, []);
  return [area, room] as const;
}

function rowClassName(view: LogView, index: number): string | undefined {
  const kind = view.row(index)?.kind;
  return kind === 'undecodable' ? undecodableLine : styles.line;
}

function Nothing({ view, onClearFilter }: { readonly view: LogView; readonly onClearFilter: () => void }) {
  const { status, filter } = useLogTick(view);
  if (status?.matched !== 0) return null;
  if (filter === '') return <p className={styles.nothing}>No events yet.</p>;
  const isScanning = status.scanned < status.total;
  return (
    <div className={styles.nothing}>
      <p>
        {isScanning ? 'Searching…' : `None of ${plural(status.total, 'event')} matches this filter.`}
        {status.unread > 0 && ` ${plural(status.unread, 'encrypted event')} could not be searched.`}
      </p>
      <Button onClick={onClearFilter}>Clear filter</Button>
    </div>
  );
}

interface PanesProps {
  readonly isDetailOpen: boolean;
  readonly list: React.ReactNode;
  readonly detail: React.ReactNode;
}

/** The list above, the details below, and the line between them that can be pulled. */
function Panes({ isDetailOpen, list, detail }: PanesProps) {
  const { detailHeightPx } = useSettings();
  const update = useCall('settings.update');
  const [pulledPx, setPulledPx] = useState<number>();
  const area = useRef<HTMLDivElement>(null);
  const [areaPx, setAreaPx] = useState(600);
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setAreaPx(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const maxPx = Math.max(detailMinPx, areaPx - listMinPx);
  const sizePx = Math.min(pulledPx ?? detailHeightPx, maxPx);
  return (
    <div ref={area} className={styles.panes}>
      {list}
      {isDetailOpen && (
        <>
          <Splitter
            label="Height of the details"
            orientation="horizontal"
            pane="after"
            sizePx={sizePx}
            minPx={detailMinPx}
            maxPx={maxPx}
            onResize={setPulledPx}
            onResized={(size) => void update.run({ detailHeightPx: Math.min(size, 1200) })}
          />
          <div className={styles.detail} style={{ height: sizePx }}>
            {detail}
          </div>
        </>
      )}
    </div>
  );
}

function useClear(view: LogView) {
  const toast = useToast();
  const [error, setError] = useState<Parameters<typeof ErrorNotice>[0]['error']>();
  const run = useCallback(async () => {
    try {
      const { hidden, from } = await view.clear();
      setError(undefined);
      toast({
        message: `${plural(hidden, 'event')} cleared from view. What was recorded stays on disk.`,
        action: {
          label: 'Undo',
          onSelect: () => void view.unclear(from).catch((cause) => setError(asAppError(cause))),
        },
      });
    } catch (cause) {
      setError(asAppError(cause));
    }
  }, [view, toast]);
  return { run, error, dismiss: () => setError(undefined) };
}

function useMarkCommands(view: LogView, marks: Marks, jump: Jump, isShown: boolean): void {
  const toast = useToast();
  const group = 'Inspector';
  const current = () => view.get().active?.sequence ?? undefined;
  const toggle = async (sequence: number) => {
    const known = marks.of(sequence);
    if (!(await marks.set(sequence, known ? null : '')) || !known || known.note === '') return;
    toast({
      message: 'The mark and its note were taken away.',
      action: { label: 'Undo', onSelect: () => void marks.set(sequence, known.note) },
    });
  };
  const go = async (by: 1 | -1) => {
    const from = current();
    const all = (marks.list ?? []).map(({ sequence }) => sequence);
    const ahead =
      by === 1
        ? all.filter((sequence) => from === undefined || sequence > from)
        : all.filter((sequence) => from === undefined || sequence < from).reverse();
    const [next] = ahead;
    if (next !== undefined) await jump({ by: 'sequence', sequence: next });
    else
      toast({ message: by === 1 ? 'There is no mark after this one.' : 'There is no mark before this one.' });
  };
  const hasMarks = () => isShown && (marks.list?.length ?? 0) > 0;
  useCommands([
    {
      id: 'inspector.mark',
      title: 'Mark or unmark the event',
      group,
      shortcuts: ['m'],
      keywords: 'flag bookmark note',
      isAvailable: () => isShown && current() !== undefined,
      run: () => {
        const sequence = current();
        return sequence === undefined ? undefined : toggle(sequence);
      },
    },
    {
      id: 'inspector.nextMark',
      title: 'Next mark',
      group,
      shortcuts: [']'],
      isAvailable: hasMarks,
      run: () => go(1),
    },
    {
      id: 'inspector.previousMark',
      title: 'Previous mark',
      group,
      shortcuts: ['['],
      isAvailable: hasMarks,
      run: () => go(-1),
    },
  ]);
}

function useInspectorCommands(
  view: LogView,
  log: LogState,
  list: React.RefObject<VirtualListHandle | null>,
  filter: React.RefObject<HTMLInputElement | null>,
  clear: () => Promise<void>,
): void {
  const group = 'Inspector';
  const hasRows = () => view.count > 0;
  const move = (by: number) => {
    const from = view.get().active?.index ?? (by > 0 ? -1 : view.count);
    list.current?.moveTo(from + by);
    list.current?.focus();
  };
  useCommands([
    {
      id: 'inspector.filter',
      title: 'Filter events',
      group,
      shortcuts: ['/'],
      run: () => {
        filter.current?.focus();
        filter.current?.select();
      },
    },
    {
      id: 'inspector.pause',
      title: log.frozenCount === undefined ? 'Pause' : 'Resume',
      group,
      shortcuts: ['Space'],
      keywords: 'freeze stop log',
      isAvailable: () => view.sessionId === undefined,
      run: () => view.togglePause(),
    },
    {
      id: 'inspector.clear',
      title: 'Clear',
      group,
      keywords: 'empty log events',
      isAvailable: () => hasRows() && view.sessionId === undefined,
      run: clear,
    },
    {
      id: 'inspector.next',
      title: 'Next event',
      group,
      shortcuts: ['j'],
      isListed: false,
      isAvailable: hasRows,
      run: () => move(1),
    },
    {
      id: 'inspector.previous',
      title: 'Previous event',
      group,
      shortcuts: ['k'],
      isListed: false,
      isAvailable: hasRows,
      run: () => move(-1),
    },
    {
      id: 'inspector.newest',
      title: 'Jump to the newest event',
      group,
      shortcuts: ['Shift+G'],
      keywords: 'follow bottom stick end',
      isAvailable: () => !view.get().isFollowing,
      run: () => view.setFollowing(true),
    },
    {
      id: 'inspector.details',
      title: 'Show details',
      group,
      shortcuts: ['Enter'],
      isListed: false,
      isAvailable: () => view.get().active?.index != null,
      run: () => {
        const index = view.get().active?.index;
        if (index != null) view.openDetail(index);
      },
    },
    {
      id: 'inspector.back',
      title: 'Close details',
      group,
      shortcuts: ['Escape'],
      isListed: false,
      isAvailable: () => view.get().isDetailOpen,
      run: () => {
        view.closeDetail();
        list.current?.focus();
      },
    },
  ]);
}
