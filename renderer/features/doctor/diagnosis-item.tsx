/** One diagnosis: the verdict, what to do, and what it stands on. */
import type { Diagnosis } from '#shared/contract/doctor.ts';
import {
  Badge,
  CodeBlock,
  classes,
  formatDateTime,
  formatTime,
  Icon,
  type IconName,
} from '../../components/index.ts';
import styles from './doctor.module.css';
import { verdictLooks } from './verdict-look.ts';

export interface DiagnosisItemProps {
  readonly diagnosis: Diagnosis;
  /** Which of several of the same kind: `next ••••a1b2`. */
  readonly which: string | undefined;
}

export function DiagnosisItem({ diagnosis, which }: DiagnosisItemProps) {
  const { subject, verdict, summary, advice, findings, limits, serverSaid, at } = diagnosis;
  const { word, icon, tone } = verdictLooks[verdict];
  return (
    <li className={styles.diagnosis}>
      <div className={styles.head}>
        <Icon name={icon} size={16} className={styles[tone]} />
        <h3>
          {subject}
          {which && <span className={styles.which}> {which}</span>}
        </h3>
        <Badge tone={tone}>{word}</Badge>
        <time className={styles.time} title={formatDateTime(at)}>
          {formatTime(at)}
        </time>
      </div>
      <div className={styles.body}>
        <p>{summary}</p>
        {advice !== null && (
          <p className={styles.advice}>
            <strong>What to do:</strong> {advice}
          </p>
        )}
        {findings.length > 0 && (
          <ul className={styles.findings} aria-label={`What was tried: ${subject}`}>
            {findings.map(({ tried, result, isGood }) => (
              <li key={tried}>
                <FindingSign isGood={isGood} />
                <span className={styles.tried}>{tried}</span>
                <span className={styles.result}>{result}</span>
              </li>
            ))}
          </ul>
        )}
        {serverSaid !== null && (
          <div className={styles.words}>
            <p className={styles.soft}>The server’s own words</p>
            <CodeBlock text={serverSaid} label="The server’s own words" isWrapped />
          </div>
        )}
        {limits !== null && <p className={styles.soft}>{limits}</p>}
      </div>
    </li>
  );
}

const signs = {
  good: { icon: 'check', label: 'Good.', tone: 'ok' },
  bad: { icon: 'close', label: 'Bad.', tone: 'danger' },
  open: { icon: 'note', label: 'Says nothing.', tone: 'idle' },
} as const satisfies Record<string, { icon: IconName; label: string; tone: string }>;

function FindingSign({ isGood }: { readonly isGood: boolean | null }) {
  const { icon, label, tone } = signs[isGood === null ? 'open' : isGood ? 'good' : 'bad'];
  return <Icon name={icon} size={12} label={label} className={classes(styles.sign, styles[tone])} />;
}
