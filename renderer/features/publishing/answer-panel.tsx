/** What the server answered, in its words and in plain ones. */
import {
  Badge,
  CodeBlock,
  EmptyState,
  Facts,
  formatCount,
  formatDuration,
  formatTime,
  Icon,
  Name,
} from '../../components/index.ts';
import styles from './publish.module.css';
import type { Published } from './published.ts';

export function AnswerPanel({ last }: { readonly last: Published | undefined }) {
  if (!last) {
    return (
      <EmptyState icon="publish" title="Nothing published yet">
        Fill in the form and press Publish: the server’s answer appears here, with what it means.
      </EmptyState>
    );
  }
  const { answer, channel, event, signedWith, at } = last;
  return (
    <section className={styles.answer} aria-label="The server’s answer" aria-live="polite">
      <div className={styles.answerHead}>
        <Icon
          name={answer.isAccepted ? 'ok-sign' : answer.status === null ? 'offline' : 'danger-sign'}
          size={16}
          className={answer.isAccepted ? styles.ok : styles.danger}
        />
        <h2>{answer.isAccepted ? 'Accepted' : answer.status === null ? 'No answer' : 'Refused'}</h2>
        {answer.status !== null && (
          <Badge tone={answer.isAccepted ? 'ok' : 'danger'}>HTTP {answer.status}</Badge>
        )}
        <time className={styles.time}>{formatTime(at)}</time>
      </div>
      {!answer.isAccepted && <p>{answer.meaning}</p>}
      {answer.hint && <p className={styles.hint}>{answer.hint}</p>}
      <Facts
        facts={[
          { name: 'Channel', value: <Name text={channel} /> },
          { name: 'Event', value: <Name text={event} /> },
          {
            name: 'Data sent',
            value: `${formatCount(answer.dataSizeBytes)} bytes${answer.isEncrypted ? ', encrypted' : ', as typed'}`,
          },
          ...(signedWith === null ? [] : [{ name: 'Signed with', value: signedWith }]),
          {
            name: 'Answered in',
            value: answer.status === null ? 'not at all' : formatDuration(answer.durationMs),
          },
        ]}
      />
      {answer.answer !== '' && (
        <div className={styles.words}>
          <p className={styles.wordsLabel}>The server’s own words</p>
          <CodeBlock text={answer.answer} label="The server’s own words" isWrapped />
        </div>
      )}
    </section>
  );
}
