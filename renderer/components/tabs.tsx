/** Tabs over one panel. Arrow keys move between them; the panel follows the focus. */
import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './tabs.module.css';

export interface TabItem<T extends string> {
  readonly value: T;
  readonly label: string;
  /** After the label, such as a count. */
  readonly mark?: ReactNode;
}

export interface TabsProps<T extends string> {
  /** What the tabs choose, for screen readers. */
  readonly label: string;
  readonly tabs: readonly TabItem<T>[];
  /** Null: what is shown is reached in another way, and `panelLabel` says what it is. */
  readonly value: T | null;
  readonly panelLabel?: string | undefined;
  readonly onChange: (value: T) => void;
  /** The panel of the tab that is chosen. */
  readonly children: ReactNode;
  /** Drawn in the bar, before and after the tabs. */
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  readonly className?: string | undefined;
}

/** Fills its parent: a bar, and the panel below it. */
export function Tabs<T extends string>(props: TabsProps<T>) {
  const { label, tabs, value, panelLabel, onChange, children, before, after, className } = props;
  return (
    <Base.Root
      value={value}
      onValueChange={(next: unknown) => {
        const tab = tabs.find((each) => each.value === next);
        if (tab) onChange(tab.value);
      }}
      className={classes(styles.root, className)}
    >
      <div className={styles.bar}>
        {before}
        <Base.List className={styles.list} aria-label={label} activateOnFocus>
          {tabs.map((tab) => (
            <Base.Tab key={tab.value} value={tab.value} className={styles.tab}>
              {tab.label}
              {tab.mark}
            </Base.Tab>
          ))}
        </Base.List>
        {after && <div className={styles.after}>{after}</div>}
      </div>
      {value === null ? (
        <section aria-label={panelLabel} className={styles.panel}>
          {children}
        </section>
      ) : (
        <Base.Panel value={value} className={styles.panel} tabIndex={-1}>
          {children}
        </Base.Panel>
      )}
    </Base.Root>
  );
}
