/** At the heading's end: which columns the log has, and whether it shows the pings of the connection. */
import { useState } from 'react';
import { type LogColumn, logColumns } from '#shared/contract/settings.ts';
import { Checkbox, ErrorNotice, IconButton, Popover, Switch } from '../../components/index.ts';
import { useCall, useServices, useSettings } from '../../state/index.ts';
import styles from './inspector.module.css';

const names: Readonly<Record<LogColumn, string>> = {
  time: 'Time',
  delta: 'Time since the row before',
  direction: 'Received or sent',
  connection: 'Connection, where there are several',
  channel: 'Channel',
  event: 'Event',
  size: 'Size',
  key: 'Key that opened it',
  data: 'Data',
};

export interface ColumnsMenuProps {
  readonly arePingsHidden: boolean;
}

export function ColumnsMenu({ arePingsHidden }: ColumnsMenuProps) {
  const { logColumns: chosen } = useSettings();
  const { commands } = useServices();
  const update = useCall('settings.update');
  const [isOpen, setIsOpen] = useState(false);
  const toggle = (column: LogColumn) =>
    void update.run({
      logColumns: logColumns.filter((each) =>
        each === column ? !chosen.includes(each) : chosen.includes(each),
      ),
    });
  return (
    <div className={styles.columnsMenu}>
      <Popover
        title="Columns"
        isOpen={isOpen}
        onOpenChange={setIsOpen}
        trigger={<IconButton icon="columns" label="Columns" />}
      >
        {update.error && <ErrorNotice error={update.error} onDismiss={update.clear} />}
        <div className={styles.columnChoices}>
          {logColumns.map((column) => (
            <Checkbox
              key={column}
              label={names[column]}
              isChecked={chosen.includes(column)}
              isDisabled={chosen.length === 1 && chosen.includes(column)}
              onChange={() => toggle(column)}
            />
          ))}
        </div>
        <Switch
          label="Hide pings and pongs"
          isChecked={arePingsHidden}
          onChange={() => commands.run('inspector.pings')}
        />
      </Popover>
    </div>
  );
}
