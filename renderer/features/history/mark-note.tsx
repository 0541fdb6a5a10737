/** The note of a marked event, edited where it stands. What can’t be saved stays typed; why is told above the log. */
import { Icon, TextField } from '../../components/index.ts';
import { useDraft } from '../../state/index.ts';
import styles from './marks.module.css';
import type { Marks } from './use-marks.ts';

const noteLimit = 2000;

export interface MarkNoteProps {
  /** Names the log and the event: what is typed is kept under it until it is saved. */
  readonly name: string;
  readonly sequence: number;
  readonly note: string;
  readonly marks: Marks;
}

export function MarkNote({ name, sequence, note, marks }: MarkNoteProps) {
  const [typed, setTyped] = useDraft<string | null>(`mark-note:${name}:${sequence}`, null);
  const value = typed ?? note;
  const isTooLong = value.length > noteLimit;
  const save = async () => {
    if (typed === null || isTooLong) return;
    if (typed === note || (await marks.set(sequence, typed))) setTyped(null);
  };
  const problem = isTooLong ? `A note has ${noteLimit} characters at most.` : undefined;
  return (
    <div className={styles.bar}>
      <Icon name="mark" />
      <TextField
        label="Note of the mark"
        isLabelHidden
        value={value}
        onChange={setTyped}
        onBlur={() => void save()}
        placeholder="Write a note"
        problem={problem === undefined ? undefined : { severity: 'error', message: problem }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') void save();
          if (event.key !== 'Escape' || typed === null) return;
          event.stopPropagation();
          setTyped(null);
        }}
      />
    </div>
  );
}
