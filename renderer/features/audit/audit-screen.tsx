/** The audit log, newest first, page by page. */
import { useState } from 'react';
import type { AuditEntry } from '#shared/contract/audit.ts';
import type { StoreKind } from '#shared/contract/vault.ts';
import { CommandButton, useCommands } from '../../commands/index.ts';
import {
  Button,
  type Column,
  EmptyState,
  ErrorNotice,
  formatDateTime,
  Icon,
  Loading,
  Name,
  Page,
  Row,
  Section,
  SlotLabel,
  Switch,
  Table,
} from '../../components/index.ts';
import { useContractEvent, useDraft, useQuery } from '../../state/index.ts';
import { maskedValue, slotWord, useKindName } from '../vault/index.ts';
import styles from './audit.module.css';
import { AuditExport } from './audit-export.tsx';
import { actionLooks, actionWords } from './audit-words.ts';

const pageSize = 50;

const storeWords: Readonly<Record<StoreKind, string>> = {
  keychain: 'in the system keychain',
  file: 'in the vault file',
  session: 'in this session only',
};

export function AuditScreen() {
  /** Where each page begins; the first is the newest. */
  const [starts, setStarts] = useState<readonly (number | undefined)[]>([undefined]);
  const before = starts.at(-1);
  const [showsUses, setShowsUses] = useDraft('audit:shows-uses', false);
  const { result, error, reload } = useQuery('audit.list', {
    limit: pageSize,
    hidesUses: !showsUses,
    ...(before ? { before } : {}),
  });
  useContractEvent('audit.added', () => {
    if (before === undefined) reload();
  });
  const [isExporting, setExporting] = useState(false);
  useCommands([
    {
      id: 'audit.export',
      title: 'Export the audit log…',
      group: 'Vault',
      keywords: 'csv ndjson spreadsheet file',
      run: () => setExporting(true),
    },
  ]);
  return (
    <Page
      title="Audit log"
      isWide
      actions={
        <>
          <CommandButton command="audit.export" label="Export…" icon="export" />
          <CommandButton command="vault.open" icon="vault" />
        </>
      }
    >
      {isExporting && <AuditExport onClose={() => setExporting(false)} />}
      <Section>
        <p className={styles.about}>
          What went into the vault and out of it, what changed there, and when it was open. An entry is
          written before a secret leaves, and none is ever changed or removed. No entry has a value in it.
        </p>
        <Switch
          label="Show what signed or encrypted, too"
          isChecked={showsUses}
          onChange={(next) => {
            setStarts([undefined]);
            setShowsUses(next);
          }}
        />
        {result.state === 'loading' && <Loading />}
        {result.state === 'failed' && <ErrorNotice error={result.error} onRetry={reload} />}
        {result.state === 'ready' && error && <ErrorNotice error={error} onRetry={reload} />}
        {result.state === 'ready' && result.value.entries.length === 0 && (
          <EmptyState icon="log" title="Nothing has happened yet">
            The first entry is made when the vault is opened.
          </EmptyState>
        )}
        {result.state === 'ready' && result.value.entries.length > 0 && (
          <>
            <div className={styles.scroller}>
              <Table
                label="Audit log"
                columns={columns}
                items={result.value.entries}
                idOf={({ auditId }) => String(auditId)}
              />
            </div>
            <Row>
              <Button disabled={starts.length === 1} onClick={() => setStarts(starts.slice(0, -1))}>
                Newer
              </Button>
              <Button
                disabled={!result.value.hasOlder}
                onClick={() => setStarts([...starts, result.value.entries.at(-1)?.auditId])}
              >
                Older
              </Button>
            </Row>
          </>
        )}
      </Section>
    </Page>
  );
}

const columns: readonly Column<AuditEntry>[] = [
  {
    id: 'time',
    title: 'Time',
    cell: ({ at }) => <span className={styles.time}>{formatDateTime(at)}</span>,
  },
  { id: 'what', title: 'What happened', cell: (entry) => <What entry={entry} /> },
  { id: 'about', title: 'Secret, or store', cell: (entry) => <About entry={entry} /> },
  { id: 'app', title: 'App or service', width: 'grow', cell: (entry) => <App entry={entry} /> },
];

function What({ entry }: { readonly entry: AuditEntry }) {
  return (
    <span className={entry.outcome === 'failed' ? styles.failed : styles.what}>
      <Icon name={entry.outcome === 'failed' ? 'danger-sign' : actionLooks[entry.action].icon} />
      {actionWords(entry)}
    </span>
  );
}

function About({ entry }: { readonly entry: AuditEntry }) {
  const { kind, slot, fingerprint, store } = entry;
  const kindName = useKindName();
  const where = store ? storeWords[store] : '–';
  if (kind === null || slot === null) return <span className={styles.soft}>{where}</span>;
  return (
    <span className={styles.secret} title={`Kept: ${where}`}>
      <span>{kindName(kind)}</span>
      <SlotLabel slot={slot} word={slotWord(kind, slot)} />
      <span className={styles.masked}>{maskedValue(entry)}</span>
      <code className={styles.fingerprint} title="Keyed fingerprint: equal for equal secrets">
        {fingerprint}
      </code>
    </span>
  );
}

function App({ entry }: { readonly entry: AuditEntry }) {
  if (entry.profileId === null) return '–';
  if (entry.profileName === null) return <span className={styles.soft}>one that was gone</span>;
  return <Name text={entry.profileName} className={styles.app} />;
}
