/** Two sessions side by side: which events each has, how often, and what became of the form of their data. */
import { useState } from 'react';
import {
  type ComparedGroup,
  type Comparison,
  comparedGroupsLimit,
  type Session,
} from '#shared/contract/history.ts';
import {
  Button,
  type Column,
  ErrorNotice,
  formatCount,
  Name,
  Notice,
  plural,
  Section,
  Select,
  Stack,
  Table,
  VisibleText,
} from '../../components/index.ts';
import { useCall } from '../../state/index.ts';
import styles from './compare-sessions.module.css';
import { SessionProblems, sessionTitle } from './session-bar.tsx';

export interface CompareSessionsProps {
  readonly profileId: string;
  /** Newest first. */
  readonly sessions: readonly Session[];
}

export function CompareSessions({ profileId, sessions }: CompareSessionsProps) {
  const [chosen, setChosen] = useState<{ readonly one?: string; readonly other?: string }>({});
  const [result, setResult] = useState<Compared>();
  const compare = useCall('history.compare');
  const known = (id: string | undefined) => sessions.find(({ sessionId }) => sessionId === id)?.sessionId;
  const one = known(chosen.one) ?? sessions[1]?.sessionId;
  const other = known(chosen.other) ?? sessions[0]?.sessionId;
  if (one === undefined || other === undefined) {
    return (
      <Section
        title="Compare"
        about="Once there are two sessions, they can be compared: what each has, and what changed."
      />
    );
  }
  const options = sessions.map((session) => ({ value: session.sessionId, label: sessionTitle(session) }));
  const choose = (choice: typeof chosen) => {
    setChosen({ one, other, ...choice });
    setResult(undefined);
    compare.clear();
  };
  const run = async () => {
    setResult(undefined);
    const comparison = await compare.run({ profileId, one, other });
    if (comparison) setResult({ one, other, comparison });
  };
  const removed = [
    ...(chosen.one !== undefined && chosen.one !== one ? ['before'] : []),
    ...(chosen.other !== undefined && chosen.other !== other ? ['after'] : []),
  ];
  // Of sessions that are no longer chosen, as one was deleted, nothing may stand under the names of others.
  const isOfThese = result?.one === one && result.other === other;
  return (
    <Section
      title="Compare"
      about="Channels whose names differ in numbers and ids only count as one, with # in their place."
    >
      <div className={styles.form}>
        <Select label="Before" value={one} options={options} onChange={(next) => choose({ one: next })} />
        <Select label="After" value={other} options={options} onChange={(next) => choose({ other: next })} />
        <Button isPending={compare.isPending} disabled={one === other} onClick={() => void run()}>
          Compare
        </Button>
      </div>
      {one === other && <p className={styles.soft}>Choose two different sessions.</p>}
      {removed.length > 0 && (
        <Notice
          tone="notice"
          title={`The session that was chosen as ${removed.join(' and ')} was deleted. Another one stands there now.`}
        />
      )}
      {compare.error && <ErrorNotice error={compare.error} onRetry={() => void run()} />}
      {result && isOfThese && (
        <Stack gap={8}>
          {([one, other] as const).map((sessionId, index) => (
            <SessionProblems
              key={sessionId}
              profileId={profileId}
              session={sessions.find((each) => each.sessionId === sessionId)}
              name={index === 0 ? 'Before' : 'After'}
            />
          ))}
          <Result result={result.comparison} />
        </Stack>
      )}
    </Section>
  );
}

interface Compared {
  readonly one: string;
  readonly other: string;
  readonly comparison: Comparison;
}

const columns: readonly Column<ComparedGroup>[] = [
  {
    id: 'channel',
    title: 'Channel',
    cell: ({ channel }) =>
      channel === null ? <span className={styles.soft}>none</span> : <Name text={channel} />,
  },
  {
    id: 'event',
    title: 'Event',
    cell: ({ event }) => (event === null ? <span className={styles.soft}>none</span> : <Name text={event} />),
  },
  { id: 'one', title: 'Before', align: 'end', cell: ({ one }) => <Count value={formatCount(one.events)} /> },
  {
    id: 'other',
    title: 'After',
    align: 'end',
    cell: ({ other }) => <Count value={formatCount(other.events)} />,
  },
  {
    id: 'difference',
    title: 'Difference',
    align: 'end',
    cell: ({ one, other }) => <Count value={signed(other.events - one.events)} />,
  },
  { id: 'form', title: 'Form of the data', width: 'grow', cell: (group) => <Form group={group} /> },
];

function Result({ result: { groups, isCut } }: { readonly result: Comparison }) {
  if (groups.length === 0)
    return <p className={styles.soft}>Neither session has events of an application.</p>;
  const differing = groups.filter(
    ({ one, other, changes }) => one.events !== other.events || changes.length > 0,
  );
  return (
    <Stack gap={8}>
      <p role="status" className={styles.soft}>
        {differing.length === 0
          ? 'Both have the same events, as often, and their data has the same form.'
          : `${formatCount(differing.length)} of ${plural(groups.length, 'kind')} of event ${differing.length === 1 ? 'differs' : 'differ'}.`}
      </p>
      {isCut && (
        <Notice
          tone="notice"
          title={`There are more kinds of event. The ${formatCount(comparedGroupsLimit)} that differ most are shown.`}
        />
      )}
      <div className={styles.scroll}>
        <Table
          label="Comparison"
          items={groups}
          idOf={({ channel, event }) => JSON.stringify([channel, event])}
          columns={columns}
        />
      </div>
    </Stack>
  );
}

function Count({ value }: { readonly value: string }) {
  return <span className={styles.count}>{value}</span>;
}

/** `+3`, `−3`, `0` */
function signed(difference: number): string {
  if (difference === 0) return '0';
  return `${difference > 0 ? '+' : '−'}${formatCount(Math.abs(difference))}`;
}

function Form({ group: { one, other, changes } }: { readonly group: ComparedGroup }) {
  if (one.events === 0) return <span className={styles.soft}>only after</span>;
  if (other.events === 0) return <span className={styles.soft}>only before</span>;
  if (changes.length === 0) return <span className={styles.soft}>the same</span>;
  return (
    <ul className={styles.changes}>
      {changes.map(({ path, before, after }) => {
        const [sign, word, tone] =
          before === null
            ? (['+', 'Added', styles.added] as const)
            : after === null
              ? (['−', 'Removed', styles.removed] as const)
              : (['~', 'Changed', styles.changed] as const);
        return (
          <li key={path}>
            <span aria-hidden="true" className={tone}>
              {sign}
            </span>
            <span className="visually-hidden">{word} </span>
            <VisibleText text={path} />
            <span className={styles.types}>
              {[before, after].filter((types) => types !== null).join(' → ')}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
