/** A menu that opens from a button. */
import { Menu as Base } from '@base-ui/react/menu';
import { type ReactElement, useRef } from 'react';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';
import { Keys } from './keys.tsx';
import styles from './menu.module.css';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly keys?: readonly string[] | undefined;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  readonly onSelect: () => void;
}

export interface MenuProps {
  /** The button; it gets the menu's states by itself. */
  readonly trigger: ReactElement;
  /** Groups of items, a line between each two. */
  readonly groups: readonly (readonly MenuItem[])[];
  readonly align?: 'start' | 'end';
}

export function Menu({ trigger, groups, align = 'end' }: MenuProps) {
  const chosen = useRef<() => void>(undefined);
  const run = () => {
    const onSelect = chosen.current;
    chosen.current = undefined;
    onSelect?.();
  };
  return (
    <Base.Root
      // Told just before it is taken away, and it gives the focus back as it goes: what an item opens may take it then.
      onOpenChangeComplete={(isOpen) => !isOpen && requestAnimationFrame(run)}
    >
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles.positioner} sideOffset={4} align={align}>
          <Base.Popup className={styles.popup}>
            {groups.map((items) => (
              <Base.Group key={items[0]?.label ?? ''} className={styles.group}>
                {items.map((item) => (
                  <Base.Item
                    key={item.label}
                    className={classes(styles.item, item.isDanger && styles.danger)}
                    disabled={item.isDisabled ?? false}
                    onClick={() => {
                      chosen.current = item.onSelect;
                    }}
                  >
                    <span className={styles.sign}>{item.icon && <Icon name={item.icon} />}</span>
                    <span className={styles.label}>{item.label}</span>
                    {item.keys && <Keys keys={item.keys} />}
                  </Base.Item>
                ))}
              </Base.Group>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
