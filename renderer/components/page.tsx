/** The frame of screens that are read or filled in, rather than watched. */
import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './page.module.css';

export interface PageProps {
  /** The screen's heading. Tabs of an app have none: their tab says it. */
  readonly title?: string;
  /** After the heading, in a word or two. */
  readonly about?: ReactNode;
  /** At the end of the heading's line. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Full width, for tables and panes; else as wide as reads well. */
  readonly isWide?: boolean;
}

/** Scrolls in its parent. */
export function Page({ title, about, actions, children, isWide }: PageProps) {
  return (
    <div className={styles.scroller}>
      <div className={classes(styles.page, isWide && styles.wide)}>
        {(title || actions) && (
          <header className={styles.head}>
            {title && (
              <div className={styles.titles}>
                <h1 className={styles.title}>{title}</h1>
                {about}
              </div>
            )}
            {actions && <div className={styles.actions}>{actions}</div>}
          </header>
        )}
        {children}
      </div>
    </div>
  );
}

export interface SectionProps {
  readonly title?: string;
  /** One sentence under the title. */
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

/** A part of a page, divided from the last by a line. */
export function Section({ title, about, actions, children }: SectionProps) {
  return (
    <section className={styles.section}>
      {(title || actions) && (
        <div className={styles.sectionHead}>
          <div>
            {title && <h2 className={styles.sectionTitle}>{title}</h2>}
            {about && <p className={styles.about}>{about}</p>}
          </div>
          {actions && <div className={styles.actions}>{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
}

/** Names and values, in two columns. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(({ name, value }) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A bar of controls above a view. What follows a `ToolbarSpace` stands at its end. */
export function Toolbar({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div role="toolbar" aria-label={label} className={styles.toolbar}>
      {children}
    </div>
  );
}

export function ToolbarSpace() {
  return <span className={styles.space} />;
}

/** Buttons at the end of a form. */
export function Actions({ children }: { readonly children: ReactNode }) {
  return <div className={styles.formActions}>{children}</div>;
}

/** Things one under the other, `gap` in px on the 4 px grid. */
export function Stack({
  gap = 12,
  children,
}: {
  readonly gap?: 4 | 8 | 12 | 16 | 24;
  readonly children: ReactNode;
}) {
  return (
    <div className={styles.stack} style={{ gap }}>
      {children}
    </div>
  );
}

/** Things beside each other, wrapping when narrow. */
export function Row({
  gap = 8,
  children,
}: {
  readonly gap?: 4 | 8 | 12 | 16 | 24;
  readonly children: ReactNode;
}) {
  return (
    <div className={styles.beside} style={{ gap }}>
      {children}
    </div>
  );
}

export interface Column<T> {
  readonly id: string;
  readonly title: string;
  readonly cell: (item: T) => ReactNode;
  /** `grow` takes what room is left. */
  readonly width?: 'grow';
  readonly align?: 'end';
}

export interface TableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly items: readonly T[];
  readonly idOf: (item: T) => string;
}

/** A table of a few dozen rows at most; for logs there is `VirtualList`. */
export function Table<T>({ label, columns, items, idOf }: TableProps<T>) {
  return (
    <table className={styles.table} aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.id} scope="col" className={cellClass(column)}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={idOf(item)}>
            {columns.map((column) => (
              <td key={column.id} className={cellClass(column)}>
                {column.cell(item)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function cellClass<T>({ width, align }: Column<T>): string {
  return classes(width === 'grow' && styles.grow, align === 'end' && styles.end);
}
