/** Filters that the user gave a name, for every app. */
import { useState } from 'react';
import { savedFiltersLimit } from '#shared/contract/settings.ts';
import { parseFilter } from '#shared/lib/filter/index.ts';
import { Button, ErrorNotice, IconButton, Popover, TextField } from '../../components/index.ts';
import { useCall, useSettings } from '../../state/index.ts';
import styles from './filter-field.module.css';

export interface SavedFiltersProps {
  /** The filter as it is written now. */
  readonly text: string;
  readonly onApply: (filter: string) => void;
}

export function SavedFilters({ text, onApply }: SavedFiltersProps) {
  const { savedFilters } = useSettings();
  const update = useCall('settings.update');
  const [isOpen, setIsOpen] = useState(false);
  const [name, setName] = useState('');
  const filter = text.trim();
  const trimmed = name.trim();
  const others = savedFilters.filter((saved) => saved.name !== trimmed);
  const isFull = others.length >= savedFiltersLimit;
  const canSave =
    filter !== '' && trimmed !== '' && trimmed.length <= 80 && parseFilter(filter).isValid && !isFull;
  const save = async () => {
    const isSaved = await update.run({ savedFilters: [...others, { name: trimmed, filter }] });
    if (isSaved) setName('');
  };
  return (
    <Popover
      title="Saved filters"
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      trigger={<IconButton icon="saved" label="Saved filters" />}
    >
      {update.error && <ErrorNotice error={update.error} />}
      {savedFilters.length === 0 ? (
        <p className={styles.none}>None yet. A saved filter can be used in the log of every app.</p>
      ) : (
        <ul className={styles.saved}>
          {savedFilters.map((saved) => (
            <li key={saved.name}>
              <button
                type="button"
                className={styles.apply}
                onClick={() => {
                  onApply(saved.filter);
                  setIsOpen(false);
                }}
              >
                <span className={styles.name}>{saved.name}</span>
                <code>{saved.filter}</code>
              </button>
              <IconButton
                icon="remove"
                label={`Delete ${saved.name}`}
                onClick={() =>
                  void update.run({ savedFilters: savedFilters.filter((each) => each.name !== saved.name) })
                }
              />
            </li>
          ))}
        </ul>
      )}
      {filter !== '' && (
        <form
          className={styles.save}
          onSubmit={(event) => {
            event.preventDefault();
            if (canSave) void save();
          }}
        >
          <TextField label="Save this filter as" value={name} onChange={setName} placeholder="Its name" />
          <Button type="submit" disabled={!canSave} isPending={update.isPending}>
            Save
          </Button>
        </form>
      )}
      {isFull && <p className={styles.none}>At most {savedFiltersLimit} are kept. Delete one first.</p>}
    </Popover>
  );
}
