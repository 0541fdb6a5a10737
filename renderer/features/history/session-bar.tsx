/** Above the log of an earlier session: which one it is, what of it could not be read, and the way back. */
import type { Session } from '#shared/contract/history.ts';
import type { CallOutput } from '#shared/contract/index.ts';
import { Button, ErrorNotice, formatDateTime, formatTime, Notice, plural } from '../../components/index.ts';
import { useContractEvent, useQuery, useReadable, useServices, valueOr } from '../../state/index.ts';

export interface SessionBarProps {
  readonly profileId: string;
  readonly sessionId: string;
}

export function SessionBar({ profileId, sessionId }: SessionBarProps) {
  const { logs } = useServices().stores;
  const { result: list, reload: reloadList } = useQuery('history.sessions', { profileId });
  const { result, error, reload } = useQuery('history.describeSession', { profileId, sessionId });
  useContractEvent('history.sessionsChanged', (changed) => {
    if (changed.profileId !== profileId) return;
    reloadList();
    reload();
  });
  const session = valueOr(list, undefined)?.sessions.find((each) => each.sessionId === sessionId);
  const content = valueOr(result, undefined);
  const back = (
    <Button icon="play" onClick={() => logs.chosen(profileId).set(null)}>
      Back to the live log
    </Button>
  );
  if (error) return <ErrorNotice error={error} isBar onRetry={reload} />;
  const events = content ? ` · ${plural(content.events, 'event')}` : '';
  const problems = content?.problems ?? [];
  return (
    <Notice
      tone={problems.length > 0 ? 'warning' : 'notice'}
      isBar
      title={session ? `${sessionTitle(session)}${events}` : 'An earlier session'}
      actions={back}
    >
      {content && <Missing content={content} />}
    </Notice>
  );
}

type Content = CallOutput<'history.describeSession'>;

function Missing({ content: { isBeginningGone, problems } }: { readonly content: Content }) {
  return (
    <>
      {isBeginningGone && (
        <p>Its beginning was deleted: the oldest events go when they are too old, or take too much room.</p>
      )}
      {problems.map((problem) => (
        <p key={problem}>{problem}</p>
      ))}
    </>
  );
}

/** What is missing of a session that is to be used, where something is. Of the one being recorded nothing is. */
export function SessionProblems(props: {
  readonly profileId: string;
  readonly session: Session | undefined;
  readonly name?: string;
}) {
  const { profileId, session, name } = props;
  const input = session && !session.isCurrent ? { profileId, sessionId: session.sessionId } : null;
  const content = valueOr(useQuery('history.describeSession', input).result, undefined);
  if (!content || !(content.isBeginningGone || content.problems.length > 0)) return null;
  return (
    <Notice tone="warning" title={`${name ? `${name}: not` : 'Not'} all of this session is there.`}>
      <Missing content={content} />
    </Notice>
  );
}

/** Above the live log, where an earlier session was on show until it was deleted. */
export function SessionGone({ profileId }: { readonly profileId: string }) {
  const { logs } = useServices().stores;
  const gone = logs.gone(profileId);
  if (!useReadable(gone)) return null;
  return (
    <Notice
      tone="notice"
      isBar
      title="The session that was on show was deleted. This is the live log."
      actions={
        <Button variant="quiet" onClick={() => gone.set(false)}>
          Dismiss
        </Button>
      }
    />
  );
}

/** Its name if it has one, and when it was. */
export function sessionTitle({ name, startedAt, endedAt, isImported, isCurrent }: Session): string {
  if (isCurrent) return 'This session';
  const when = isImported ? `imported ${formatDay(startedAt)}` : span(startedAt, endedAt);
  return name === null ? `Session ${when}` : `${name} · ${when}`;
}

function span(startedAt: number, endedAt: number | null): string {
  if (endedAt === null) return formatDay(startedAt);
  const isSameDay = formatDay(startedAt).slice(0, 10) === formatDay(endedAt).slice(0, 10);
  return `${formatDay(startedAt)} – ${isSameDay ? formatTime(endedAt).slice(0, 5) : formatDay(endedAt)}`;
}

/** `2026-03-01 14:02`, in local time. */
function formatDay(at: number): string {
  return formatDateTime(at).slice(0, 16);
}
