/** What is known of a kind of credentials, whoever has some: where each value may be, how they are rotated, its tables. */
import type { Provider, ProviderField } from '#shared/contract/providers.ts';
import { type Column, ExposureLabel, Icon, Section, Table } from '../../components/index.ts';
import { FactTable } from './fact-table.tsx';
import styles from './providers.module.css';

/** Folded: for a screen that is about something else. */
export function FoldedFacts({ provider }: { readonly provider: Provider }) {
  return (
    <details className={styles.folded}>
      <summary>
        <Icon name="collapsed" size={12} />
        <h2>Facts</h2>
        <span className={styles.soft}>exposure, rotation and libraries: {provider.label}</span>
      </summary>
      <div className={styles.inside}>
        <Table
          label="Where each value may be"
          columns={exposureColumns}
          items={provider.fields}
          idOf={({ fieldId }) => fieldId}
        />
        <Rotation provider={provider} />
        <Tables provider={provider} />
      </div>
    </details>
  );
}

export function Rotation({ provider }: { readonly provider: Provider }) {
  return (
    <Section title="Rotation">
      <p className={styles.prose}>{provider.rotation.summary}</p>
    </Section>
  );
}

export function Tables({ provider }: { readonly provider: Provider }) {
  return provider.tables.map((table) => <FactTable key={table.tableId} table={table} />);
}

/** Where it must never be. Draws nothing where nothing is forbidden. */
export function Never({ field }: { readonly field: Pick<ProviderField, 'never'> }) {
  if (field.never === null) return null;
  return (
    <span className={styles.never}>
      <Icon name="refused" size={12} />
      <span>{field.never}</span>
    </span>
  );
}

const exposureColumns: readonly Column<ProviderField>[] = [
  { id: 'field', title: 'Value', cell: ({ label }) => label },
  { id: 'exposure', title: 'May be', cell: ({ exposure }) => <ExposureLabel exposure={exposure} /> },
  {
    id: 'use',
    title: 'What for',
    width: 'grow',
    cell: (field) => (
      <span className={styles.use}>
        {field.use}
        <Never field={field} />
      </span>
    ),
  },
];
