/** The marks of the log, to go to and to take away. */
import { useState } from 'react';
import { useCommands } from '../../commands/index.ts';
import { formatTime, IconButton, Name, Popover } from '../../components/index.ts';
import styles from './marks.module.css';
import type { Jump } from './use-jump.ts';
import type { Marks } from './use-marks.ts';

export interface MarksMenuProps {
  readonly marks: Marks;
  readonly onJump: Jump;
}

export function MarksMenu({ marks, onJump }: MarksMenuProps) {
  const [isOpen, setIsOpen] = useState(false);
  useCommands([
    {
      id: 'inspector.marks',
      title: 'Marks',
      group: 'Inspector',
      keywords: 'bookmark note flag list',
      run: () => setIsOpen(true),
    },
  ]);
  const { list = [] } = marks;
  return (
    <Popover
      title="Marks"
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      trigger={<IconButton icon="mark" label="Marks" />}
    >
      {list.length === 0 ? (
        <p className={styles.none}>None yet. Press m on an event to mark it, then write a note.</p>
      ) : (
        <ul className={styles.list}>
          {list.map(({ sequence, at, event, channel, note }) => (
            <li key={sequence}>
              <button
                type="button"
                className={styles.jump}
                onClick={() => {
                  setIsOpen(false);
                  void onJump({ by: 'sequence', sequence });
                }}
              >
                <span className={styles.number}>{sequence}</span>
                <span className={styles.number}>{formatTime(at)}</span>
                <Name text={event ?? channel ?? 'not readable'} className={styles.event} />
                <span className={styles.note}>{note}</span>
              </button>
              <IconButton
                icon="remove"
                label={`Take the mark from event ${sequence}`}
                onClick={() => void marks.set(sequence, null)}
              />
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}
