/** In place of everything: this page has no link, or one that lets nobody in, or nobody any more. */
import type { RefusalReason } from '#shared/contract/wire.ts';
import { EmptyState } from '../components/index.ts';
import styles from './app.module.css';

/** Of the link. */
type Problem = RefusalReason | 'missing';

const words: Readonly<Record<Problem, { readonly title: string; readonly text: string }>> = {
  missing: {
    title: 'This address needs its link',
    text:
      'Open the whole link that Latchkey printed, with everything after the # sign. It opens one tab, once: start ' +
      'Latchkey again to get a new one.',
  },
  used: {
    title: 'This link has been used',
    text:
      'A link opens Latchkey once, in one tab. Start Latchkey again to get a new one. ' +
      'If it was not you who used this one, stop Latchkey: somebody else has it open.',
  },
  expired: {
    title: 'This link has expired',
    text: 'It was not used within ten minutes. Start Latchkey again to get a new one.',
  },
  unknown: {
    title: 'This link belongs to another run of Latchkey',
    text: 'Open the newest link that Latchkey printed, whole, or start Latchkey again to get a new one.',
  },
};

export function NoEntry({ problem }: { readonly problem: Problem }) {
  return (
    <main className={styles.app}>
      <EmptyState icon="key" title={words[problem].title}>
        {words[problem].text}
      </EmptyState>
    </main>
  );
}
