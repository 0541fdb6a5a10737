/** In place of everything: the link that opened this page lets nobody in, or nobody any more. */
import type { RefusalReason } from '#shared/contract/wire.ts';
import { EmptyState } from '../components/index.ts';

const words: Readonly<Record<RefusalReason, { readonly title: string; readonly text: string }>> = {
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

export function RefusedLink({ reason }: { readonly reason: RefusalReason }) {
  return (
    <EmptyState icon="key" title={words[reason].title}>
      {words[reason].text}
    </EmptyState>
  );
}
