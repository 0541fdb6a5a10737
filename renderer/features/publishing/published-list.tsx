/** The last publishes of this session, each of which can be filled in again. */
import { Badge, Button, formatTime, Name } from '../../components/index.ts';
import styles from './publish.module.css';
import { type Published, publishedLimit } from './published.ts';

export interface PublishedListProps {
  readonly published: readonly Published[];
  readonly onFill: (published: Published) => void;
}

export function PublishedList({ published, onFill }: PublishedListProps) {
  if (published.length === 0) return null;
  return (
    <section aria-label="Published in this session">
      <h2 className={styles.listTitle}>
        This session{published.length === publishedLimit && ` (the last ${publishedLimit})`}
      </h2>
      <ol>
        {published.map((each) => (
          <li key={each.id} className={styles.item}>
            <time className={styles.time}>{formatTime(each.at)}</time>
            <Badge tone={each.answer.isAccepted ? 'ok' : 'danger'}>{each.answer.status ?? 'no answer'}</Badge>
            <span className={styles.itemNames}>
              <Name text={each.channel} />
              <Name text={each.event} className={styles.itemEvent} />
            </span>
            <Button variant="quiet" onClick={() => onFill(each)} title="Fill in again">
              Fill again
            </Button>
          </li>
        ))}
      </ol>
    </section>
  );
}
