/** Every command and every app, by a few letters of its name. */
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import { type Command, shortcutKeys, useCommandList, useIsMac } from '../commands/index.ts';
import { classes, Dialog, Keys } from '../components/index.ts';
import { useServices } from '../state/index.ts';
import styles from './palette.module.css';
import { rankCommands } from './rank.ts';

export interface PaletteProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function Palette({ isOpen, onClose }: PaletteProps) {
  const { commands } = useServices();
  const chosen = useRef<string>(undefined);
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      onClosed={() => {
        const id = chosen.current;
        chosen.current = undefined;
        if (id !== undefined) commands.run(id);
      }}
      title="Find a command or an app"
      isTitleHidden
      width="wide"
    >
      <Search
        onChoose={(command) => {
          chosen.current = command.id;
          onClose();
        }}
      />
    </Dialog>
  );
}

function Search({ onChoose }: { readonly onChoose: (command: Command) => void }) {
  const { commands } = useServices();
  const isMac = useIsMac();
  const all = useCommandList();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const id = useId();
  const found = useMemo(
    () =>
      rankCommands(
        all.filter((command) => command.isListed !== false && commands.isAvailable(command.id)),
        text,
      ),
    [all, commands, text],
  );
  const index = Math.min(active, found.length - 1);

  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: (index + 1) % Math.max(1, found.length),
      ArrowUp: (index - 1 + found.length) % Math.max(1, found.length),
    };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setActive(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const command = found[index];
      if (command) onChoose(command);
    }
  };

  return (
    <div className={styles.palette}>
      <input
        className={styles.input}
        data-initial-focus
        role="combobox"
        aria-label="Find a command or an app"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length > 0 ? `${id}-${index}` : undefined}
        placeholder="Find a command or an app"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Commands" className={styles.list}>
        {found.map((command, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys.
          <div
            key={command.id}
            id={`${id}-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === index}
            className={classes(styles.option, place === index && styles.active)}
            onMouseMove={() => setActive(place)}
            onClick={() => onChoose(command)}
          >
            <span className={styles.title}>{command.title}</span>
            <span className={styles.group}>{command.group}</span>
            {command.shortcuts?.[0] && <Keys keys={shortcutKeys(command.shortcuts[0], isMac)} />}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={styles.none}>Nothing is called that.</p>}
    </div>
  );
}
