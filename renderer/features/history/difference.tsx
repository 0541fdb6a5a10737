/** What is different in an event from the one that was picked. */
import type { Detail } from '#shared/contract/history.ts';
import {
  CodeBlock,
  changeLimit,
  diffJson,
  EmptyState,
  formatDelta,
  type JsonChange,
  parseJson,
  plural,
  VisibleText,
} from '../../components/index.ts';
import styles from './difference.module.css';

export interface DifferenceProps {
  readonly before: Detail;
  readonly after: Detail;
}

const signs = { added: '+', removed: '−', changed: '~' } as const;
const words = { added: 'Added', removed: 'Removed', changed: 'Changed' } as const;

export function Difference({ before, after }: DifferenceProps) {
  const [one, other] = [parseJson(before.data ?? ''), parseJson(after.data ?? '')];
  const apart = formatDelta(after.row.at - before.row.at);
  if (!one || !other) {
    return before.data === after.data ? (
      <EmptyState title={`Their data is the same. They are ${apart} apart.`} />
    ) : (
      <div className={styles.texts}>
        <CodeBlock text={before.data ?? 'No data'} label="The one picked" isWrapped />
        <CodeBlock text={after.data ?? 'No data'} label="This one" isWrapped />
      </div>
    );
  }
  const changes = diffJson(one, other);
  if (changes.length === 0) return <EmptyState title={`Their data is the same. They are ${apart} apart.`} />;
  return (
    <section
      className={styles.changes}
      aria-label="Differences"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must be able to reach it.
      tabIndex={0}
    >
      <p className={styles.summary}>
        {changes.length === changeLimit
          ? `The first ${plural(changes.length, 'difference')}`
          : plural(changes.length, 'difference')}{' '}
        from event {before.row.sequence}, {apart} apart.
      </p>
      <table className={styles.table}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Place</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <Change key={`${change.kind}${change.path}`} change={change} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Change({ change: { kind, path, before, after } }: { readonly change: JsonChange }) {
  return (
    <tr className={styles[kind]}>
      <td className={styles.sign}>
        <span aria-hidden="true">{signs[kind]}</span>
        <span className="visually-hidden">{words[kind]}</span>
      </td>
      <td className={styles.path}>
        <VisibleText text={path} />
      </td>
      <td className={styles.value}>{before !== undefined && <VisibleText text={before} />}</td>
      <td className={styles.value}>{after !== undefined && <VisibleText text={after} />}</td>
    </tr>
  );
}
