/** All keys, by group: of the commands that are there now, and of the views that have keys of their own. */
import { type Command, shortcutKeys, useCommandList, useIsMac } from '../commands/index.ts';
import { Dialog, Keys } from '../components/index.ts';
import styles from './keys-help.module.css';

const viewKeys: readonly (readonly [string, readonly string[]])[] = [
  ['First and last row', ['Home', 'End']],
  ['A page up or down', ['Page up', 'Page down']],
  ['Fold and unfold in a tree', ['←', '→']],
  ['Move a divider that has the focus', ['↑', '↓', '←', '→']],
];

export function KeysHelp({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const isMac = useIsMac();
  const commands = useCommandList().filter((command) => command.shortcuts?.[0] !== undefined);
  const groups = Map.groupBy(commands, (command: Command) => command.group);
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="All keys" width="wide">
      <div className={styles.groups}>
        {[...groups].map(([group, members]) => (
          <section key={group}>
            <h3 className={styles.group}>{group}</h3>
            {members.map((command) => (
              <div key={command.id} className={styles.line}>
                <span>{command.title}</span>
                <Keys keys={shortcutKeys(command.shortcuts?.[0] ?? '', isMac)} />
              </div>
            ))}
          </section>
        ))}
        <section>
          <h3 className={styles.group}>In lists and trees</h3>
          {viewKeys.map(([title, keys]) => (
            <div key={title} className={styles.line}>
              <span>{title}</span>
              <Keys keys={keys} />
            </div>
          ))}
        </section>
      </div>
    </Dialog>
  );
}
