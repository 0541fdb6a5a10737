/** The members of a presence channel, or who came and went: rows of the main side's, with what is known of one of them. */
import { Fragment, type ReactNode, useEffect, useState } from 'react';
import type { CallOutput } from '#shared/contract/index.ts';
import type { MemberRow, PresenceEntry, PresenceSource } from '#shared/contract/presence.ts';
import {
  Badge,
  Cell,
  ErrorNotice,
  formatCount,
  formatDuration,
  formatTime,
  JsonTree,
  Loading,
  Name,
  Notice,
  plural,
  Segmented,
  TextField,
  Toolbar,
  ToolbarSpace,
  VisibleText,
} from '../../components/index.ts';
import { type RowsAnswer, useDraft, useRows, useServices } from '../../state/index.ts';
import { MemberTable } from './member-table.tsx';
import styles from './presence.module.css';

type Shown = 'members' | 'timeline';

export interface MemberBrowserProps {
  readonly profileId: string;
  readonly channel: string;
  readonly source: PresenceSource;
  /** Whose subscription, unless it is watched silently. */
  readonly connection?: number;
  readonly search: string;
  readonly onSearch: (search: string) => void;
  /** Another value: something has changed. */
  readonly version: number;
  /** At the end of the toolbar. */
  readonly controls: ReactNode;
  /** Below the toolbar. */
  readonly children?: ReactNode;
  /** Members here that the server's own list did not have. */
  readonly missing?: ReadonlySet<string>;
}

interface Members extends RowsAnswer<MemberRow> {
  /** False: nothing is known yet. */
  readonly isKnown: boolean;
  readonly ownUserId: string | null;
  readonly own: readonly Identity[];
  readonly all: number;
}

type Identity = CallOutput<'presence.members'>['own'][number];

interface Entries extends RowsAnswer<PresenceEntry> {
  readonly dropped: number;
}

export function MemberBrowser(props: MemberBrowserProps) {
  const { profileId, channel, source, search, onSearch, controls, children } = props;
  const [shown, setShown] = useDraft<Shown>(`presence-shown:${profileId}`, 'members');
  const [summary, setSummary] = useState('');
  const [own, setOwn] = useState<readonly Identity[]>([]);
  return (
    <>
      <Toolbar label="Members">
        <Segmented
          label="What to show"
          isLabelHidden
          value={shown}
          options={[
            { value: 'members', label: 'Members' },
            { value: 'timeline', label: 'Joins and leaves' },
          ]}
          onChange={setShown}
        />
        <div className={styles.search}>
          <TextField
            label="Search members"
            isLabelHidden
            type="search"
            placeholder={source === 'own' && shown === 'members' ? 'Search ids and info' : 'Search ids'}
            value={search}
            onChange={(next) => onSearch(next.slice(0, 1000))}
          />
        </div>
        <span className={styles.count} role="status">
          {summary}
        </span>
        <ToolbarSpace />
        {controls}
      </Toolbar>
      {source === 'own' && (
        <p className={styles.promise}>
          You are on this channel
          {own.map(({ connection, userId }, index) => (
            <Fragment key={connection}>
              {index > 0 && (index === own.length - 1 ? ' and' : ',')} as <code>{userId}</code>
              {own.length > 1 && ` on connection ${connection}`}
            </Fragment>
          ))}
          : its members see you.
        </p>
      )}
      {children}
      {shown === 'members' ? (
        <MemberRows key={`${channel} members`} {...props} onSummary={setSummary} onOwn={setOwn} />
      ) : (
        <TimelineRows key={`${channel} timeline`} {...props} onSummary={setSummary} />
      )}
    </>
  );
}

interface ListProps extends MemberBrowserProps {
  readonly onSummary: (summary: string) => void;
}

interface MemberRowsProps extends ListProps {
  readonly onOwn: (own: readonly Identity[]) => void;
}

function MemberRows(props: MemberRowsProps) {
  const { profileId, channel, source, search, version, missing, connection, onSummary, onOwn } = props;
  const { client } = useServices();
  const rows = useRows<MemberRow, Members>({
    ask: async (range, signal) => {
      const question = { profileId, channel, connection, source, search, ...range };
      const answer = await client.call('presence.members', question, { signal });
      const { start, members, matched, total: all, isKnown, ownUserId, own } = answer;
      onSummary(
        !isKnown
          ? ''
          : matched === all
            ? plural(all, 'member')
            : `${formatCount(matched)} of ${plural(all, 'member')}`,
      );
      onOwn(own);
      return { start, rows: members, total: matched, all, isKnown, ownUserId, own };
    },
    name: `${source} ${connection} ${channel} ${search}`,
    version,
  });
  const [chosen, setChosen] = useState<{ readonly index: number; readonly member: MemberRow | undefined }>();
  // Moved to before it was fetched.
  const arrived = chosen && !chosen.member ? rows.row(chosen.index) : undefined;
  useEffect(() => {
    if (arrived) setChosen((current) => current && { ...current, member: current.member ?? arrived });
  }, [arrived]);
  if (rows.error) return <ErrorNotice error={rows.error} onRetry={rows.retry} isBar />;
  const { answer } = rows;
  if (!answer) return <Loading label="Asking for the members" />;
  if (!answer.isKnown) return null;
  // Rows move as members come and go: the chosen one is found again where it is in sight.
  const place = answer.rows.findIndex(({ userId }) => userId === chosen?.member?.userId);
  const isInSight = chosen !== undefined && rows.row(chosen.index) !== undefined;
  const isGone = chosen?.member !== undefined && place < 0 && isInSight;
  const first = answer.total > 0 ? 0 : null;
  const activeIndex = place >= 0 ? answer.start + place : isGone ? null : (chosen?.index ?? first);
  const detailed =
    isGone || activeIndex === null ? chosen?.member : (rows.row(activeIndex) ?? chosen?.member);
  const own = (userId: string) => ownWords(userId, answer.own);
  const hasInfo = source === 'own';
  return (
    <div className={styles.panes}>
      <MemberTable
        label={`Members of ${channel}`}
        columns={hasInfo ? ['User id', 'Joined', 'Info'] : ['User id', 'Seen since']}
        columnsClassName={hasInfo ? styles.columns : styles.twoColumns}
        count={answer.total}
        empty={answer.all === 0 ? 'Nobody is on this channel.' : 'No member matches the search.'}
        activeIndex={activeIndex}
        onActiveChange={(index) => setChosen({ index, member: rows.row(index) })}
        onRangeChange={rows.want}
        renderCells={(index) => {
          const member = rows.row(index);
          if (!member) return <Cell className={styles.waiting} label="Loading" />;
          return (
            <>
              <Cell className={styles.idCell}>
                <Name text={member.userId} />
                {own(member.userId) && <Badge tone="notice">{own(member.userId)}</Badge>}
                {member.flappedAt !== null && <Badge tone="warning">flaps</Badge>}
                {missing?.has(member.userId) && <Badge tone="warning">stuck?</Badge>}
              </Cell>
              <Cell className={styles.timeCell}>
                {member.joinedAt === null ? 'before you' : formatTime(member.joinedAt)}
              </Cell>
              {hasInfo && (
                <Cell className={styles.infoCell}>
                  {member.userInfo === null ? (
                    'none'
                  ) : (
                    <VisibleText text={member.userInfo.slice(0, shownInfoLength)} />
                  )}
                </Cell>
              )}
            </>
          );
        }}
      />
      <aside className={styles.detail} aria-label="Member">
        {detailed && (
          <MemberDetail
            member={detailed}
            own={own(detailed.userId)}
            hasInfo={hasInfo}
            isMissing={missing?.has(detailed.userId) ?? false}
            isGone={isGone && answer.total <= answer.rows.length}
          />
        )}
      </aside>
    </div>
  );
}

/** Of the info, in its row; the whole of it is beside the list. */
const shownInfoLength = 200;

interface MemberDetailProps {
  readonly member: MemberRow;
  /** Which of this app's connections it is. */
  readonly own: string | undefined;
  readonly hasInfo: boolean;
  readonly isMissing: boolean;
  /** It is not in the list any more. */
  readonly isGone: boolean;
}

function MemberDetail({ member, own, hasInfo, isMissing, isGone }: MemberDetailProps) {
  const { userId, userInfo, joinedAt, joins, flappedAt } = member;
  return (
    <div className={styles.detailStack}>
      <div className={styles.detailHead}>
        <Name text={userId} />
        {own && <Badge tone="notice">{own}</Badge>}
      </div>
      {isGone && <p className={styles.faint}>It is not in the list any more.</p>}
      <p className={styles.faint}>
        {joinedAt === null ? (
          'It was there before; when it joined is unknown.'
        ) : (
          <>
            {hasInfo ? 'Joined at' : 'First seen at'}{' '}
            <time className={styles.mono}>{formatTime(joinedAt)}</time>
            {joins > 1 && `, for the ${ordinal(joins)} time since this is watched`}
          </>
        )}
      </p>
      {flappedAt !== null && (
        <Notice tone="warning" title="It flaps.">
          It joined three times within a minute, at {formatTime(flappedAt)} for the third time: a connection
          that breaks and comes back, or a page that is loaded again and again.
        </Notice>
      )}
      {isMissing && (
        <Notice tone="warning" title="It may be stuck.">
          It is a member here, but the server’s own list of users does not have it: it may have left without
          the server telling its members.
        </Notice>
      )}
      {hasInfo &&
        (userInfo === null ? (
          <p className={styles.faint}>It gave no info.</p>
        ) : (
          <JsonTree text={userInfo} label={`Info of ${userId}`} />
        ))}
    </div>
  );
}

/** “you”; with several connections on the channel, which of them. Undefined: somebody else. */
export function ownWords(userId: string, own: readonly Identity[]): string | undefined {
  const mine = own.filter((each) => each.userId === userId).map(({ connection }) => connection);
  if (mine.length === 0) return undefined;
  return own.length === 1 ? 'you' : `you, connection ${mine.join(' and ')}`;
}

function ordinal(count: number): string {
  const lastTwo = count % 100;
  const last = count % 10;
  if (lastTwo >= 11 && lastTwo <= 13) return `${count}th`;
  return `${count}${last === 1 ? 'st' : last === 2 ? 'nd' : last === 3 ? 'rd' : 'th'}`;
}

function TimelineRows({ profileId, channel, connection, source, search, version, onSummary }: ListProps) {
  const { client } = useServices();
  const rows = useRows<PresenceEntry, Entries>({
    ask: async (range, signal) => {
      const question = { profileId, channel, connection, source, search, ...range };
      const answer = await client.call('presence.timeline', question, { signal });
      const { start, entries, total, dropped } = answer;
      onSummary(plural(total, 'entry', 'entries'));
      return { start, rows: entries, total, dropped };
    },
    name: `${source} ${connection} ${channel} ${search}`,
    version,
  });
  const [active, setActive] = useState<number>();
  if (rows.error) return <ErrorNotice error={rows.error} onRetry={rows.retry} isBar />;
  const { answer } = rows;
  if (!answer) return <Loading label="Asking who came and went" />;
  return (
    <>
      {answer.dropped > 0 && (
        <p className={styles.promise}>
          {plural(answer.dropped, 'older entry is', 'older entries are')} not kept.
        </p>
      )}
      <div className={styles.onePane}>
        <MemberTable
          label={`Joins and leaves of ${channel}`}
          columns={['Time', 'User id', 'What', 'Stayed']}
          columnsClassName={styles.timelineColumns}
          count={answer.total}
          empty={search.trim() === '' ? 'Nobody came or went yet.' : 'No entry matches the search.'}
          activeIndex={active ?? null}
          onActiveChange={setActive}
          onRangeChange={rows.want}
          renderCells={(index) => <EntryCells entry={rows.row(index)} />}
        />
      </div>
    </>
  );
}

function EntryCells({ entry }: { readonly entry: PresenceEntry | undefined }) {
  if (!entry) return <Cell className={styles.waiting} label="Loading" />;
  return (
    <>
      <Cell className={styles.timeCell}>{formatTime(entry.at)}</Cell>
      <Cell className={styles.idCell}>
        {entry.userId === null ? <span className={styles.faint}>–</span> : <Name text={entry.userId} />}
        {entry.isFlapping && <Badge tone="warning">third time within a minute</Badge>}
      </Cell>
      <Cell>{entryWords(entry)}</Cell>
      <Cell className={styles.timeCell}>{stayedWords(entry.stayed)}</Cell>
    </>
  );
}

function entryWords({ what, count, joins }: PresenceEntry): string {
  const again = joins > 1 ? `, ${ordinal(joins)} time` : '';
  switch (what) {
    case 'joined':
      return `Joined${again}`;
    case 'left':
      return 'Left';
    case 'appeared':
      return `There since the last look${again}`;
    case 'vanished':
      return 'Gone since the last look';
    case 'watching':
      return `Watching: ${plural(count ?? 0, 'member')} there`;
    case 'gap':
      return 'Connection lost: nothing is seen from here on';
  }
}

function stayedWords(stayed: PresenceEntry['stayed']): string {
  if (!stayed) return '';
  const duration = formatDuration(stayed.ms);
  switch (stayed.precision) {
    case 'exact':
      return duration;
    case 'about':
      return `about ${duration}`;
    case 'at-least':
      return `${duration} or longer`;
  }
}
