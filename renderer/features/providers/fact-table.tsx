/** A table of a provider's own documentation, as the main side has it: cell by cell, and what follows from it. */
import type { FactTable as Facts } from '#shared/contract/providers.ts';
import styles from './providers.module.css';

export function FactTable({ table }: { readonly table: Facts }) {
  const { title, columns, rows, notes } = table;
  return (
    <div className={styles.facts}>
      <table className={styles.table}>
        <caption>{title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...rest]) => (
            <tr key={JSON.stringify([first, rest])}>
              <th scope="row">{first}</th>
              {rest.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell has no identity but its column.
                <td key={index}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {notes.length > 0 && (
        <ul className={styles.notes}>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
