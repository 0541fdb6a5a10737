/** Code for clients, and for endpoints that authorize them. It names variables, so it can be pasted anywhere. */
import type { Snippet } from '#shared/contract/exports.ts';
import {
  CodeBlock,
  CopyButton,
  ErrorNotice,
  Loading,
  Row,
  Section,
  Segmented,
  Select,
} from '../../components/index.ts';
import { useContractEvent, useDraft, useQuery } from '../../state/index.ts';
import styles from './exports.module.css';

const sides = [
  { value: 'clients', label: 'Client' },
  { value: 'endpoints', label: 'Auth endpoint' },
] as const;
type Side = (typeof sides)[number]['value'];

export function CodeView({ profileId }: { readonly profileId: string }) {
  const { result, reload } = useQuery('exports.snippets', { profileId });
  const [side, setSide] = useDraft<Side>('export-side', 'clients');
  const [kinds, setKinds] = useDraft<Readonly<Record<string, string>>>('export-snippets', {});
  useContractEvent('profiles.changed', reload);
  if (result.state === 'loading') return <Loading />;
  if (result.state === 'failed') return <ErrorNotice error={result.error} onRetry={reload} />;
  const snippets: readonly Snippet[] = result.value[side];
  const snippet = snippets.find(({ kind }) => kind === kinds[side]) ?? snippets[0];
  if (!snippet) return null;
  return (
    <Section
      title="Code"
      about="It names variables and holds no value: those are in the .env file of the same framework."
    >
      <Segmented label="For" value={side} options={sides} onChange={setSide} />
      <Select
        label={side === 'clients' ? 'Library' : 'Framework'}
        value={snippet.kind as string}
        options={snippets.map(({ kind, label }) => ({ value: kind as string, label }))}
        onChange={(kind) => setKinds({ ...kinds, [side]: kind })}
      />
      {snippet.packages.length > 0 && (
        <p className={styles.soft}>
          Needs <code>{snippet.packages.join(', ')}</code>
        </p>
      )}
      {snippet.files.map(({ name, text }) => (
        <div key={name} className={styles.file}>
          <Row>
            <code className={styles.fileName}>{name}</code>
            <CopyButton text={text} label={`Copy ${name}`} />
          </Row>
          <CodeBlock text={text} label={name} />
        </div>
      ))}
    </Section>
  );
}
