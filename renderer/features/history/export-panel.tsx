/** What the filter finds, as a file for somebody else: in which form, and without what. */
import { useState } from 'react';
import type { ExportFormat } from '#shared/contract/history.ts';
import { useCommands } from '../../commands/index.ts';
import {
  Button,
  Checkbox,
  formatCount,
  formatSize,
  Notice,
  Page,
  plural,
  Row,
  Section,
  Segmented,
  Stack,
  TextField,
} from '../../components/index.ts';
import { type LogView, useCall, useContractEvent, useDraft, useLogTick } from '../../state/index.ts';
import { WriteFile } from '../exports/index.ts';
import styles from './sessions-panel.module.css';

const formats = [
  { value: 'ndjson', label: 'NDJSON' },
  { value: 'csv', label: 'CSV' },
  { value: 'har', label: 'HAR' },
] as const;
const formatWords: Readonly<Record<ExportFormat, string>> = {
  ndjson:
    'A line for each event, as it was on the wire. Latchkey takes it in again, and grep and jq read it.',
  csv: 'For spreadsheets: time, channel, event, size and data of each event.',
  har: 'For the network tools of browsers. Notes of Latchkey are not in it.',
};

export function useExportCommand(open: () => void, hasRows: boolean): void {
  useCommands([
    {
      id: 'inspector.export',
      title: 'Export events',
      group: 'Inspector',
      keywords: 'save file ndjson csv har download',
      isAvailable: () => hasRows,
      run: open,
    },
  ]);
}

export interface ExportPanelProps {
  readonly view: LogView;
  readonly onClose: () => void;
}

export function ExportPanel({ view, onClose }: ExportPanelProps) {
  const { profileId, sessionId } = view;
  const { filter, status } = useLogTick(view);
  const [format, setFormat] = useDraft<ExportFormat>('log-export:format', 'ndjson');
  const [signatures, setSignatures] = useDraft('log-export:signatures', true);
  const [users, setUsers] = useDraft('log-export:users', false);
  const [payloads, setPayloads] = useDraft('log-export:payloads', false);
  const [members, setMembers] = useDraft('log-export:members', '');
  const [withPlaintext, setWithPlaintext] = useDraft('log-export:plaintext', false);
  const [done, setDone] = useState({ events: 0, bytes: 0 });
  const [progress, setProgress] = useState<{ done: number; total: number }>();
  const write = useCall('history.exportEvents');
  useContractEvent('history.exporting', (told) => {
    if (told.profileId === profileId) setProgress(told);
  });
  useCommands([
    {
      id: 'inspector.closeExport',
      title: 'Back to the log',
      group: 'Inspector',
      shortcuts: ['Escape'],
      isListed: false,
      run: onClose,
    },
  ]);
  const count = status?.matched ?? 0;
  return (
    <Page title="Export events" actions={<Button onClick={onClose}>Back to the log</Button>}>
      <Section
        title={
          filter === ''
            ? `All ${plural(count, 'event')}`
            : `The ${plural(count, 'event')} that the filter finds`
        }
        about={formatWords[format]}
      >
        <WriteFile
          draftName="log"
          label="Write to"
          suggestedName={`latchkey-log.${format}`}
          action="Write the file"
          question={
            withPlaintext
              ? {
                  title: 'Write what was encrypted in the clear?',
                  body: <p>Whoever has the file can read it, without any key.</p>,
                }
              : undefined
          }
          write={{
            isPending: write.isPending,
            error: write.error,
            clear: write.clear,
            run: async (place) => {
              setProgress(undefined);
              const written = await write.run({
                profileId,
                ...(sessionId === undefined ? {} : { sessionId }),
                filter,
                format,
                redaction: { signatures, users, payloads, members: namesOf(members) },
                withPlaintext,
                ...place,
              });
              if (written) setDone(written);
              return written;
            },
          }}
          done={
            <p>
              {plural(done.events, 'event')}, {formatSize(done.bytes)}B.
            </p>
          }
        >
          <Segmented label="As" value={format} options={formats} onChange={setFormat} />
          <Stack gap={4}>
            <p className={styles.soft}>Leave out, and mark as left out:</p>
            <Checkbox
              label="Signatures (made with a secret, good for one socket)"
              isChecked={signatures}
              onChange={setSignatures}
            />
            <Checkbox label="User ids and what is told of users" isChecked={users} onChange={setUsers} />
            <Checkbox label="All data of events" isChecked={payloads} onChange={setPayloads} />
          </Stack>
          <TextField
            label="Also members of these names"
            value={members}
            onChange={setMembers}
            placeholder="email, token, cardNumber"
            hint="With commas between. Wherever they are in the data; case does not matter."
            isCode
          />
          <Checkbox
            label="Add what was decrypted, in the clear"
            isChecked={withPlaintext}
            onChange={setWithPlaintext}
          />
        </WriteFile>
        {write.isPending && (
          <Row>
            <progress
              className={styles.progress}
              aria-label="Events written"
              max={Math.max(progress?.total ?? 1, 1)}
              value={progress && progress.total > 0 ? progress.done : undefined}
            />
            <span role="status" className={styles.soft}>
              {progress && progress.total > 0
                ? `${formatCount(progress.done)} of ${formatCount(progress.total)}`
                : 'Looking for the events'}
            </span>
            <Button icon="close" onClick={write.cancel}>
              Cancel the export
            </Button>
          </Row>
        )}
        {withPlaintext && payloads && (
          <Notice tone="notice" title="The data is left out, so nothing that was decrypted is written." />
        )}
      </Section>
    </Page>
  );
}

function namesOf(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .slice(0, 50);
}
