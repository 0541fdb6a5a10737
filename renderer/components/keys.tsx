/** Keys of the keyboard, drawn one by one. */
import styles from './keys.module.css';

export interface KeysProps {
  /** Such as `['Ctrl', 'K']`, from `shortcutKeys`. */
  readonly keys: readonly string[];
}

export function Keys({ keys }: KeysProps) {
  return (
    <span className={styles.keys}>
      {keys.map((key) => (
        <kbd key={key} className={styles.key}>
          {key}
        </kbd>
      ))}
    </span>
  );
}
